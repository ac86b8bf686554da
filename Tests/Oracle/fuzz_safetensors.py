"""Compares what `lensctl inspect` accepts with the safetensors library, on headers changed at random.

Whatever lensctl accepts the library must accept and read equally: the same names, dtypes and shapes.
The reverse is not asked for, since lensctl refuses more (names that stand twice, for one). Needs
safetensors and NumPy; exits 1 at the first difference, and leaves that file behind.
"""

import argparse
import json
import random
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors import SafetensorError, safe_open

WIDTHS = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "C64": 8, "f32": 4,
}  # fmt: skip
NAMES = ["a", "W_dec", "", "a.b", "é", "e\u0301", "\n", '"', "\x7f", "\u202e", "dtype", "\\u0061"]
NUMBERS = [
    "-0", "-1", "0.0", "1.0", "1e0", "00", "+1", "null", '"0"', "[]", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "4294967296", "1e400",
]  # fmt: skip
SNIPPETS = [
    b" ", b"\n", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf", b",", b":", b"{", b"}", b"]", b"[", b"0",
    b'"', b"\\", b"\\ud800", b'"__metadata__":{"a":"b"},', b'"__metadata__":{"a":1},',
    b'"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},', b'"x":1,',
]  # fmt: skip


def tensors(generator):
    """Entries that fill a file one after another, and the size of their data in bytes."""
    entries, end = [], 0
    for name in generator.sample(NAMES, generator.randrange(4)):
        dtype = generator.choice(list(WIDTHS))
        shape = [generator.choice([0, 1, 2, 3, 5]) for _ in range(generator.randrange(4))]
        size = WIDTHS[dtype]
        for length in shape:
            size *= length
        entries.append((name, dtype, shape, [end, end + size]))
        end += size
    return entries, end


def header(entries, generator):
    """The entries as JSON; now and then a number is written in another way, or is another one."""
    def number(value):
        return generator.choice(NUMBERS) if generator.random() < 0.02 else str(value)

    def numbers(values):
        return "[" + ",".join(map(number, values)) + "]"

    generator.shuffle(entries)
    members = []
    for name, dtype, shape, offsets in entries:
        fields = [
            f'"dtype":"{dtype}"', f'"shape":{numbers(shape)}', f'"data_offsets":{numbers(offsets)}'
        ]  # fmt: skip
        generator.shuffle(fields)
        key = json.dumps(name, ensure_ascii=generator.random() < 0.5)
        members.append(key + ":{" + ",".join(fields) + "}")
    return ("{" + ",".join(members) + "}").encode()


def changed(text, generator):
    """The bytes of a header with some of them changed, removed, repeated or added."""
    text = bytearray(text)
    for _ in range(generator.choice([0, 0, 1, 1, 2, 3])):
        start = generator.randrange(len(text) + 1)
        match generator.randrange(5):
            case 0:
                text[start:start] = generator.choice(SNIPPETS)
            case 1:
                text[start : start + generator.randrange(1, 4)] = b""
            case 2:
                text[start : start + 1] = bytes([generator.randrange(256)])
            case 3:
                text[start:start] = text[start : start + generator.randrange(1, 40)]
            case _:
                text[len(text) :] = b" " * generator.randrange(9)
    return bytes(text)


def mutated_file(generator):
    entries, size = tensors(generator)
    text = changed(header(entries, generator), generator)
    length = len(text) + (generator.choice([-1, 1, 8]) if generator.random() < 0.03 else 0)
    size += generator.choice([-1, 1, 8]) if generator.random() < 0.03 else 0
    return struct.pack("<Q", max(0, length)) + text + generator.randbytes(max(0, size))


def read_by_lensctl(lensctl, path):
    """Name to dtype and shape; None if the file is refused, which must be told as bad data."""
    command = [lensctl, "inspect", "--json", "--threads", "1", str(path)]
    done = subprocess.run(command, capture_output=True)
    if done.returncode == 0:
        found = json.loads(done.stdout)
        return {entry["name"]: (entry["dtype"], entry["shape"]) for entry in found["tensors"]}
    if done.returncode != 65:
        sys.exit(f"{path}: lensctl ended with {done.returncode}: {done.stderr.decode()}")
    return None


def read_by_library(path):
    """Name to dtype and shape, or why the file is refused."""
    try:
        with safe_open(path, framework="np") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}
            return {name: (part.get_dtype(), part.get_shape()) for name, part in slices.items()}
    except (SafetensorError, UnicodeError) as error:
        return str(error)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    accepted = refused_here_alone = 0
    folder = Path(tempfile.mkdtemp(prefix="fuzz-safetensors-"))
    for index in range(arguments.count):
        path = folder / f"{index}.safetensors"
        path.write_bytes(mutated_file(generator))
        here, there = read_by_lensctl(arguments.lensctl, path), read_by_library(path)
        if here is not None and here != there:
            sys.exit(f"{path}: lensctl reads {here}, safetensors {there}")
        accepted += here is not None
        refused_here_alone += here is None and isinstance(there, dict)
        path.unlink()
    folder.rmdir()
    print(
        f"{arguments.count} files: {accepted} read equally, {refused_here_alone} refused by lensctl "
        f"alone, the rest by both"
    )


if __name__ == "__main__":
    main()
