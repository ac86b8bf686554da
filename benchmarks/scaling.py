"""Shows that lensctl's time is linear in features and in labels, and that its memory is bounded.

Scans random directions of 1024 numbers (f16) through an image head of random numbers, 1024 to 768,
against random label embeddings (f32): features from an eighth of a million to 1,048,576 against
1000 labels, and 65,536 features against a quarter to all of 37,445 labels. For each series it prints
the medians, t = a + b n by least squares with its R2, and the largest anonymous resident memory
(RssAnon, which leaves out mapped files), sampled every 10 ms. Exits 1 if that is ever above what the run said
that it would use (`planned_bytes` in run.json). Needs NumPy; the files take 2.3 GB below
`--work` and are kept there for the next time.
"""

import argparse
import json
import os
import statistics
import struct
import subprocess
import time
from pathlib import Path

import numpy as np

WIDTH, JOINT = 1024, 768
FEATURES, LABELS = 1_048_576, 37_445
FEW_FEATURES, FEW_LABELS = 65_536, 1000
BLOCK = 65_536
DTYPES = {"F16": np.float16, "F32": np.float32}


def write_safetensors(path, dtype, tensors):
    """Writes named tensors of normally distributed numbers block by block, if the file is not there.

    `tensors` are (name, shape, standard deviation).
    """
    if path.exists():
        return
    header, start = {}, 0
    for name, shape, _ in tensors:
        end = start + int(np.prod(shape)) * np.dtype(DTYPES[dtype]).itemsize
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    generator = np.random.default_rng(1)
    temporary = path.with_suffix(".tmp")
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, shape, deviation in tensors:
            rows, columns = (shape + [1])[:2] if shape else (1, 1)
            for first in range(0, rows, BLOCK):
                size = (min(BLOCK, rows - first), columns)
                block = generator.standard_normal(size, dtype=np.float32) * deviation
                file.write(block.astype(DTYPES[dtype]).tobytes())
    temporary.rename(path)


def write_model(directory):
    """Writes as much of a CLIP model of the size of ViT-L/14 as a scan of ready embeddings reads."""
    directory.mkdir(parents=True, exist_ok=True)
    configuration = {
        "model_type": "clip",
        "projection_dim": JOINT,
        "text_config": {"hidden_size": 768, "num_attention_heads": 12},
        "vision_config": {"hidden_size": WIDTH},
    }
    (directory / "config.json").write_text(json.dumps(configuration))
    write_safetensors(
        directory / "model.safetensors",
        "F32",
        [
            ("vision_model.post_layernorm.weight", [WIDTH], 1),
            ("vision_model.post_layernorm.bias", [WIDTH], 0.1),
            ("visual_projection.weight", [JOINT, WIDTH], WIDTH**-0.5),
            ("logit_scale", [], 0),
        ],
    )


def anonymous_bytes(pid):
    """The anonymous resident memory of a process, 0 if it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError):
        pass
    return 0


def scan(options, features, labels):
    """Scans and returns seconds and the peak of anonymous memory in bytes."""
    out = options.work / "run"
    command = [
        options.lensctl, "scan", "--model", options.work / "model",
        "--sae", options.work / "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "full",
        "--text-embeddings", options.work / f"labels-{labels}.safetensors",
        "--temperature", "0.01", "--features", f"0-{features - 1}", "--out", out, "--force",
    ]  # fmt: skip
    if options.threads:
        command += ["--threads", str(options.threads)]
    if options.max_memory:
        command += ["--max-memory", options.max_memory]
    environment = dict(os.environ, LENSCTL_CACHE=str(options.work / "cache"))
    start = time.perf_counter()
    with open(options.work / "messages.txt", "w") as messages:
        process = subprocess.Popen(
            [str(part) for part in command], env=environment, stderr=messages
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, anonymous_bytes(process.pid))
            time.sleep(0.01)
    seconds = time.perf_counter() - start
    messages = (options.work / "messages.txt").read_text()
    if process.returncode != 0:
        raise SystemExit(messages)
    description = json.loads((out / "environment.json").read_text(encoding="utf-8"))
    planned = description["environment"]["memory"]["planned_bytes"]
    if not 0 < peak <= planned:
        raise SystemExit(
            f"{features} features, {labels} labels: peak of {peak} bytes, expected 1 to {planned}"
        )
    return seconds, peak, messages.splitlines()[0], planned


def fit(sizes, seconds):
    """a, b and R2 of t = a + b n by least squares."""
    x, y = np.array(sizes, dtype=float), np.array(seconds)
    b, a = np.polyfit(x, y, 1)
    return a, b, 1 - ((y - a - b * x) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def series(options, name, cases):
    """Runs the cases in turn, several times, and prints what came out."""
    results = [[] for _ in cases]
    scan(options, *cases[0])
    for _ in range(options.repeats):
        for result, case in zip(results, cases):
            result.append(scan(options, *case))
    print(f"\n{name}: {results[-1][0][2]}")
    print("features  labels  seconds (median, least, most)  peak MB beyond mapped files, planned")
    medians = []
    for (features, labels), result in zip(cases, results):
        seconds = [one[0] for one in result]
        medians.append(statistics.median(seconds))
        peak = max(one[1] for one in result)
        print(
            f"{features:8d} {labels:7d}  {medians[-1]:8.3f} {min(seconds):8.3f} {max(seconds):8.3f}"
            f"  {peak / 1e6:8.1f} {result[0][3] / 1e6:8.1f}"
        )
    sizes = [case[0] if name == "features" else case[1] for case in cases]
    a, b, r2 = fit(sizes, medians)
    print(f"t = {a:.3f} s + {b * 1e6:.3f} s per million {name} * n, R2 = {r2:.5f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--work", type=Path, default=Path("out/scaling"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--max-memory", help="as lensctl has it")
    parser.add_argument("--only", choices=["features", "labels"], help="one of the series")
    parser.add_argument("--divide", type=int, default=1, help="all sizes by so much, to try it out")
    options = parser.parse_args()
    most, few = FEATURES // options.divide, FEW_FEATURES // options.divide
    labels = LABELS // options.divide
    few_labels = min(FEW_LABELS, labels)
    options.work = options.work / f"by-{options.divide}"
    write_model(options.work / "model")
    write_safetensors(options.work / "sae.safetensors", "F16", [("W_dec", [most, WIDTH], 1)])
    label_counts = [labels // 4, labels // 2, labels * 3 // 4, labels]
    for count in [few_labels] + label_counts:
        path = options.work / f"labels-{count}.safetensors"
        write_safetensors(path, "F32", [("rows", [count, JOINT], 1)])
    if options.only != "labels":
        series(options, "features", [(most // k, few_labels) for k in (8, 4, 2, 1)])
    if options.only != "features":
        series(options, "labels", [(few, count) for count in label_counts])


if __name__ == "__main__":
    main()
