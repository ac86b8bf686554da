"""Compares what `lensctl verdict` says each cause costs with an independent computation on planted worlds.

    check_ladder.py --lensctl FILE [--seed N]

Worlds are those of worlds.py. With NumPy, float64, the reading of the form in use is repeated with every set of corrections
(bias, centring, hubs, temperature): agreement of first labels, and probabilities of true labels at the scale that
`scipy.optimize` finds, both beyond exchanged features; Shapley shares are means over all orders of corrections. Names must agree
within two features, probabilities within 2e-4, fitted scales within a thousandth where the likelihood is not flat.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

sys.path.insert(0, str(Path(__file__).parent))
import verdict_reference as reference
import worlds
from calibrate import arguments_of

CAUSES = ("none", "gap", "hubs", "bias", "temperature", "hubs+gap", "bias+gap")
CORRECTIONS = ("bias", "centring", "hubs", "temperature")


def beyond(weights, truth):
    """What `weights` [n, K] give to true labels, less what they give to those of other features."""
    n = len(weights)
    own = weights[np.arange(n), truth]
    counts = np.bincount(truth, minlength=weights.shape[1])
    return own.mean() - ((weights @ counts - own) / (n - 1)).mean()


def likeliest(scores, truth):
    """The scale in 0.1 to 10,000 at which true labels are most likely."""
    def loss(x):
        return -log_softmax(np.exp(x) * scores, axis=1)[np.arange(len(scores)), truth].mean()

    return np.exp(minimize_scalar(loss, bounds=np.log((0.1, 1e4)), method="bounded", options=dict(xatol=1e-6)).x)


def readings(world):
    """Agreement and probability beyond chance, and the scale, for each set of corrections."""
    used, isolated = reference.variants(world)
    banks = [reference.Bank(world.images(*form)[0], world.text) for form in (used, isolated)]
    label_of = world.labels_of_classes(world.names)
    means = reference.class_means(world.activations(), world.truth["class_ids"], len(world.classes))
    favourite = reference.favourite(means)
    truth = np.where(favourite >= 0, label_of[favourite], -1)
    asked = truth >= 0
    truth, found = truth[asked], {}
    for bias, centring, hubs in itertools.product((0, 1), repeat=3):
        if bias and used == isolated:
            continue
        bank = banks[bias]
        s = reference.scores(bank, bank.v, "both" if centring else "raw")
        if hubs:
            s = s.mean(0) + (s - s.mean(0)) * (s.std(0).mean() / s.std(0))
        s = s[asked]
        names = beyond(np.eye(s.shape[1])[s.argmax(1)], truth)
        for temperature in (0, 1):
            scale = likeliest(s, truth) if temperature else world.scale
            on = (bias, centring, hubs, temperature)
            key = frozenset(name for name, value in zip(CORRECTIONS, on) if value)
            found[key] = names, beyond(np.exp(log_softmax(scale * s, axis=1)), truth), scale
    return found


def shapley(found, place):
    """The mean gain of each correction over all orders."""
    names = sorted(max(found, key=len))
    orders = list(itertools.permutations(names))
    gains = dict.fromkeys(names, 0.0)
    for order in orders:
        for k, name in enumerate(order):
            gains[name] += (found[frozenset(order[: k + 1])][place] - found[frozenset(order[:k])][place]) / len(orders)
    return gains


def compare(cause, seed, lensctl, folder):
    """Judges one world with both; returns the differences that are too large."""
    worlds.write(worlds.build(cause, seed), folder)
    form = json.loads((folder / "world.json").read_text(encoding="utf-8"))["form"]
    run = subprocess.run([lensctl, *arguments_of(folder, form, cause)], capture_output=True, text=True, check=True)
    ladder = json.loads(run.stdout)["ladder"]
    exact = readings(reference.World(folder))
    wrong, worst = [], [0.0, 0.0, 0.0]
    if {frozenset(r["corrected"]) for r in ladder["readings"]} != set(exact):
        return ["sets of corrections differ"]
    for reading in ladder["readings"]:
        expected = exact[frozenset(reading["corrected"])]
        errors = abs(reading["names"] - expected[0]), abs(reading["probability"] - expected[1]), abs(reading["scale"] / expected[2] - 1)
        worst = [max(pair) for pair in zip(worst, errors)]
        if errors[0] > 2 / ladder["features"] or errors[1] > 2e-4 or (errors[2] > 1e-3 and errors[1] > 1e-6):
            wrong.append(f"{'+'.join(reading['corrected'])}: found {reading}, expected {expected}")
    for place, key in enumerate(("names", "probability")):
        shares = shapley(exact, place)
        for share in ladder["causes"]:
            if abs(share[key]["estimate"] - shares[share["cause"]]) > 3e-3:
                wrong.append(f"share of {share['cause']} in {key}: found {share[key]}, expected {shares[share['cause']]}")
    print(f"{cause:12} names {worst[0]:.1e}, probabilities {worst[1]:.1e}, scales {worst[2]:.1e}; " + ", ".join(
        f"{s['cause']} {s['names']['estimate']:.3f} ({s['probability']['estimate']:.3f})" for s in ladder["causes"]))  # fmt: skip
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    failures = []
    for cause in CAUSES:
        with tempfile.TemporaryDirectory() as folder:
            failures += [f"{cause}: {line}" for line in compare(cause, arguments.seed, arguments.lensctl, Path(folder))]
    for line in failures:
        print("FAILED: " + line)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
