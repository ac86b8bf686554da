"""Times lensctl's exports and report of a run of any size, and samples the memory that they use.

Writes a run of random numbers (a million features, ten labels for each end, 1000 labels), exports it in every form and
writes its report; prints of each the median, best and worst seconds, the largest anonymous resident memory (RssAnon,
which leaves out mapped files), sampled every 10 ms, and the size of what was made. Exits 1 if an export takes more
than `--limit` mebibytes, or the report more than what is said of it below. Needs NumPy.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/Oracle"))
from export_runs import write_run  # noqa: E402

FORMATS = ["csv", "jsonl", "npz", "sqlite", "parquet", "neuronpedia", "report"]
REPORT_SECONDS, REPORT_MEBIBYTES, REPORT_BYTES = 20, 512, 3_000_000


def anonymous(pid):
    """The anonymous resident memory of a process in bytes, 0 if it has ended."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith("RssAnon")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def export(lensctl, run, form, out):
    """Exports a run, or writes its report; returns seconds and the largest memory."""
    command = [lensctl, "report", run] if form == "report" else [lensctl, "export", run, "--format", form]
    command += ["--out", out, "--force"] + ([] if form == "report" else ["--quiet"])
    start, largest = time.monotonic(), 0
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        largest = max(largest, anonymous(process.pid))
        time.sleep(0.01)
    if process.returncode:
        sys.exit(f"FAILED: {form}: status {process.returncode}: {process.stderr.read()}")
    return time.monotonic() - start, largest


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lensctl", required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--verdict-columns", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--formats", nargs="*", default=FORMATS)
    parser.add_argument("--limit", type=int, default=512, help="mebibytes")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    run = options.work / f"run-{options.features}-{options.verdict_columns}"
    if not (run / "run.json").exists():
        write_run(run, options.features, verdict_columns=options.verdict_columns)
    print(f"{options.features} features, {options.verdict_columns} columns of a verdict, {options.repeats} repeats")
    print(f"{'form':12} {'median s':>9} {'best s':>9} {'worst s':>9} {'memory MiB':>11} {'size MB':>9}")
    wrong = []
    for form in options.formats:
        out = options.work / f"out.{form}"
        results = [export(options.lensctl, run, form, out) for _ in range(options.repeats)]
        seconds, memory = zip(*results)
        files = [p for p in out.rglob("*") if p.is_file()] if out.is_dir() else [out]
        size = sum(p.stat().st_size for p in files)
        figures = [statistics.median(seconds), min(seconds), max(seconds)]
        texts = [f"{value:9.2f}" for value in figures]
        print(f"{form:12} {' '.join(texts)} {max(memory) / 2**20:11.1f} {size / 1e6:9.1f}", flush=True)
        limit = REPORT_MEBIBYTES if form == "report" else options.limit
        if max(memory) > limit << 20:
            wrong.append(f"{form}: {max(memory) / 2**20:.1f} MiB, limit {limit}")
        if form == "report" and max(seconds) > REPORT_SECONDS:
            wrong.append(f"report: {max(seconds):.1f} s, limit {REPORT_SECONDS}")
        if form == "report" and size >= REPORT_BYTES:
            wrong.append(f"report: {size} bytes, limit {REPORT_BYTES}")
        shutil.rmtree(out) if out.is_dir() else out.unlink()
    if wrong:
        sys.exit("FAILED: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
