"""Compares `lensctl verdict` with an independent computation on planted worlds.

    check_verdict.py --lensctl FILE [--seed N]

Worlds are those of worlds.py; scores, alignment and counts of labels those of verdict_reference.py (NumPy, float64), on
all features. Every best label must be the reference's but where its two best scores are within 2e-5 of each other, relative to
the greatest. p-values depend on random numbers that differ here; their shares must agree within 0.02 and three deviations, by the
spread of the reference's shares between sets of four null banks: where labels are hubs, all features share what chance gives them. So do
null banks of whole samples: limits must agree within what two sets of 200 null banks and two samples differ by, and whether a
test exceeds must be the same where the reference is not near its limit. Tables that are
filed under other features' names must be found so, by the same map, counts and p.
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
MISFILED = {"permutation": "listing", "permutation-sorted": "alive strings"}

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
    found = compare_evidence(variant["evidence"], bank)
    print(f"{cause:10} evidence: {len(found)} differences; beats null: {variant['evidence']['beats_null']}")
    if variant["control"]["raw"] != reference.planted_control(world):
        wrong.append(f"control: found {variant['control']}, expected {reference.planted_control(world)}")
    return wrong + found


def compare_evidence(evidence, bank):
    """The differences of tests of the whole bank from the reference's, by samples of their own."""
    reference.SAMPLE = evidence["sample"]
    aggregate = reference.Aggregate(bank, count=evidence["null_banks"])
    expected = {
        (key, name): (aggregate.observed[f"{name}.{key}"], aggregate.null[f"{name}.{key}"])
        for key in ("raw", "centred", "both") for name in ("share", "half")
    }  # fmt: skip
    pairs = [(f"{name}.{key}", evidence["rotated"][key][name], *values) for (key, name), values in expected.items()]
    pairs += [("rho", evidence["alignment"], aggregate.observed["rho"], aggregate.null["rho"])]
    pairs += [("energy", evidence["text_span"]["energy"], aggregate.observed["energy"], aggregate.null["energy"])]
    wrong = []
    if evidence["text_span"]["axes"] != aggregate.rank:
        wrong.append(f"axes: found {evidence['text_span']['axes']}, expected {aggregate.rank}")
    for name, found, observed, null in pairs:
        limit, spread = np.quantile(null, reference.QUANTILE, method="higher"), max(null.std(), 1e-4)
        wrong += evidence_test(name, found, observed, np.median(null), limit, spread, len(aggregate.rows))
    for key, (observed, limit) in aggregate.in_place().items():
        name, form = key.split(".")
        found = evidence["in_place"][form][name]
        center = 0.05 if name == "share" else 0.5
        wrong += evidence_test(f"in place {key}", found, observed, center, limit, (limit - center) / 2.8, len(aggregate.rows))
    for cosine in (0.15, 0.2):
        power = aggregate.power(cosine)
        found = next(point for point in evidence["power"]["points"] if point["cosine"] == cosine)["power"]
        if not found["lower"] - 0.15 <= power <= found["upper"] + 0.15:
            wrong.append(f"power at {cosine}: found {found}, expected about {power}")
    return wrong


def evidence_test(name, found, observed, middle, limit, spread, sample):
    """What differs in one test: 5 deviations of a limit of 200 banks, whose greatest spreads by half of one, are 3."""
    wrong = []
    # Figures of two samples: shares of independent features, or what the null itself spreads by.
    error = 5 * max(spread, 0.5 / sample**0.5)
    if abs(found["observed"] - observed) > max(error, 0.1 * abs(observed)):
        wrong.append(f"{name}: found {found['observed']}, expected about {observed}")
    if abs(found["null_median"] - middle) > 0.05 * middle + spread:
        wrong.append(f"{name}: null median {found['null_median']}, expected about {middle}")
    if abs(found["limit"] - limit) > 3 * spread:
        wrong.append(f"{name}: limit {found['limit']}, expected about {limit}, spread {spread}")
    if abs(observed - limit) > 2 * error and found["exceeds"] != bool(observed > limit):
        wrong.append(f"{name}: exceeds is {found['exceeds']} with {found['observed']}, expected {observed} beside {limit}")
    return wrong


def judged(folder, lensctl, results, listing):
    """The member `permutation` of a verdict that is asked about a table."""
    options = ["--results", results] + (["--listing", str(listing)] if listing else [])
    run = subprocess.run(
        [lensctl, "verdict", "--model", f"{folder}/model", "--sae", f"{folder}/sae", "--text-embeddings",
         f"{folder}/text.safetensors", "--names", f"{folder}/names.txt", "--map", "linear", "--variant", "dec.lin",
         "--rotations", "1", "--null-banks", "0", "--truth", f"{folder}/truth.safetensors", "--classes",
         f"{folder}/classes.txt", *options, "--out", f"{folder}/run", "--force", "--quiet", "--json"],
        check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return json.loads(run.stdout)["permutation"]


def compare_maps(cause, seed, lensctl, folder):
    """Tables filed by each map: the maps, what agrees under each, and p must be those of the reference."""
    world = worlds.build(cause, seed)
    worlds.write(world, folder)
    listing = Path(folder) / "listing.txt"
    listing = listing if listing.exists() else None
    read = reference.World(folder)
    top = (read.images("decoder", "linear", None)[0] @ read.text.T).argmax(1)
    alive = np.unique(read.truth["indices"])
    alive = np.isin(np.arange(len(top)), alive)
    width = read.sae["W_dec"].shape[1]
    tables = {MISFILED[cause]: read.results}
    every = reference.index_maps(alive, len(top), width, np.flatnonzero(alive), read.listing)
    for name, rows in every.items():
        tables.setdefault(name, {int(i): int(top[rows[i]]) for i in np.flatnonzero((rows >= 0) & alive)})
    wrong = []
    for name, table in tables.items():
        path = Path(folder) / "table.tsv"
        rows = "".join(f"{feature}\t{read.names[label]}\n" for feature, label in table.items())
        path.write_text("feature\tlabel\n" + rows, encoding="utf-8")
        best, maps, p = reference.permutation(table, top, alive, width, read.listing)
        found = judged(folder, lensctl, str(path), listing)
        counts = {entry["name"]: (entry["hits"], entry["compared"]) for entry in found["maps"]}
        chances = {entry["name"]: entry["probability"] for entry in found["maps"]}
        print(f"{cause:18} {name:22} found {found['best']}, p {found['p']:.1e}, {len(counts)} maps")
        if found["best"] != best or best != name or found["permuted"] != (name != "identity"):
            wrong.append(f"{name}: found {found['best']}, expected {best}")
        if counts != {key: value[:2] for key, value in maps.items()}:
            wrong.append(f"{name}: maps {counts}, expected {maps}")
        elif not all(np.isclose(chances[key], value[2], rtol=1e-9, atol=1e-300) for key, value in maps.items()):
            wrong.append(f"{name}: probabilities {chances}, expected {maps}")
        if not np.isclose(found["p"], p, rtol=1e-9, atol=1e-300):
            wrong.append(f"{name}: p {found['p']}, expected {p}")
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
    for cause in MISFILED:
        with tempfile.TemporaryDirectory() as folder:
            failures += [f"{cause}: {line}" for line in compare_maps(cause, arguments.seed, arguments.lensctl, folder)]
    for line in failures:
        print("FAILED: " + line)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
