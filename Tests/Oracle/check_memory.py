"""Compares the memory that verdicts take with what they planned.

    check_memory.py --lensctl FILE [--work DIR] [--cases a,b]

Runs `lensctl verdict` on the example of this repository and on random banks of many labels, each with something else that takes
memory, with one thread and with two. The largest anonymous resident memory (RssAnon, which leaves out mapped files), sampled every
5 ms, must be at most `planned_bytes` of run.json, and stays so if that is what --max-memory states; one byte less than one thread needs
must be refused. Prints both for each case. Needs NumPy.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from worlds import save_file

EMOJI = Path(__file__).resolve().parent.parent.parent / "examples" / "emoji"


def anonymous_bytes(pid):
    """The anonymous resident memory of a process, 0 if it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError):
        pass
    return 0


def run(command):
    """Runs a command; its exit status, the peak of its memory and what it printed on standard error."""
    with tempfile.TemporaryFile("w+") as messages:
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=messages)
        peak = 0
        while process.poll() is None:
            peak = max(peak, anonymous_bytes(process.pid))
            time.sleep(0.005)
        messages.seek(0)
        return process.returncode, peak, messages.read()


def emoji():
    """The options for the example before the last block, of one variant and with few null banks."""
    return [
        "--model", EMOJI / "model", "--sae", EMOJI / "sae-resid", "--labels", EMOJI / "labels.txt",
        "--direction", "decoder", "--map", "linear", "--variant", "dec.lin", "--null-banks", "20",
    ]  # fmt: skip


def unit_rows(rng, count, width):
    rows = rng.standard_normal((count, width)).astype(np.float32) + 0.5
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def random_bank(work, labels, features=3000, width=256):
    """The options for random directions of the joint space beside many random labels, with a truth of classes."""
    rng = np.random.default_rng(labels)
    folder = work / f"random-{labels}-{features}"
    if not folder.exists():
        folder.mkdir(parents=True)
        save_file({"W_dec": unit_rows(rng, features, width)}, folder / "sae.safetensors")
        save_file({"embeddings": unit_rows(rng, labels, width)}, folder / "text.safetensors")
        means = np.zeros((labels, features), np.float32)
        means[rng.integers(labels, size=features), np.arange(features)] = 1
        save_file({"class_means": means}, folder / "truth.safetensors")
    return [
        "--sae", folder / "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "native", "--text-embeddings", folder / "text.safetensors",
        "--temperature", "0.01", "--variant", "native", "--null-banks", "20", "--rotations", "1",
    ]  # fmt: skip


def cases(work):
    """What is run: names, and options beside `verdict`."""
    rng = np.random.default_rng(5)
    work.mkdir(parents=True, exist_ok=True)
    other = work / "other.safetensors"
    if not other.exists():
        save_file({"embeddings": unit_rows(rng, 30_000, 128)}, other)
    sets = work / "sets.tsv"
    labels = (EMOJI / "labels.txt").read_text(encoding="utf-8").splitlines()
    # Every label of a text counts once.
    names = list(dict.fromkeys(labels))
    sets.write_text(
        "".join(f"set {k}\t" + "\t".join(names[k : k + 60]) + "\n" for k in range(0, 600, 2)), encoding="utf-8")
    truth = ["--truth", EMOJI / "activations.safetensors"]
    quiet = ["--controls", "none"]
    many = random_bank(work, 20_000)
    return {
        "plain": emoji() + quiet,
        "controls": emoji(),
        "truth": emoji() + quiet + truth,
        "shifted": [*emoji()[:6], "--direction", "shifted", "--map", "full", "--null-banks", "20", *quiet, *truth, "--variant", "dec.abs", "--variant", "dec.lin"],
        "sums": emoji() + quiet + ["--sparse-naming", "all"],
        "sets": emoji() + quiet + ["--sets", sets],
        "vocabulary": emoji() + quiet + ["--vocabulary", other],
        "templates": emoji() + quiet + truth + ["--template", "a {label}", "--template", "emoji {label}", "--template", "{label}", "--compare-templates"],
        "many labels": many + quiet,
        "causes": many + quiet + ["--truth", Path(many[1]).parent / "truth.safetensors"],
    }  # fmt: skip


def check(lensctl, work, name, options, threads):
    """Runs one case; whether it kept to what was planned."""
    out = work / "run"
    command = [lensctl, "verdict", *options, "--threads", threads, "--out", out, "--force", "--quiet"]
    status, peak, messages = run(command)
    if status:
        sys.exit(f"{name}: lensctl ended with {status}: {messages}")
    memory = json.loads((out / "environment.json").read_text(encoding="utf-8"))["environment"]["memory"]
    planned = memory["planned_bytes"]
    print(f"{name:12} {threads} threads: {peak / 2**20:7.0f} MiB of {planned / 2**20:7.0f} planned, {peak / planned:4.0%}", flush=True)
    return peak <= planned


def check_limit(lensctl, work, options):
    """Whether what is planned for one thread is enough, and one byte less is refused."""
    out = work / "run"
    command = [lensctl, "verdict", *options, "--threads", 1, "--out", out, "--force", "--quiet"]
    planned = json.loads((out / "environment.json").read_text(encoding="utf-8"))["environment"]["memory"]["planned_bytes"]
    enough, peak, _ = run([*command, "--max-memory", planned])
    less, _, messages = run([*command, "--max-memory", planned - 1])
    return enough == 0 and peak <= planned and less == 64 and "--max-memory" in messages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "lensctl-memory")
    parser.add_argument("--cases", help="some cases, joined by commas")
    arguments = parser.parse_args()
    chosen = cases(arguments.work)
    names = arguments.cases.split(",") if arguments.cases else list(chosen)
    # Labels are encoded, and kept, before anything is measured.
    run([arguments.lensctl, "verdict", *emoji(), "--controls", "none", "--out", arguments.work / "run", "--force", "--quiet"])
    kept = [check(arguments.lensctl, arguments.work, name, chosen[name], threads) for name in names for threads in (2, 1)]
    kept.append(check_limit(arguments.lensctl, arguments.work, chosen[names[-1]]))
    if not all(kept):
        sys.exit("a verdict took more memory than it planned")


if __name__ == "__main__":
    main()
