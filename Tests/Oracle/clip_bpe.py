"""CLIP's byte-level BPE tokenizer as the oracle builds it: vocabularies, pipelines, files.

Two pipelines are known. `PRE5_PATTERN` is what transformers' `CLIPTokenizerFast` builds before
version 5; `V5_PATTERN` is what version 5 builds, which also splits off the literal special tokens.
"""

import gzip
import json
from collections import Counter
from pathlib import Path

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    normalizers,
    pre_tokenizers,
    processors,
)
from tokenizers.models import BPE

START = "<|startoftext|>"
END = "<|endoftext|>"
WORD_END = "</w>"
PRE5_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
V5_PATTERN = r"""<\|startoftext\|>|<\|endoftext\|>|""" + PRE5_PATTERN
REAL_MERGE_COUNT = 49152 - 256 - 2


def byte_symbols():
    """The 256 symbols that stand for bytes, in the order of their token ids."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]


def byte_to_symbol():
    """Byte value to symbol (OpenAI's `bytes_to_unicode`)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return dict(zip(printable + others, byte_symbols()))


def vocabulary(merges):
    """Token to id: 256 byte symbols, the same at a word's end, the merges, start and end."""
    symbols = byte_symbols()
    tokens = symbols + [symbol + WORD_END for symbol in symbols]
    tokens += [left + right for left, right in merges] + [START, END]
    assert len(set(tokens)) == len(tokens), "a token would have two ids"
    return {token: index for index, token in enumerate(tokens)}


def real_merges(data):
    """The 48,894 merges of CLIP, from the published list under the folder `data`."""
    path = Path(data) / "vocab" / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.open(path, "rt", encoding="utf-8").read().split("\n")
    return [tuple(line.split()) for line in lines[1 : REAL_MERGE_COUNT + 1]]


def train_merges(word_counts, merge_count):
    """Learns merges from words: the most frequent pair first, ties to the lesser pair.

    A merge whose token exists already (as another split made it) is skipped.
    """
    table = byte_to_symbol()
    words = {}
    for word, count in word_counts.items():
        symbols = [table[byte] for byte in word.encode("utf-8")]
        words[(*symbols[:-1], symbols[-1] + WORD_END)] = count
    merges, made = [], set()
    while len(merges) < merge_count:
        pairs = Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if "".join(best) not in made:
            merges.append(best)
            made.add("".join(best))
        words = merge_words(words, best)
    return merges


def merge_words(words, pair):
    """`words` with every occurrence of `pair`, left to right, joined."""
    joined = Counter()
    for word, count in words.items():
        out, i = [], 0
        while i < len(word):
            if word[i : i + 2] == pair:
                out.append(word[i] + word[i + 1])
                i += 2
            else:
                out.append(word[i])
                i += 1
        joined[tuple(out)] += count
    return joined


def pipeline(merges, pattern=PRE5_PATTERN):
    """CLIP's tokenizer over `merges`; encoding adds the start and end tokens, no truncation.

    The literal special tokens are found in the raw text, before it is normalized, in exact case
    (`normalized=False`), which is what a directory of vocab.json and merges.txt gives.
    """
    vocab = vocabulary(merges)
    tokenizer = Tokenizer(
        BPE(
            vocab=vocab,
            merges=list(merges),
            continuing_subword_prefix="",
            end_of_word_suffix=WORD_END,
            fuse_unk=False,
            unk_token=END,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(
        (END, vocab[END]), (START, vocab[START]), False, False
    )
    for token in (START, END):
        tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False)])
    return tokenizer


def save_vocab_and_merges(merges, folder):
    """Writes `vocab.json` and `merges.txt` as the first CLIP checkpoints had them."""
    folder.mkdir(parents=True, exist_ok=True)
    vocab = json.dumps(vocabulary(merges), ensure_ascii=True)
    (folder / "vocab.json").write_text(vocab, encoding="utf-8")
    lines = ["#version: 0.2"] + [" ".join(pair) for pair in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
