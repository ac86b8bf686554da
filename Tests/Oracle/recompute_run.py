"""Recomputes a finished run from its checkpoints, with NumPy alone and in float64.

Reads the run directory, the image head of a Hugging Face CLIP directory and the directions of a
SAELens directory (or of one safetensors file with `--keys`), scores some features against the
run's own label embeddings, and compares every stored column. Exits 1 if any differs by more than
the tolerance. Shapes: F features checked, C live labels, D joint width, d SAE width, k list length.
"""

import argparse
import json
import struct
import sys
from pathlib import Path

import numpy as np

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?",
}  # fmt: skip
STATISTICS = ["mean", "sd", "skewness", "kurtosis", "margin", "entropy", "log_partition"]
TIE = 1e-6
# One rounding of a cosine in float32.
ROUNDING = 2.0**-23
BLOCK = 1024


class Safetensors:
    """The tensors of one safetensors file, mapped; `rows` widens what is read to float64."""

    def __init__(self, path):
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        self.header, self.path, self.start = header, path, 8 + length

    def stored(self, name):
        """The tensor as stored; bf16 as its bit patterns, u16."""
        entry = self.header[name]
        first, last = entry["data_offsets"]
        dtype = np.dtype(DTYPES[entry["dtype"]])
        shape, offset = tuple(entry["shape"]), self.start + first
        assert last - first == dtype.itemsize * int(np.prod(shape, dtype=np.int64)), name
        if last == first:
            return np.zeros(shape, dtype)
        return np.memmap(self.path, dtype=dtype, mode="r", offset=offset, shape=shape or (1,))

    def widened(self, name, index=Ellipsis):
        """The tensor, or the part of it that `index` takes, in float64."""
        part = np.asarray(self.stored(name)[index])
        if self.header[name]["dtype"] == "BF16":
            part = (part.astype(np.uint32) << np.uint32(16)).view(np.float32)
        return part.astype(np.float64)


def open_model(folder):
    """Tensor name to the file that holds it, for a model of one file or of shards."""
    folder = Path(folder)
    index = folder / "model.safetensors.index.json"
    if folder.is_file() or not index.exists():
        file = Safetensors(folder if folder.is_file() else folder / "model.safetensors")
        return {name: file for name in file.header}
    names = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
    files = {shard: Safetensors(folder / shard) for shard in set(names.values())}
    return {name: files[shard] for name, shard in names.items()}


def vision_eps(folder):
    """`layer_norm_eps` of the vision tower; a `vision_config_dict` wins, defaults and all."""
    config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    vision = config.get("vision_config_dict") or config.get("vision_config") or {}
    return float(vision.get("layer_norm_eps", 1e-5))


class Head:
    """CLIP's image head: `P (gamma * (x - mean) / sigma + beta)`."""

    def __init__(self, folder):
        files = open_model(folder)

        def tensor(name):
            return files[name].widened(name)

        self.gamma = tensor("vision_model.post_layernorm.weight")
        self.beta = tensor("vision_model.post_layernorm.bias")
        self.projection = tensor("visual_projection.weight")
        self.eps = vision_eps(folder)

    def full(self, x):
        """The head as the model applies it, [F, d] to [F, D]."""
        centred = x - x.mean(axis=1, keepdims=True)
        sigma = np.sqrt((centred**2).mean(axis=1, keepdims=True) + self.eps)
        return (centred / sigma * self.gamma + self.beta) @ self.projection.T

    def linear(self, x):
        """The head without its bias and its division, [F, d] to [F, D]."""
        return ((x - x.mean(axis=1, keepdims=True)) * self.gamma) @ self.projection.T


def parse_keys(text):
    """`W_dec=decoder.weight:T,...` to canonical name -> (tensor name, transposed).

    A name alone is that of its tensor; `:N` and no ending say that features are rows.
    """
    keys = {}
    for part in text.split(","):
        name, _, key = part.partition("=")
        key = key or name
        keys[name] = (key.removesuffix(":T").removesuffix(":N"), key.endswith(":T"))
    return keys


class Autoencoder:
    """Directions of a sparse autoencoder, read row by row: [n, d] whatever is stored."""

    def __init__(self, path, keys):
        path = Path(path)
        self.file = Safetensors(path / "sae_weights.safetensors" if path.is_dir() else path)
        # SAELens stores W_enc as [d, n] and W_dec as [n, d].
        usual = "W_enc=W_enc:T,W_dec=W_dec,b_dec=b_dec"
        self.keys = parse_keys(keys or usual)

    def rows(self, name, ids):
        """Rows `ids` of `W_enc` or `W_dec`, [F, d]."""
        key, transposed = self.keys[name]
        if transposed:
            return self.file.widened(key, (slice(None), ids)).T
        return self.file.widened(key, ids)

    def bias(self):
        """The decoder bias, [d]."""
        return self.file.widened(self.keys["b_dec"][0])


def directions(lens, sae, head, ids):
    """The features' vectors in the joint space under `lens`, [F, D], unit rows."""
    rows = sae.rows("W_enc" if lens["direction"] == "encoder" else "W_dec", ids)
    if lens["direction"] == "shifted":
        rows = sae.bias() + float(lens["alpha"]) * rows
    maps = {"native": lambda x: x} if head is None else {"full": head.full, "linear": head.linear}
    mapped = maps[lens["map"]](rows)
    return mapped / np.linalg.norm(mapped, axis=1, keepdims=True)


def softmax(scores, scale):
    """Probabilities [F, C] and logarithms of the partition [F] of `scale * scores`."""
    logits = scale * scores
    top = logits.max(axis=1, keepdims=True)
    exponentials = np.exp(logits - top)
    total = exponentials.sum(axis=1, keepdims=True)
    return exponentials / total, (top + np.log(total))[:, 0]


def statistics(scores, scale):
    """The statistics columns, each [F]: population moments, entropy in nats.

    Of one label, NaN is what has no variance, no second best or no choice.
    """
    probabilities, log_partition = softmax(scores, scale)
    mean = scores.mean(axis=1)
    centred = scores - mean[:, None]
    second = (centred**2).mean(axis=1)
    margin = entropy = np.full(len(scores), np.nan)
    if scores.shape[1] > 1:
        top_two = -np.partition(-scores, 1, axis=1)[:, :2]
        margin = top_two[:, 0] - top_two[:, 1]
        entropy = log_partition - (probabilities * scale * scores).sum(axis=1)
    with np.errstate(invalid="ignore"):
        skewness = (centred**3).mean(axis=1) / second**1.5
        kurtosis = (centred**4).mean(axis=1) / second**2
    return {
        "mean": mean,
        "sd": np.sqrt(second),
        "skewness": skewness,
        "kurtosis": kurtosis,
        "margin": margin,
        "entropy": entropy,
        "log_partition": log_partition,
    }


class Differences:
    """The largest difference of each column, and what was out of bounds."""

    def __init__(self, tolerance):
        self.tolerance, self.largest, self.failures = tolerance, {}, []

    def add(self, column, stored, recomputed, relative=False, slack=0.0):
        """Compares arrays; `relative` divides by the magnitude where that exceeds 1.

        `slack` is added to the tolerance. What is NaN in both is equal.
        """
        stored = np.asarray(stored, np.float64)
        difference = np.abs(stored - recomputed)
        if relative:
            difference = difference / np.maximum(1, np.abs(recomputed))
        difference = np.where(np.isnan(stored) & np.isnan(recomputed), 0.0, difference)
        worst = float(difference.max()) if difference.size else 0.0
        self.largest[column] = max(self.largest.get(column, 0.0), worst)
        # Written so that a NaN of one side fails.
        if not worst <= self.tolerance + slack:
            self.fail(f"{column} differs by {worst:.3g}")

    def fail(self, message):
        """Records a failure once."""
        if message not in self.failures:
            self.failures.append(message)


def compare_lists(differences, side, run, rows, scores, probabilities, positions):
    """Compares the `side` ("top" or "bottom") lists of labels, cosines and probabilities.

    A label other than the recomputed one passes only if their cosines are within 1e-6.
    """
    labels = np.asarray(run.stored(f"{side}_label_ids")[rows])
    k = labels.shape[1]
    index = positions[labels]
    if (index < 0).any():
        differences.fail(f"{side}_label_ids names a label that is not live")
        return
    order = np.argsort(-scores if side == "top" else scores, axis=1, kind="stable")[:, :k]
    mine = np.take_along_axis(scores, order, axis=1)
    named = np.take_along_axis(scores, index, axis=1)
    differences.add(f"{side}_cosines", run.widened(f"{side}_cosines", rows), named)
    named_probabilities = np.take_along_axis(probabilities, index, axis=1)
    stored = run.widened(f"{side}_probabilities", rows)
    differences.add(f"{side}_probabilities", stored, named_probabilities)
    if (np.sort(index, axis=1)[:, 1:] == np.sort(index, axis=1)[:, :-1]).any():
        differences.fail(f"{side}_label_ids repeats a label")
    wrong = (index != order) & (np.abs(named - mine) > TIE)
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        differences.fail(f"{side}_label_ids: {int(wrong.sum())} wrong, first in row {rows[row]}")


def count_bounds(scores, k):
    """For each label, in how many rows it is surely, and may be, among the first k: two [C]."""
    if scores.shape[1] <= k:
        return np.full(scores.shape[1], len(scores)), np.full(scores.shape[1], len(scores))
    ordered = -np.partition(-scores, (k - 1, k), axis=1)
    last_in, first_out = ordered[:, k - 1 : k], ordered[:, k : k + 1]
    surely = (scores > first_out + TIE).sum(axis=0)
    return surely, (scores >= last_in - TIE).sum(axis=0)


def compare_counts(differences, labels, live, bounds):
    """Label counts lie within the bounds that ties of 1e-6 allow."""
    for name, (least, most) in bounds.items():
        counts = np.asarray(labels.stored(name))
        outside = (counts[live] < least) | (counts[live] > most)
        differences.largest[name] = float(outside.sum())
        if outside.any() or counts.sum() != counts[live].sum():
            differences.fail(f"{name} is wrong for {int(outside.sum())} labels")


def choose(run, count, seed):
    """Rows of the run to check: all live ones, or `count` of them at random."""
    live = np.flatnonzero(np.asarray(run.stored("status")) == 0)
    if count >= len(live):
        return live, True
    return np.sort(np.random.RandomState(seed).choice(live, count, replace=False)), False


def check(arguments):
    """Runs the whole comparison; returns the differences and the number of features checked."""
    folder = Path(arguments.run)
    settings = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    run = Safetensors(folder / "features.safetensors")
    labels = Safetensors(folder / "labels.safetensors")
    live = np.flatnonzero(np.asarray(labels.stored("status")) == 0)
    positions = np.full(len(labels.stored("status")), -1)
    positions[live] = np.arange(len(live))
    embeddings = labels.widened("embeddings")[live]
    scale, lens = float(settings["logit_scale"]["value"]), settings["lens"]
    sae = Autoencoder(arguments.sae, arguments.keys)
    head = None if lens["map"] == "native" else Head(arguments.model)
    chosen, everything = choose(run, arguments.features, arguments.seed)
    differences = Differences(arguments.tolerance)
    differences.add("embeddings", np.linalg.norm(embeddings, axis=1), 1.0)
    bounds = {"first_counts": 0, "top_counts": 0}
    for start in range(0, len(chosen), BLOCK):
        rows = chosen[start : start + BLOCK]
        ids = np.asarray(run.stored("feature_id")[rows])
        scores = directions(lens, sae, head, ids) @ embeddings.T
        probabilities, _ = softmax(scores, scale)
        for side in ("top", "bottom"):
            compare_lists(differences, side, run, rows, scores, probabilities, positions)
        for name, values in statistics(scores, scale).items():
            slack = scale * ROUNDING if name == "entropy" else 0.0
            differences.add(name, run.widened(name, rows), values, relative=True, slack=slack)
        for name, k in (("first_counts", 1), ("top_counts", int(settings["top_k"]))):
            bounds[name] = np.asarray(count_bounds(scores, k)) + bounds[name]
    if everything and len(chosen):
        compare_counts(differences, labels, live, bounds)
    return differences, len(chosen), everything


def main():
    """Prints the largest difference of every column; exits 1 if any is out of bounds.

    Statistics are compared relative to their magnitude where that exceeds 1: a kurtosis of 30 or
    a log partition of 90 stored in float32 is itself rounded by 1e-6 and 4e-6. The entropy alone
    may be off by `scale * 2^-23` more: its derivative by a cosine is `-scale p (log p + H)`, so
    one rounding of each cosine moves it that far where two labels share the probability.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run directory")
    parser.add_argument("--model", help="Hugging Face CLIP directory (not needed for native)")
    parser.add_argument("--sae", required=True, help="SAELens directory or safetensors file")
    parser.add_argument("--keys", help="W_enc[=NAME][:N or :T],W_dec...,b_dec[=NAME]")
    parser.add_argument("--features", type=int, default=200, help="how many to check")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    differences, count, everything = check(parser.parse_args())
    print(f"{count} features checked{', which are all' if everything else ''}")
    for name, value in differences.largest.items():
        print(f"{name:22} {value:.3g}")
    for failure in differences.failures:
        print(f"FAILED: {failure}")
    sys.exit(1 if differences.failures or not count else 0)


if __name__ == "__main__":
    main()
