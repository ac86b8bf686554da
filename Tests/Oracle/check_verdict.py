"""Compares `lensctl verdict` with an independent computation on planted worlds.

    check_verdict.py --lensctl FILE [--seed N]

Worlds are those of worlds.py; scores, alignment and counts of labels those of verdict_reference.py (NumPy, float64), on
all features. Every best label must be the reference's but where its two best scores are within 2e-5 of each other, relative to
the greatest. p-values depend on random numbers that differ here; their shares must agree within 0.02 and three deviations, by the
spread of the reference's shares between sets of four null banks: where labels are hubs, all features share what chance gives them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

sys.path.insert(0, str(Path(__file__).parent))
import verdict_reference as reference
import worlds

CAUSES = ("none", "partial", "hubs+gap", "nullworld")

SETS = 6  # of four null banks each, of the reference

# Effective number of labels, share of the most frequent one and labels never first, as verdict_reference.py gave them on
# one NumPy and BLAS; on others a few features may go to other labels (402.073 in the last line on another).
GOLDENS = {
    ("hubs+gap", 0, "abtt"): (3.41426, 0.483333, 297),
    ("hubs+gap", 0, "whiten"): (499.778, 0.00266667, 0),
    ("partial", 0, "abtt"): (368.008, 0.00666667, 21),
    ("partial", 0, "whiten"): (401.356, 0.006, 17),
}


def expected(bank, name, temperature):
    """Scores [n, K] as lensctl defines them."""
    if name != "pmi":
        return reference.scores(bank, bank.v, name)
    c = reference.scores(bank, bank.v, "centred")
    logits = c / temperature
    weights = np.exp(logits - logits.max(1, keepdims=True))
    shares = (weights / weights.sum(1, keepdims=True)).mean(0)
    return c - temperature * np.log(shares)


def compare(cause, seed, lensctl, folder):
    """Judges one world with both; returns the differences that are too large."""
    worlds.write(worlds.build(cause, seed), folder)
    out = Path(folder) / "run"
    subprocess.run(
        [lensctl, "verdict", "--model", f"{folder}/model", "--sae", f"{folder}/sae", "--text-embeddings",
         f"{folder}/text.safetensors", "--names", f"{folder}/names.txt", "--map", "linear", "--variant", "dec.lin", "--out",
         str(out), "--quiet", "--json"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    columns = load_file(out / "verdict.safetensors")
    variant = json.loads((out / "verdict.json").read_text(encoding="utf-8"))["variants"][0]
    world = reference.World(folder)
    bank = reference.Bank(world.images("decoder", "linear", None)[0], world.text)
    wrong = []
    rows = np.arange(bank.n)
    ratio = reference.alignment(bank, bank.v @ bank.t.T, rows)
    if abs(variant["alignment"]["ratio"] - ratio) > 1e-4:
        wrong.append(f"alignment: found {variant['alignment']['ratio']}, expected {ratio}")
    for score in variant["scores"]:
        name = score["id"]
        if name == "znull":
            continue
        exact = expected(bank, name, 1 / world.scale)
        labels = columns[f"dec.lin.{name}.label_id"]
        best = exact.max(1)
        lost = best - exact[rows, labels]
        worst = (lost / np.abs(exact).max(1)).max()
        print(f"{cause:10} {name:9} {(labels == exact.argmax(1)).mean():.5f} equal, greatest loss {worst:.1e}", end="")
        if worst > 2e-5:
            wrong.append(f"{name}: a best label scores {worst} less")
        signs = [item for item in variant["score_facts"]["signs"] if item["score"] == name]
        if signs:
            low = exact.min(1)
            opposed, near = (-low > best).mean(), (np.abs(-low - best) <= 2e-5 * np.abs(exact).max(1)).mean()
            lost = exact[rows, columns[f"dec.lin.{name}.least_label_id"]] - low
            if (lost / np.abs(exact).max(1)).max() > 2e-5:
                wrong.append(f"{name}: a least label scores more")
            if abs(signs[0]["opposed"]["estimate"] - opposed) > near + 1e-9:
                wrong.append(f"{name}: opposed {signs[0]['opposed']['estimate']}, expected {opposed}")
        golden = GOLDENS.get((cause, seed, name))
        if golden:
            found = score["hubs"]["effective_labels"], score["hubs"]["top_share"], score["hubs"]["unused_labels"]
            close = [abs(a - b) <= 1e-5 * max(1, abs(b)) + slack for a, b, slack in zip(found, golden, (1, 2e-3, 1))]
            if not all(close):
                wrong.append(f"{name}: labels used {found}, expected about {golden}")
        if score["rotated"]:
            banks = reference.null_best(bank, name, SETS * reference.REPLICATES)
            sets = np.array([reference.Significance(best, part, bank.strata).share for part in np.split(banks, SETS)])
            p, found = sets.mean(), score["rotated"]["share"]["estimate"]
            print(f", share {found:.3f} for {p:.3f} +- {sets.std(ddof=1):.3f}", end="")
            if abs(found - p) > 0.02 + 3 * sets.std(ddof=1) * (1 + 1 / SETS) ** 0.5:
                wrong.append(f"{name}: share of p <= 0.05 {found}, expected about {p}")
        print()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    failures = []
    for cause in CAUSES:
        with tempfile.TemporaryDirectory() as folder:
            failures += [f"{cause}: {line}" for line in compare(cause, arguments.seed, arguments.lensctl, folder)]
    for line in failures:
        print("FAILED: " + line)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
