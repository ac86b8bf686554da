#!/usr/bin/env python3
"""Gathers what each fuzz target starts from, out of the fixtures of the tests.

    seeds.py FIXTURES SEEDS

Below SEEDS every target gets a folder of files named by the SHA-1 of what they hold, so that none
stands there twice. Only the standard library is used; nothing here is kept in the repository.
"""

import gzip
import hashlib
import json
import pathlib
import sys
import zipfile

SIZE_LIMIT = 32 << 10
ARCHIVES = {".pt", ".pth", ".ckpt", ".bin", ".npz"}
LABELS = [
    b"cat\ndog\n\n cat \nCAT\ncafe\xcc\x81\ncaf\xc3\xa9\n",
    b"\xef\xbb\xbfa b\r\nc\td\r\n\xe2\x80\xa8\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
    b"<|endoftext|>\n&amp; &#39;\n=1+1\n\xe2\x80\xaereversed\n",
]
TEMPLATES = [
    b"A photo of a {label}.\n{c}\nart of {} and {}\n",
    b"\xef\xbb\xbf{label}\r\n{{label}} {x}\r\n",
]


def without_checksums(archive: bytes) -> bytes:
    """The archive with all CRC-32 stated as 0, so that changed contents are read all the same."""
    changed = bytearray(archive)
    for magic, offset in [(b"PK\x03\x04", 14), (b"PK\x01\x02", 16), (b"PK\x07\x08", 4)]:
        start = changed.find(magic)
        while start >= 0:
            changed[start + offset : start + offset + 4] = bytes(4)
            start = changed.find(magic, start + 4)
    return bytes(changed)


def cut(tokenizer: bytes) -> bytes | None:
    """A tokenizer of scored pieces with few of them, so that most changes fall on the rest."""
    root = json.loads(tokenizer)
    vocabulary = root["model"]["vocab"]
    if not isinstance(vocabulary, list):
        return None
    root["model"]["vocab"] = vocabulary[:40]
    return json.dumps(root, ensure_ascii=False).encode()


def seeds(path: pathlib.Path):
    """The seeds in one fixture, each with its target."""
    contents = path.read_bytes()
    name = path.name
    if path.suffix == ".safetensors":
        yield "safetensors", contents
        yield "container", contents
    elif path.suffix in ARCHIVES or name.endswith((".pkl", ".pkl.gz")):
        yield "container", contents
        if zipfile.is_zipfile(path):
            yield "zip", contents
            with zipfile.ZipFile(path) as archive:
                members = [member for member in archive.namelist() if not member.endswith("/")]
                for member in members:
                    if member.endswith(".npy"):
                        yield "npy", archive.read(member)
                    elif member.endswith(".pkl"):
                        yield "pickle", archive.read(member)
            bare = without_checksums(contents)
            yield "zip", bare
            yield "container", bare
            if not name.endswith(".npz"):
                yield "pickle", bare
        else:
            yield "pickle", gzip.decompress(contents) if name.endswith(".gz") else contents
    elif name == "tokenizer.json":
        yield "tokenizer", contents
        if short := cut(contents):
            yield "tokenizer", short
            yield "json", short
    elif name == "vocab.json":
        yield "pairs", contents + b"\0" + (path.parent / "merges.txt").read_bytes()
    elif name == "merges.txt":
        yield "merges", contents
    elif name.endswith(".txt.gz"):
        yield "merges", gzip.decompress(contents)
    elif path.suffix == ".json":
        yield "json", contents
        if name.endswith(("config.json", "cfg.json")):
            yield "configuration", contents


def main() -> None:
    fixtures, folder = map(pathlib.Path, sys.argv[1:])
    found = [("labels", text) for text in LABELS] + [("templates", text) for text in TEMPLATES]
    for path in sorted(fixtures.rglob("*")):
        if path.is_file() and path.stat().st_size <= SIZE_LIMIT:
            found += seeds(path)
    for target, contents in found:
        if len(contents) <= SIZE_LIMIT:
            path = folder / target / hashlib.sha1(contents).hexdigest()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)


if __name__ == "__main__":
    main()
