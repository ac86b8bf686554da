"""Runs to be exported: one with hostile labels and masked features, and one of any size.

NumPy alone. The first is scanned by lensctl from an autoencoder written here; the second is written as a run
directory outright, with random numbers, since only its layout matters.
"""

import hashlib
import json
import struct
import subprocess
import sys

import numpy as np

CODES = {np.dtype("<f4"): "F32", np.dtype("<i4"): "I32", np.dtype("<i8"): "I64", np.dtype("u1"): "U8"}

# What has broken some reader of some form, one a line. The second holds a lone carriage return, which the reader of
# labels refuses, so that it is put in behind it.
HOSTILE = [
    "dog", "carriage return here", "a,b,c", 'say "dog"', '"', '""', "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)",
    "NA", "null", "NaN", "None", "inf", "\\N", "\\", "\ta tab", " leading", "trailing ", "'; DROP TABLE labels; --",
    "' OR 1=1", "</script><img onerror=alert(1)>", "{{mustache}}", "%s %n", '{"a": 1}', "[1]", "#comment", "␀ \\0 \\x00",
    "👩‍🔬 woman scientist", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "\u202eright to left\u202c", "שלום עולם", "مرحبا", "\ufeffbom inside", "a\u2028b", "c\u0085d",
    "e" + "\u0301" * 40, "\U0010ffff", "", "long " * 400, "dog", "true", "1e5", "0x10", "2024-01-01", "a;b|c", "`ls`", "$(ls)",
]  # fmt: skip


def write_safetensors(path, tensors, metadata=None):
    """Writes named arrays in order."""
    header, start = {"__metadata__": metadata} if metadata else {}, 0
    for name, values in tensors.items():
        header[name] = {
            "dtype": CODES[values.dtype],
            "shape": list(values.shape),
            "data_offsets": [start, start + values.nbytes],
        }
        start += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(np.ascontiguousarray(values).data)


def digest(path):
    """The digest of a file as run.json has it."""
    with open(path, "rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def scan(lensctl, model, width, work, name, top):
    """Scans 23 random directions, of which one is dead and two are not finite, against the hostile labels."""
    directions = np.random.default_rng(3).standard_normal((23, width)).astype("<f4")
    directions[4], directions[9, 2], directions[22, 0] = 0, np.nan, np.inf
    write_safetensors(work / f"{name}-sae.safetensors", {"W_dec": directions})
    (work / f"{name}.txt").write_bytes("".join(label + "\n" for label in HOSTILE).encode())
    run = work / name
    subprocess.run(
        [lensctl, "scan", "--model", model, "--sae", work / f"{name}-sae.safetensors", "--keys",
         "W_dec=W_dec:N", "--map", "native", "--labels", work / f"{name}.txt", "--top", str(top), "--quiet", "--force",
         "--out", run],
        check=True,
    )  # fmt: skip
    text = (run / "labels.txt").read_bytes()
    (run / "labels.txt").write_bytes(text.replace(b"carriage return here", b"carriage\rreturn"))
    info = json.loads((run / "run.json").read_text())
    info["files"]["labels.txt"] = digest(run / "labels.txt")
    (run / "run.json").write_text(json.dumps(info))
    return run


def write_run(run, features, labels=1000, top=10, verdict_columns=0):
    """Writes a run of random numbers, in which every 1000th feature is not read."""
    run.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(features)
    status = np.zeros(features, "u1")
    status[::1000] = 1
    there = status == 0

    def numbers(*shape):
        values = generator.standard_normal((features, *shape), dtype=np.float32) * 0.1
        values[~there] = np.nan
        return values.astype("<f4", copy=False)

    def ids():
        values = generator.integers(0, labels, (features, top), dtype="<i4")
        values[~there] = -1
        return values

    ends = {}
    for end in ["top", "bottom"]:
        ends |= {f"{end}_label_ids": ids(), f"{end}_cosines": numbers(top), f"{end}_probabilities": numbers(top)}
    columns = {"feature_id": np.arange(features, dtype="<i4") * 2} | ends
    for name in ["mean", "sd", "skewness", "kurtosis", "margin", "entropy", "log_partition"]:
        columns[name] = numbers()
    columns["status"] = status
    write_safetensors(run / "features.safetensors", columns, {"format": "lensctl.features", "version": "1"})
    first = np.bincount(columns["top_label_ids"][there, 0], minlength=labels).astype("<i8")
    every = np.bincount(columns["top_label_ids"][there].ravel(), minlength=labels).astype("<i8")
    embeddings = generator.standard_normal((labels, 16)).astype("<f4")
    tensors = {"first_counts": first, "top_counts": every, "embeddings": embeddings, "status": np.zeros(labels, "u1")}
    write_safetensors(run / "labels.safetensors", tensors, {"format": "lensctl.labels", "version": "1"})
    (run / "labels.txt").write_text("".join(f"label number {i}\n" for i in range(labels)))
    names = ["features.safetensors", "labels.safetensors", "labels.txt"]
    info = {
        "format": "lensctl.run", "format_version": 1, "lens": {"id": "dec.lin"}, "logit_scale": {"value": 100.0},
        "inputs": [], "files": {name: digest(run / name) for name in names},
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(info))
    if verdict_columns:
        columns = {"feature_id": columns["feature_id"]}
        columns |= {f"dec.lin.score{i}.p": numbers() for i in range(verdict_columns)}
        write_safetensors(run / "verdict.safetensors", columns)
        verdict = {
            "format": "lensctl.verdict", "version": 1, "form_in_use": "dec.lin", "variants": [{"id": "dec.lin"}],
            "verdicts": [], "findings": [],
        }  # fmt: skip
        (run / "verdict.json").write_text(json.dumps(verdict))
    return run


if __name__ == "__main__":
    import pathlib

    write_run(pathlib.Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
