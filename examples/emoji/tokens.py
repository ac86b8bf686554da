"""A byte-pair tokenizer of CLIP's kind, learned from the names themselves."""

import collections
import json
import os
import unicodedata

import regex

START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+",
    regex.IGNORECASE,
)


def byte_symbols():
    """The printable character by which CLIP (as GPT-2) writes each byte, in its order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = {byte: chr(byte) for byte in plain}
    for byte in range(256):
        if byte not in symbols:
            symbols[byte] = chr(256 + len(symbols) - len(plain))
    return symbols


def split_words(text, symbols):
    """A text as CLIP cuts it before any merge: tuples of symbols, the last with </w>."""
    text = regex.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip().lower()
    for word in WORDS.findall(text):
        letters = [symbols[byte] for byte in word.encode("utf-8")]
        yield (*letters[:-1], letters[-1] + "</w>")


def merged(word, pair):
    """`word` with every occurrence of `pair` made one symbol."""
    out, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def learn(texts, size):
    """Vocabulary (symbol to id) of at most `size`, and the merges in order."""
    symbols = byte_symbols()
    words = collections.Counter(w for text in texts for w in split_words(text, symbols))
    merges = []
    while len(merges) < size - 514:
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        again = collections.Counter()
        for word, count in words.items():
            again[merged(word, best) if best[0] in word else word] += count
        words = again
    letters = list(symbols.values())
    entries = letters + [s + "</w>" for s in letters]
    # two ways to one symbol are possible: it keeps its first id
    entries += ["".join(pair) for pair in merges] + [START, END]
    return {s: i for i, s in enumerate(dict.fromkeys(entries))}, merges


def save(folder, vocabulary, merges, context):
    """The tokenizer files of a CLIP model; returns the tokenizer that transformers makes."""
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,
        model_max_length=context,
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=END,
    )
    tokenizer.save_pretrained(folder)
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as out:
        json.dump(vocabulary, out, ensure_ascii=False)
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as out:
        out.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    special = dict(bos_token=START, eos_token=END, unk_token=END, pad_token=END)
    with open(os.path.join(folder, "special_tokens_map.json"), "w") as out:
        json.dump(special, out, indent=2)
    return tokenizer
