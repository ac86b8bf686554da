"""Judges planted worlds with `lensctl verdict` and compares the sets of verdicts with those that MODEL.md tabulates.

    calibrate.py --lensctl FILE --log FILE [--seeds 40] [--first 0] [--causes a,b] [--workers 2] [--least 0.95]
    calibrate.py --lensctl FILE --small

Worlds are written by worlds.py, apart from the engine. Each world whose outcome stands in the log is passed over, so a run can be
ended and gone on with; outcomes of another program (by its digest) do not count. Prints, for each cause, how often each set of
verdicts was found, and the matrix of causes by the cause whose set it is; fails if less than `--least` of any cause, or of
all, has exactly its set. `--small` judges one smaller world of a few causes, which takes seconds.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import worlds

EXPECTED = {
    "none": "WORKS",
    "joint": "WORKS",
    "reference": "WORKS AT-REFERENCE",
    "temperature": "DEGENERATE-TEMPERATURE WORKS",
    "confidence": "FALSE-CONFIDENCE WORKS",
    "gap": "FALSE-CONFIDENCE GAP-LIMITED",
    "hubs": "LABEL-COLLAPSE WORKS",
    "bias": "BIAS-DOMINATED FALSE-CONFIDENCE",
    "drift": "DRIFT-LIMITED FALSE-CONFIDENCE NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "drift+temperature": "DEGENERATE-TEMPERATURE DRIFT-LIMITED NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "vocabulary": "FALSE-CONFIDENCE NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE WRONG-VOCABULARY",
    "kinds": "FALSE-CONFIDENCE WORKS WRONG-VOCABULARY",
    "permutation": "INDEX-PERMUTED WORKS",
    "permutation-sorted": "INDEX-PERMUTED WORKS",
    "untrained": "FALSE-CONFIDENCE LOAD-SUSPECT NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "model": "FALSE-CONFIDENCE MODEL-MISMATCH NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "few": "FALSE-CONFIDENCE NOT-IN-TEXT-SPAN UNDERPOWERED",
    "nullworld": "FALSE-CONFIDENCE NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "text-like": "FALSE-CONFIDENCE NULL-INDISTINGUISHABLE",
    "outside": "FALSE-CONFIDENCE NOT-IN-TEXT-SPAN NULL-INDISTINGUISHABLE",
    "shuffled": "SIGNIFICANT-BUT-WRONG",
    "partial": "FALSE-CONFIDENCE PARTIAL",
    "hubs+gap": "FALSE-CONFIDENCE GAP-LIMITED LABEL-COLLAPSE",
    "bias+gap": "BIAS-DOMINATED FALSE-CONFIDENCE GAP-LIMITED",
}  # fmt: skip

# Causes of which the larger one comes first on the ladder.
ORDER = {"hubs+gap": ("centring", "hubs"), "bias+gap": ("centring", "bias")}

# Wide enough that the power at a cosine of 0.15 is 1: of 256 dimensions it is 0.4 to 0.9 by seed.
SMALL = dict(n=600, d=448, D=384, K=200)
SMALL_CAUSES = ("none", "temperature", "drift", "permutation", "untrained", "shuffled", "few")


def arguments_of(folder, form, cause):
    """The command line for a world: its form in use, and the isolated form of the same direction."""
    used = {("decoder", "linear"): "dec.lin", ("shifted", "full"): "dec.abs", ("decoder", "native"): "native"}[form["direction"], form["map"]]
    asked = [used] + (["dec.lin"] if used == "dec.abs" else [])
    # Classes of these worlds match no label, which --classes refuses.
    truth = [] if cause in ("vocabulary", "kinds") else ["--truth", f"{folder}/truth.safetensors", "--classes", f"{folder}/classes.txt"]
    optional = [
        ("--results", folder / "results.tsv"), ("--listing", folder / "listing.txt"),
        ("--vocabulary", folder / "vocabulary.safetensors"), ("--vocabulary-names", folder / "vocabulary.txt"),
        ("--sets", folder / "sets.tsv"),
    ]  # fmt: skip
    return [
        "verdict", "--model", f"{folder}/model", "--sae", f"{folder}/sae", "--text-embeddings", f"{folder}/text.safetensors",
        "--names", f"{folder}/names.txt", "--direction", form["direction"], "--map", form["map"],
        *(["--alpha", str(form["alpha"])] if form["alpha"] is not None else []),
        *(part for form in asked for part in ("--variant", form)), *truth,
        *(part for option, path in optional if path.exists() for part in (option, str(path))),
        "--controls", "none", "--threads", "1", "--out", f"{folder}/run", "--quiet", "--json",
    ]  # fmt: skip


def judge(lensctl, cause, seed, small=False):
    """Makes and judges one world; what is logged of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        knobs = replace(worlds.CAUSES[cause], **{k: v for k, v in SMALL.items() if cause != "few" or k != "n"}) if small else None
        worlds.write(worlds.build(cause, seed, knobs), folder)
        form = json.loads((folder / "world.json").read_text(encoding="utf-8"))["form"]
        run = subprocess.run([lensctl, *arguments_of(folder, form, cause)], capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"{cause} {seed}: lensctl ended with {run.returncode}: {run.stderr}")
        verdict = json.loads(run.stdout)
    figures = {f["name"]: [f["value"], f["interval"], f["threshold"], f.get("not_judged")] for f in verdict["findings"]}
    ladder = verdict.get("ladder", {}).get("causes", [])
    return dict(cause=cause, seed=seed, verdicts=verdict["verdicts"], ladder=[c["cause"] for c in ladder], figures=figures)


def is_right(entry):
    """Whether the set is exact, and causes stand in the order of their size."""
    order = ORDER.get(entry["cause"])
    known = [c for c in entry["ladder"] if order and c in order]
    return set(entry["verdicts"]) == set(EXPECTED[entry["cause"]].split()) and (not entry["ladder"] or order is None or tuple(known) == order)


def report(entries, causes, least):
    """Prints sets by cause and the confusion matrix; whether enough lie on its diagonal."""
    sets = {frozenset(names.split()): cause for cause, names in reversed(EXPECTED.items())}
    enough, total = True, 0
    for cause in causes:
        own = [e for e in entries if e["cause"] == cause]
        if not own:
            continue
        right = sum(map(is_right, own))
        total += right
        enough = enough and right >= least * len(own)
        print(f"{cause:20} {right:3} of {len(own):3}")
        for names, count in Counter(" ".join(e["verdicts"]) for e in own).most_common():
            found = frozenset(names.split())
            mark = "" if found == set(EXPECTED[cause].split()) else f"   <- that of {sets.get(found, 'no cause')}"
            print(f"{'':20} {count:3}  {names}{mark}")
    matrix(entries, causes, sets)
    print(f"{total} of {len(entries)} exact")
    return enough and total >= least * len(entries)


def matrix(entries, causes, sets):
    """Prints the confusion matrix: planted sets by found sets, by the first cause that has each."""
    rows = [c for c in causes if any(e["cause"] == c for e in entries)]
    columns = list(dict.fromkeys(sets[frozenset(EXPECTED[c].split())] for c in EXPECTED))
    print("\nplanted \\ found" + "".join(f"{i:4}" for i in range(1, len(columns) + 1)) + " none")
    for cause in rows:
        found = Counter(sets.get(frozenset(e["verdicts"])) for e in entries if e["cause"] == cause)
        print(f"{cause:15.15}" + "".join(f"{found[c] or '.':>4}" for c in columns) + f"{found[None] or '.':>5}")
    print("\n".join(f"{i:4} {c}" for i, c in enumerate(columns, 1)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--causes", help="some causes, joined by commas")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--least", type=float, default=0.95, help="the share that must be exact")
    parser.add_argument("--log", help="file of outcomes as JSON lines, added to")
    parser.add_argument("--small", action="store_true", help="one smaller world of a few causes")
    arguments = parser.parse_args()
    causes = arguments.causes.split(",") if arguments.causes else list(SMALL_CAUSES if arguments.small else EXPECTED)
    seeds = range(1) if arguments.small else range(arguments.first, arguments.first + arguments.seeds)
    program = hashlib.sha256(Path(arguments.lensctl).read_bytes()).hexdigest()
    entries = []
    if arguments.log and Path(arguments.log).exists():
        lines = Path(arguments.log).read_text(encoding="utf-8").splitlines()
        entries = [e for e in map(json.loads, lines) if e["program"] == program and e["cause"] in causes and e["seed"] in seeds]
    done = {(e["cause"], e["seed"]) for e in entries}
    tasks = [(cause, seed) for seed in seeds for cause in causes if (cause, seed) not in done]
    with ThreadPoolExecutor(arguments.workers) as executor:
        for entry in executor.map(lambda task: judge(arguments.lensctl, *task, arguments.small), tasks):
            entries.append(dict(program=program, **entry))
            if arguments.log:
                with open(arguments.log, "a", encoding="utf-8") as log:
                    log.write(json.dumps(entries[-1]) + "\n")
    if not report(entries, causes, arguments.least):
        sys.exit("too few worlds have exactly the verdicts of their cause")


if __name__ == "__main__":
    main()
