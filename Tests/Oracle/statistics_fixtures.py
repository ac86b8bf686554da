"""Writes Tests/EngineTests/Fixtures/statistics/expected.json: what SciPy, scikit-learn and NumPy make
of small inputs, for the tests of Sources/Engine/Statistics and of the pursuit in LinearAlgebra.

    python Tests/Oracle/statistics_fixtures.py

Needs numpy, scipy and scikit-learn. Deterministic: one seed for each part.
"""

import json
import pathlib

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.stats
import sklearn.metrics

OUT = pathlib.Path(__file__).parent.parent / "EngineTests/Fixtures/statistics/expected.json"


def floats(values):
    """Numbers as Python has them, so that JSON holds every bit."""
    return [float(value) for value in np.asarray(values).ravel()]


def distributions():
    """Values of distributions: name, arguments, value."""
    stats = scipy.stats
    cases = []

    def add(name, value, *arguments):
        cases.append({"name": name, "arguments": floats(arguments), "value": float(value)})

    for x in [-30, -8.5, -1.96, -1e-9, 0, 0.3, 1, 5, 20, 37]:
        add("normalCDF", stats.norm.cdf(x), x)
        add("normalTail", stats.norm.sf(x), x)
    for p in [1e-300, 1e-12, 0.025, 0.3, 0.5, 0.975, 1 - 1e-12]:
        add("normalQuantile", stats.norm.ppf(p), p)
        for freedom in [1, 2.5, 30, 5000]:
            if p > 1e-100:
                add("studentQuantile", stats.t.ppf(p, freedom), p, freedom)
    for t in [-12, -2, 0, 0.1, 3, 40]:
        for freedom in [1, 2.5, 30, 5000]:
            add("studentCDF", stats.t.cdf(t, freedom), t, freedom)
            add("studentTail", stats.t.sf(t, freedom), t, freedom)
    for a, b in [(0.5, 0.5), (1, 3), (8, 2.5), (200, 900)]:
        for x in [0, 0.01, 0.2, 0.5, 0.9, 1]:
            add("betaCDF", stats.beta.cdf(x, a, b), x, a, b)
        for p in [1e-6, 0.025, 0.5, 0.975]:
            add("betaQuantile", stats.beta.ppf(p, a, b), p, a, b)
    for x in [0, 0.1, 3, 20, 300]:
        for freedom in [1, 4, 37.5]:
            add("chiSquaredTail", stats.chi2.sf(x, freedom), x, freedom)
    for k, n, p in [(0, 0, 0.5), (0, 5, 0.2), (3, 5, 0.2), (5, 5, 0.2), (6, 5, 0.2), (2, 7, 0),
                    (7, 7, 1), (40, 1000, 0.01), (65000, 65536, 0.99), (-1, 3, 0.4)]:
        add("binomialTail", stats.binom.sf(k - 1, n, p), k, n, p)
        add("binomialCDF", stats.binom.cdf(k, n, p), k, n, p)
    for k, marked, drawn, total in [(0, 3, 4, 10), (2, 3, 4, 10), (3, 3, 4, 10), (4, 3, 4, 10),
                                    (5, 9, 8, 10), (12, 40, 100, 1000), (60, 1000, 2000, 65536)]:
        add("hypergeometricTail", stats.hypergeom.sf(k - 1, total, marked, drawn),
            k, marked, drawn, total)
    return cases


def kolmogorov_tail(d, n):
    """P(D >= d), exact up to 1000 values where n d^2 < 4."""
    if 140 < n <= 1000 and n * d * d < 4:
        return scipy.stats._ksstats._kolmogn_DMTW(n, d, False)
    return scipy.stats.kstwo.sf(d, n)


def kolmogorov():
    """Tails of Kolmogorov's distribution: size, distance, probability.

    `kstwo` is exact up to 140 values and correct to 1e-6 beyond; up to 1000 the exact function that it
    uses for smaller samples is called instead.
    """
    cases = []
    for n in [1, 2, 5, 10, 37, 100, 140, 141, 500, 1000, 1001, 5000]:
        for z in [0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.4, 1.6, 1.9, 2.1, 2.6, 4]:
            d = z / n**0.5
            if 0.5 / n < d < 1:
                tail = kolmogorov_tail(d, n)
                cases.append([n, d, float(tail)])
    return cases


def uniform_tests(rng):
    """Samples, and the test against the uniform distribution."""
    cases = []
    for values in [rng.random(1), rng.random(7), rng.random(130) ** 1.3, rng.random(1000) ** 1.1,
                   np.round(rng.random(50), 1)]:
        result = scipy.stats.kstest(values, "uniform")
        cases.append({"values": floats(values), "distance": float(result.statistic),
                      "p": float(kolmogorov_tail(result.statistic, len(values)))})
    return cases


def false_discovery(rng):
    """p-values and their q-values."""
    cases = []
    for values in [[0.5], [0.01, 0.02, 0.03, 0.04, 0.05], [0.2, 0.2, 0.2], [1, 1, 0.001],
                   np.round(rng.random(97) ** 2, 2)]:
        cases.append({"p": floats(values),
                      "q": floats(scipy.stats.false_discovery_control(values))})
    return cases


def shares():
    """Intervals of shares: successes, trials, confidence, both intervals."""
    cases = []
    for k, n in [(0, 1), (1, 1), (0, 17), (3, 17), (17, 17), (50, 1000), (65000, 65536)]:
        for confidence in [0.9, 0.95, 0.999]:
            test = scipy.stats.binomtest(k, n)
            exact = test.proportion_ci(confidence, "exact")
            wilson = test.proportion_ci(confidence, "wilson")
            cases.append({"successes": k, "trials": n, "confidence": confidence,
                          "exact": floats(exact), "wilson": floats(wilson)})
    return cases


def agreements(rng):
    """Activations with ties, concepts, and how well they agree."""
    cases = []
    shapes = [(2, 1, 1), (7, 3, 2), (64, 10, 30), (101, 101, 5), (500, 40, 25), (500, 40, 499)]
    for count, active, positive in shapes:
        for levels in [3, 1000]:
            for shift in [0, 1]:
                a = np.zeros(count)
                where = rng.choice(count, active, replace=False)
                a[where] = np.ceil(rng.random(active) * levels) / levels * 2
                c = np.zeros(count, int)
                c[np.argsort(-(a + rng.normal(size=count)), kind="stable")[:positive]] = 1
                # Half of the cases with activations below 0 too.
                a[where] -= 0.75 * shift
                a = a.astype(np.float32).astype(float)
                precision, recall, _ = sklearn.metrics.precision_recall_curve(c, a)
                sums = precision + recall
                f1 = np.divide(2 * precision * recall, sums, out=np.zeros_like(sums), where=sums > 0)
                on = (a > 0).astype(int)
                constant = a.std() == 0
                cases.append({
                    "values": floats(a), "positives": [int(i) for i in np.flatnonzero(c)],
                    "pearson": None if constant else float(np.corrcoef(a, c)[0, 1]),
                    "cosine": float(a @ c / np.sqrt((a @ a) * c.sum())),
                    "averagePrecision": float(sklearn.metrics.average_precision_score(c, a)),
                    "bestF1": float(f1.max()),
                    "f1": float(sklearn.metrics.f1_score(c, on, zero_division=0)),
                    "intersectionOverUnion":
                        float(sklearn.metrics.jaccard_score(c, on, zero_division=0)),
                    "recall": float(sklearn.metrics.recall_score(c, on)),
                    "auc": float(sklearn.metrics.roc_auc_score(c, a)),
                    "meanDifference": float(a[c == 1].mean() - a[c == 0].mean()),
                })
    return cases


def rank_correlations(rng):
    """Pairs of vectors with ties, Spearman's and Kendall's coefficients, mean ranks of the first."""
    cases = []
    for count, levels in [(2, 100), (3, 2), (17, 4), (100, 1000), (997, 12), (997, 10**9)]:
        x = np.floor(rng.random(count) * levels)
        y = np.floor((x / levels + rng.random(count)) * levels)
        spearman = scipy.stats.spearmanr(x, y).statistic
        kendall = scipy.stats.kendalltau(x, y).statistic
        cases.append({"x": floats(x), "y": floats(y), "ranks": floats(scipy.stats.rankdata(x)),
                      "spearman": None if np.isnan(spearman) else float(spearman),
                      "kendall": None if np.isnan(kendall) else float(kendall)})
    return cases


def concentrations(rng):
    """Counts, and how concentrated they are."""
    cases = []
    for counts in [[5], [1, 0], [3, 3, 3], [0, 0, 7, 1], rng.poisson(4, 101),
                   np.floor(rng.pareto(1.2, 499))]:
        counts = np.asarray(counts, float)
        gaps = np.abs(counts[:, None] - counts[None, :]).mean()
        skewness = float(scipy.stats.skew(counts)) if counts.std() > 0 else None
        cases.append({"counts": [int(count) for count in counts],
                      "gini": float(gaps / (2 * counts.mean())),
                      "effective": float(counts.sum() ** 2 / (counts @ counts)),
                      "skewness": skewness,
                      "topShare": float(counts.max() / counts.sum()),
                      "entropy": float(scipy.stats.entropy(counts))})
    return cases


def pursuits(rng):
    """Vectors, dictionaries, and non-negative orthogonal matching pursuit by SciPy's `nnls`."""
    cases = []
    for atoms, width, overlap in [(1, 3, 0), (12, 5, 0), (60, 24, 1), (200, 16, 2)]:
        rows = rng.normal(size=(atoms, width)) + overlap * rng.normal(size=width)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows.astype(np.float32).astype(float)
        vectors = rng.random((6, atoms)) ** 8 @ rows + 0.1 * rng.normal(size=(6, width))
        vectors[5] = -rows.sum(0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors.astype(np.float32).astype(float)
        for vector in vectors:
            chosen, shares, weights = [], [], []
            residual = vector
            while len(chosen) < min(5, atoms):
                scores = rows @ residual
                scores[chosen] = -np.inf
                best = int(np.argmax(scores))
                if scores[best] <= 1e-6:
                    break
                chosen.append(best)
                weights, _ = scipy.optimize.nnls(rows[chosen].T, vector)
                residual = vector - weights @ rows[chosen]
                shares.append(float(1 - residual @ residual / (vector @ vector)))
            cases.append({"atoms": atoms, "width": width, "rows": floats(rows),
                          "vector": floats(vector), "chosen": chosen, "shares": shares,
                          "weights": floats(weights)})
    # The dictionary of several vectors is written once.
    for previous, case in zip(cases[-2::-1], cases[:0:-1]):
        if case["rows"] == previous["rows"]:
            case["rows"] = []
    return cases


def main():
    parts = {
        "distributions": distributions(),
        "kolmogorov": kolmogorov(),
        "uniformTests": uniform_tests(np.random.default_rng(1)),
        "falseDiscovery": false_discovery(np.random.default_rng(2)),
        "shares": shares(),
        "agreements": agreements(np.random.default_rng(3)),
        "rankCorrelations": rank_correlations(np.random.default_rng(4)),
        "concentrations": concentrations(np.random.default_rng(5)),
        "pursuits": pursuits(np.random.default_rng(6)),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    text = ",\n".join(
        json.dumps(name) + ": [\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]"
        for name, cases in parts.items())
    OUT.write_text("{\n" + text + "\n}\n")
    print({name: len(cases) for name, cases in parts.items()})


if __name__ == "__main__":
    main()
