"""Writes Fixtures/truth: a small world of pictures, and what a truth says of its features.

Everything expected is computed here with NumPy, SciPy and scikit-learn, from the definitions in
MODEL.md; the splits are drawn with a SplitMix64 of its own. Decisions nearer than 1e-5 to going
otherwise are refused, so that Float arithmetic cannot change them.

    python Tests/Oracle/truth_fixtures.py
"""
import json
import math
import pathlib

import numpy as np
from safetensors.numpy import save_file
from scipy import stats
from sklearn import metrics

OUT = pathlib.Path(__file__).parent.parent / "EngineTests" / "Fixtures" / "truth"
CLASSES, PICTURES, WIDTH, FEATURES, SPLITS, SEED = 9, 24, 6, 40, 3, 11
MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def permutation(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            place = self.next() * (last + 1) >> 64
            order[last], order[place] = order[place], order[last]
        return order


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def argmax(scores):
    """The index of the greatest score, which must be clear."""
    order = np.argsort(-scores)
    assert len(order) < 2 or scores[order[0]] - scores[order[1]] > 1e-5, "a near tie"
    return int(order[0])


def best_class(activations, ids, members):
    """The class with the largest mean over some pictures; None if there is none above zero."""
    means = np.array(
        [activations[[p for p in members if ids[p] == c]].mean()
         if any(ids[p] == c for p in members) else 0.0 for c in range(CLASSES)])
    return argmax(means) if means.max() > 0 else None


def split(generator, ids, parts, equal):
    """Lists of pictures, [part][class], in the order drawn."""
    result = [[[] for _ in range(CLASSES)] for _ in range(parts)]
    for c in range(CLASSES):
        pictures = [p for p in range(len(ids)) if ids[p] == c]
        order = generator.permutation(len(pictures))
        for part in range(parts):
            size = (len(pictures) + (0 if equal else part)) // parts
            result[part][c] = [pictures[k] for k in order[:size]]
            order = order[size:]
    return result


def read_splits(world):
    ids, acts, unit_embeddings = world["ids"], world["acts"], unit(world["embeddings"])
    generator = SplitMix64(SEED)
    seeds = [generator.next() for _ in range(SPLITS)]
    counts = {"reliable": [0, 0], "all": None, "known": None}
    known_classes, inverses = [], []
    for seed in seeds:
        generator = SplitMix64(seed)
        halves = split(generator, ids, 2, True)
        thirds = split(generator, ids, 3, False)
        flat = lambda part: [p for c in part for p in c]
        for f in range(FEATURES):
            first = best_class(acts[:, f], ids, flat(halves[0]))
            second = best_class(acts[:, f], ids, flat(halves[1]))
            if first is not None or second is not None:
                counts["reliable"][0] += 1
                counts["reliable"][1] += first == second
        known = [argmax(world["text"] @ unit_embeddings[thirds[0][c]].mean(0)) == c
                 for c in range(CLASSES)]
        known_classes.append(np.mean(known))
        most = sorted(len(c) for c in thirds[1])[(CLASSES - 1) // 2]
        least = (most + 1) // 2
        sizes = sorted({least + (most - least) * k // 4 for k in range(5)})
        banks = []
        for m in sizes:
            means = np.stack([unit_embeddings[c[:m]].mean(0) for c in thirds[1]])
            banks.append(unit(means - means.mean(0)))
        inverses.append([np.mean([1 / len(c[:m]) for c in thirds[1]]) for m in sizes])
        for f in range(FEATURES):
            true = best_class(acts[:, f], ids, flat(thirds[2]))
            if true is None:
                continue
            row = [1, int(world["names"][f] == true)]
            row += [int(argmax(bank @ world["images"][f]) == true) for bank in banks]
            for kind in ["all"] + (["known"] if known[true] else []):
                old = counts[kind] or [0] * len(row)
                counts[kind] = [a + b for a, b in zip(old, row)]
    x = np.mean(inverses, 0)
    result = {
        "sizes": sizes, "reliability": counts["reliable"][1] / counts["reliable"][0],
        "known_classes": float(np.mean(known_classes)),
        "knowledge": counts["known"][0] / counts["all"][0]}
    for kind in ["all", "known"]:
        shares = np.array(counts[kind][1:]) / counts[kind][0]
        line = np.polynomial.polynomial.polyfit(x, shares[1:], 1)
        result[kind] = {
            "agreement": shares[0], "prototypes": shares[1:].tolist(), "ceiling": line[0]}
    result["efficiency"] = result["known"]["agreement"] / result["known"]["ceiling"]
    return result


def agreement(a, c):
    on = a > 0
    curve = metrics.precision_recall_curve(c, a)
    f1 = max(2 * p * r / (p + r) for p, r in zip(curve[0], curve[1]) if p + r > 0)
    return {
        "pearson": stats.pearsonr(a, c)[0] if a.any() else None,
        "cosine": float(a @ c / math.sqrt(a @ a * c.sum())) if a.any() else None,
        "average_precision": metrics.average_precision_score(c, a), "best_f1": f1,
        "f1": metrics.f1_score(c, on, zero_division=0),
        "iou": metrics.jaccard_score(c, on, zero_division=0),
        "auc": metrics.roc_auc_score(c, a), "recall": metrics.recall_score(c, on),
        "difference": float(a[c == 1].mean() - a[c == 0].mean())}


def world():
    rng = np.random.default_rng(5)
    means = unit(rng.normal(size=(CLASSES, WIDTH)))
    ids = np.repeat(np.arange(CLASSES), PICTURES)
    rng.shuffle(ids)
    noise = rng.normal(size=(len(ids), WIDTH))
    embeddings = (means[ids] + 0.15 * noise + 0.2).astype(np.float32)
    images = unit(means[np.arange(FEATURES) % CLASSES] + 0.3 * rng.normal(size=(FEATURES, WIDTH)))
    images = images.astype(np.float32)
    acts = np.maximum(0, embeddings @ images.T - 0.7).astype(np.float32)
    acts[:, FEATURES - 1] = 0
    text = means.copy()
    text[0], text[1] = means[1], means[0]
    text = unit(text + 0.1 * rng.normal(size=text.shape)).astype(np.float32)
    names = [argmax(text.astype(float) @ v.astype(float)) for v in images]
    return {
        "ids": ids, "acts": acts.astype(float), "embeddings": embeddings.astype(float),
        "images": images.astype(float), "text": text.astype(float), "names": names}


def main():
    w = world()
    ids, acts = w["ids"], w["acts"]
    class_means = np.stack([acts[ids == c].mean(0) for c in range(CLASSES)])
    true = [argmax(class_means[:, f]) if acts[:, f].any() else -1 for f in range(FEATURES)]
    asked = [f for f in range(FEATURES) if true[f] >= 0]
    pairs = [(i, j) for i in asked for j in asked if i != j]
    hit = np.mean([w["names"][f] == true[f] for f in asked])
    permuted = np.mean([w["names"][i] == true[j] for i, j in pairs])
    scores = w["images"] @ w["text"].T
    ranks = [int((scores[f] > scores[f, true[f]]).sum()) + 1 for f in asked]
    expected = {
        "true_classes": true, "names": w["names"],
        "densities": (acts > 0).mean(0).tolist(),
        "maxima": acts.max(0).tolist(),
        "means_when_on": [float(a[a > 0].mean()) if a.any() else None for a in acts.T],
        "agreement": hit, "permuted": permuted,
        "hub_name_share": np.mean(
            [true[f] == np.bincount([w["names"][g] for g in asked]).argmax() for f in asked]),
        "hub_class_share": np.bincount([true[f] for f in asked]).max() / len(asked),
        "hits": [float(np.mean([r <= k for r in ranks])) for k in (1, 5, 10)],
        "mrr": float(np.mean([1 / r for r in ranks])),
        "spearman": [float(stats.spearmanr(scores[f], class_means[:, f])[0]) for f in asked],
        "named": [agreement(acts[:, f], (ids == w["names"][f]).astype(int))
                  for f in range(FEATURES)],
        "splits": read_splits(w), "split_count": SPLITS, "seed": SEED}
    OUT.mkdir(parents=True, exist_ok=True)
    rows = [np.flatnonzero(a) for a in acts]
    save_file({
        "indptr": np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int64),
        "indices": np.concatenate(rows).astype(np.int32),
        "values": np.concatenate([a[r] for a, r in zip(acts, rows)]).astype(np.float32),
        "class_ids": ids.astype(np.int64), "embeddings": w["embeddings"].astype(np.float32),
    }, OUT / "truth.safetensors")
    save_file({
        "images": w["images"].astype(np.float32), "text": w["text"].astype(np.float32),
        "scores": scores.astype(np.float32)}, OUT / "question.safetensors")
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


main()
