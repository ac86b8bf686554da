"""Writes Fixtures/tokenizer: a small CLIP tokenizer, and ids of tricky texts.

The ids are those of the pipeline of transformers' `CLIPTokenizerFast` before version 5; the
script fails if the installed transformers reads the small tokenizer otherwise. With `--data`, the
ids of the same texts and of two word lists under CLIP's own vocabulary are written too.
"""

import argparse
import hashlib
import json
import tempfile
import unicodedata
from pathlib import Path

import transformers
from clip_bpe import (
    END,
    PRE5_PATTERN,
    START,
    V5_PATTERN,
    pipeline,
    real_merges,
    save_vocab_and_merges,
    train_merges,
)
from tokenizer_texts import SPECIAL_OTHER_CASE, all_texts, training_counts
from tokenizers import Tokenizer

FIXTURES = Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures" / "tokenizer"
SMALL_MERGES = 320
CHUNK_LINES = 1000
CHUNK_POINTS = 4096
WORD_LISTS = ["laion_37k.txt", "imagenet1000.txt"]
# Ids without start and end, as published with the formats this project reads.
GOLDENS = {
    "A photo of a tench, Tinca tinca.": "320 1125 539 320 1149 634 267 1310 1684 1310 1684 269",
    "A photo of a jack-o'-lantern.": "320 1125 539 320 3267 268 334 26152 17185 269",
    "café": "15304",
    "don't DON'T": "847 713 847 713",
    "3 1/2 12th": "274 272 270 273 272 273 640",
    "_under_score_": "318 1798 318 4431 318",
    "hello!!! ...": "3306 995 678",
    "日本語": "39121 44353 34002 508",
    "½ Ⅳ ²": "33613 158 227 367 41175",
}


def write_json(path, value, indent=None):
    """ASCII JSON, with a newline at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=indent) + "\n", encoding="utf-8")


def write_cases(path, cases):
    """A JSON array, one case a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text("[\n" + lines + "\n]\n", encoding="utf-8")


def save_transformers_json(small, folder, strings):
    """tokenizer.json as transformers saves it; `strings` gives merges the old form "a b"."""
    tokenizer = transformers.CLIPTokenizerFast.from_pretrained(small)
    with tempfile.TemporaryDirectory() as saved:
        tokenizer.save_pretrained(saved)
        content = json.loads((Path(saved) / "tokenizer.json").read_text(encoding="utf-8"))
    assert all(isinstance(merge, list) for merge in content["model"]["merges"])
    if strings:
        content["model"]["merges"] = [" ".join(pair) for pair in content["model"]["merges"]]
        make_old(content)
    write_json(folder / "tokenizer.json", content)


def make_old(content):
    """Gives a version-5 tokenizer.json the pattern and flags that OpenAI's own files have."""
    split = content["pre_tokenizer"]["pretokenizers"][0]
    split["pattern"]["Regex"] = PRE5_PATTERN
    for token in content["added_tokens"]:
        token["normalized"] = token["content"] == START


def check_loads(small, merges, cases):
    """Every way of reading the small tokenizer gives the ids of `cases`."""
    readers = [
        transformers.CLIPTokenizerFast.from_pretrained(small),
        transformers.AutoTokenizer.from_pretrained(small, tokenizer_type="clip"),
        transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(small / "../small-json/tokenizer.json")
        ),
        transformers.PreTrainedTokenizerFast(
            tokenizer_file=str(small / "../small-json-strings/tokenizer.json")
        ),
    ]
    newer = pipeline(merges, V5_PATTERN)
    for case in cases:
        ids = case["ids"]
        for reader in readers:
            assert reader(case["text"])["input_ids"] == ids, (reader, case)
        assert newer.encode(case["text"]).ids == ids, ("version 5's pattern", case)


def normalized_pipeline(merges):
    """The pipeline with both special tokens found in normalized text, in any case."""
    content = json.loads(pipeline(merges).to_str())
    for token in content["added_tokens"]:
        token["normalized"] = True
    return Tokenizer.from_str(json.dumps(content))


def special_cases(merges):
    """Texts whose ids depend on how the literal special tokens are looked for."""
    exact, newer = pipeline(merges), pipeline(merges, V5_PATTERN)
    normalized = normalized_pipeline(merges)
    return [
        {
            "text": text,
            "exact": exact.encode(text).ids,
            "exact_v5": newer.encode(text).ids,
            "normalized": normalized.encode(text).ids,
        }
        for text in SPECIAL_OTHER_CASE
    ]


def ids_digest(tokenizer, texts):
    """SHA-256 of the ids of `texts`: joined by spaces, a newline after each text."""
    encodings = tokenizer.encode_batch(texts)
    text = "".join(" ".join(map(str, one.ids)) + "\n" for one in encodings)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def code_point_digests(tokenizer):
    """Digests over every code point that Unicode had assigned, by 4,096 code points.

    The text of a code point c is "ac", c, "b ", c, "1". Unassigned, private-use and surrogate code
    points are left out, as are blocks without any other.
    """
    assert unicodedata.unidata_version == "14.0.0", "the fixture is made with Unicode 14's list"
    chunks = []
    for first in range(0, 0x110000, CHUNK_POINTS):
        points = map(chr, range(first, first + CHUNK_POINTS))
        points = [c for c in points if unicodedata.category(c) not in ("Cn", "Co", "Cs")]
        if points:
            digest = ids_digest(tokenizer, [f"ac{c}b {c}1" for c in points])
            chunks.append({"first": first, "count": len(points), "sha256": digest})
    return {"unicode": "14.0", "chunk_points": CHUNK_POINTS, "chunks": chunks}


def digests(tokenizer, path):
    """Line count of a word list and the SHA-256 of the ids of every thousand lines."""
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert not any("\r" in line for line in lines), f"{path.name} has a carriage return"
    chunks = []
    for start in range(0, len(lines), CHUNK_LINES):
        chunks.append(ids_digest(tokenizer, lines[start : start + CHUNK_LINES]))
    return {"lines": len(lines), "chunk_lines": CHUNK_LINES, "sha256": chunks}


def check_goldens(tokenizer):
    """The published goldens hold."""
    for text, ids in GOLDENS.items():
        assert tokenizer.encode(text).ids[1:-1] == [int(id) for id in ids.split()], text


def write_small(texts):
    """The small tokenizer's files and its cases."""
    merges = train_merges(training_counts(), SMALL_MERGES)
    small = FIXTURES / "small"
    save_vocab_and_merges(merges, small)
    save_transformers_json(small, FIXTURES / "small-json", strings=False)
    save_transformers_json(small, FIXTURES / "small-json-strings", strings=True)
    tokenizer = pipeline(merges)
    cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts]
    check_loads(small, merges, cases)
    write_cases(small / "cases.json", cases)
    write_cases(small / "special-cases.json", special_cases(merges))
    write_json(small / "code-points.json", code_point_digests(tokenizer), indent=1)
    print(f"small: {len(cases)} cases, {512 + len(merges) + 2} tokens")


def write_real(texts, data):
    """Ids under CLIP's own vocabulary: the cases, the goldens, the digests of word lists."""
    tokenizer = pipeline(real_merges(data))
    assert tokenizer.get_vocab_size() == 49408 and tokenizer.token_to_id(END) == 49407
    check_goldens(tokenizer)
    cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts]
    write_cases(FIXTURES / "real-cases.json", cases)
    lists = {name: digests(tokenizer, data / "vocab" / name) for name in WORD_LISTS}
    write_json(FIXTURES / "real-digests.json", lists, indent=1)
    counts = ", ".join(f"{name} {list_['lines']} lines" for name, list_ in lists.items())
    print(f"real: {len(cases)} cases, {counts}")


def main():
    """Reads the arguments and writes the fixtures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    texts = all_texts()
    write_small(texts)
    if arguments.data.is_dir():
        write_real(texts, arguments.data)
    else:
        print(f"{arguments.data} is absent: the real vocabulary's files are left as they are")


if __name__ == "__main__":
    main()
