"""Verdicts of a lens, computed independently of the engine with NumPy and SciPy.

    verdict_reference.py WORLD                     judge one world of worlds.py; prints JSON
    verdict_reference.py WORLD --forms             the same, with every score form
    verdict_reference.py --check                   identities that the method rests on
    verdict_reference.py --table --seeds 10        make worlds, judge them, print cause -> verdicts
    verdict_reference.py --calibrate --seeds 100   uniformity of p in worlds without label information

Letters: n features, d width of the residual stream, D joint width, K labels, N pictures, r null replicates.

Definitions. v_i [D] are unit images of features, t_j [D] unit text rows, mu_T and mu_V their means, m = mu_T/|mu_T|,
a_i = v_i.m. The default statistic of a feature is the greatest of its centred scores

    c_ij = (v_i.t_j - a_i m.t_j) / (sqrt(1 - a_i^2) |t_j - mu_T|).

Null: v_i R for R Haar on the complement of span(m, mu_V) and 1 on that span. The bank keeps its Gram matrix, its mean, and
every a_i and v_i.mu_V, so that all score forms which are affine in v_i.t_j keep their constants, and the rotation can be
put on the labels: (v_i R).t_j = v_i.(t_j R^T). mu_V is fixed only if the bank has a common component: if its energy
|mu_V|^2 - (1 - |mu_V|^2)/(n - 1), unbiased, is over 0.01.

Second null, in place: Gaussian directions with the mean and the covariance of the bank. Turning takes away whatever energy
directions have along texts, which random directions through a real image head have too (with the small CLIP of examples/emoji
80 % of random residual directions are at p <= 0.05 against turned banks, 5.6 % against banks in place). Texts are
named only if both nulls are beaten.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy import stats
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp

REPLICATES = 4  # null banks for p
ROTATIONS = 200  # null banks for aggregate tests
SAMPLE = 300  # features in aggregate tests; the engine takes up to 4096
QUANTILE = 0.995
Q = 0.05
BOOTSTRAPS = 2000
COMMON = 0.01
DUPLICATE = 0.99
PLANTED = 0.15
PLANTED_SHARE = 0.5  # of the features; as for WORKS
PLANTED_BANKS = 40
LADDER = (0.05, 0.1, 0.12, 0.15, 0.18, 0.2, 0.25, 0.3, 0.4, 0.6)
SPLITS = 10
LEAST_PICTURES = 8
LEAST_STRATUM = 0.05
FORMS = ("raw", "centred", "text", "both", "zcol", "csls", "isf", "pmi", "sinkhorn", "abtt", "whiten")


def unit(rows):
    """Rows of length 1."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


# MARK: Reading a world


class World:
    """The files of a world, or of anything laid out like one."""

    def __init__(self, folder):
        folder = Path(folder)
        self.note = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        model = {name: values.astype(float) for name, values in load_file(folder / "model" / "model.safetensors").items()}
        self.gamma, self.beta = (model[f"vision_model.post_layernorm.{part}"] for part in ("weight", "bias"))
        self.projection, self.scale = model["visual_projection.weight"], float(np.exp(model["logit_scale"]))
        self.sae = {name: values.astype(float) for name, values in load_file(folder / "sae" / "sae_weights.safetensors").items()}
        self.k = json.loads((folder / "sae" / "cfg.json").read_text(encoding="utf-8"))["k"]
        self.text = unit(load_file(folder / "text.safetensors")["embeddings"].astype(float))
        self.names, self.classes = (self.lines(folder / f"{name}.txt") for name in ("names", "classes"))
        self.vocabulary = None
        if (folder / "vocabulary.safetensors").exists():
            self.vocabulary = unit(load_file(folder / "vocabulary.safetensors")["embeddings"].astype(float))
        self.sets = []
        if (folder / "sets.tsv").exists():
            lines = [line.split("\t")[1:] for line in self.lines(folder / "sets.tsv")]
            self.sets = [np.isin(self.names, labels) for labels in lines]
        self.results = self.listing = None
        if (folder / "results.tsv").exists():
            rows = [line.split("\t") for line in self.lines(folder / "results.tsv")[1:]]
            self.results = {int(feature): self.names.index(label) for feature, label in rows}
        if (folder / "listing.txt").exists():
            self.listing = [int(line) for line in self.lines(folder / "listing.txt")]
        self.truth = load_file(folder / "truth.safetensors")

    @staticmethod
    def lines(path):
        return path.read_text(encoding="utf-8").splitlines()

    def head(self, x):
        """E(x) of residuals, [., D]."""
        centred = x - x.mean(1, keepdims=True)
        centred /= np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5)
        return (centred * self.gamma + self.beta) @ self.projection.T

    def linear(self, x):
        """M x, [., D]."""
        return ((x - x.mean(1, keepdims=True)) * self.gamma) @ self.projection.T

    def images(self, direction, mapping, alpha):
        """Unit images [n, D] of all features, and the unit image of the reference point or None."""
        rows = self.sae["W_enc"].T if direction == "encoder" else self.sae["W_dec"]
        if direction == "shifted":
            bias = self.sae["b_dec"][None]
            return unit(self.head(bias + alpha * rows)), unit(self.head(bias))[0]
        reference = None
        if mapping == "full":
            reference = unit((self.beta @ self.projection.T)[None])[0]
        return unit({"full": self.head, "linear": self.linear, "native": lambda x: x}[mapping](rows)), reference

    def encoded(self, x):
        """Sparse codes [N, n] of inputs [N, d] by topk and relu; the inputs rebuilt, [N, d]."""
        before = (x - self.sae["b_dec"]) @ self.sae["W_enc"] + self.sae["b_enc"]
        ids = np.argpartition(-before, self.k - 1, axis=1)[:, : self.k]
        values = np.maximum(np.take_along_axis(before, ids, axis=1), 0)
        rows = np.repeat(np.arange(len(x)), self.k)
        codes = csr_matrix((values.ravel(), (rows, ids.ravel())), shape=before.shape)
        return codes, codes @ self.sae["W_dec"] + self.sae["b_dec"]

    def activations(self):
        """Activations [N, n], sparse."""
        truth = self.truth
        if "residuals" in truth:
            return self.encoded(truth["residuals"].astype(float))[0]
        shape = (len(truth["class_ids"]), len(self.sae["W_dec"]))
        return csr_matrix((truth["values"].astype(float), truth["indices"], truth["indptr"]), shape=shape)

    def labels_of_classes(self, names):
        """The label of every class, [classes], -1 where no label has its name."""
        place = {name: j for j, name in enumerate(names)}
        return np.array([place.get(name, -1) for name in self.classes])


# MARK: Rotations


def haar(rng, size, dtype=np.float32):
    """A Haar orthogonal matrix [size, size]: QR of a Gaussian with the signs of R's diagonal."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)).astype(dtype))
    return q * np.sign(np.diag(r))


@lru_cache(maxsize=3)
def pool(size, count, seed=1):
    """`count` Haar matrices; worlds have orientations of their own, so they may share them."""
    rng = np.random.default_rng([seed, size])
    return [haar(rng, size) for _ in range(count)]


def basis(fixed, D):
    """An orthonormal basis [D, f] of the span of `fixed`, and one of its complement, [D, D - f]."""
    q, _ = np.linalg.qr(np.column_stack([*fixed, np.eye(D)]))
    return q[:, : len(fixed)], q[:, len(fixed) : D]


class Bank:
    """Directions against labels: what stays constant under the null, and products with rotated labels.

    `images` [n, D] and `text` [K, D] are unit rows.
    """

    def __init__(self, images, text):
        self.v, self.t = images, text
        self.n, self.D = images.shape
        self.mean_t, self.mean_v = text.mean(0), images.mean(0)
        self.m = unit(self.mean_t)
        square = self.mean_v @ self.mean_v
        self.common = square - (1 - square) / max(1, self.n - 1)
        self.has_common = self.common > COMMON
        self.fixed, self.free = basis([self.m, unit(self.mean_v)] if self.has_common else [self.m], self.D)
        self.a = images @ self.m
        self.along = images @ unit(self.mean_v)
        self.rest = np.sqrt(np.maximum(0, 1 - self.a**2))
        self.lengths = np.linalg.norm(text - self.mean_t, axis=1)
        self.centred_lengths = np.linalg.norm(images - self.mean_v, axis=1)
        self.h, self.g = text @ self.m, text @ self.mean_v
        self.strata = np.zeros(self.n, int)
        if self.has_common and self.n >= 40:
            self.strata = np.searchsorted(np.quantile(self.along, [0.25, 0.5, 0.75]), self.along, side="right")

    def rotated_text(self, rotation):
        """Labels [K, D] such that v.(rotated t) = (v rotated).t; `rotation` [f, f] acts on the free space."""
        inside = self.t @ self.free
        return (self.t @ self.fixed) @ self.fixed.T + (inside @ rotation.T) @ self.free.T

    def rotated_images(self, rotation, rows=slice(None)):
        """The directions themselves turned, [., D]."""
        v = self.v[rows]
        return (v @ self.fixed) @ self.fixed.T + (v @ self.free @ rotation.astype(float)) @ self.free.T

    def affine(self, s, form, rows=slice(None)):
        """Scores [., K] of a form from cosines `s` [., K] of rows `rows` of the bank, rotated or not."""
        a = self.a[rows, None]
        if form == "raw":
            return s
        if form == "centred":
            return (s - a * self.h) / (self.rest[rows, None] * self.lengths)
        row_mean = np.linalg.norm(self.mean_t) * a
        if form == "text":
            return (s - row_mean) / self.lengths
        if form == "both":
            shift = self.g - self.mean_v @ self.mean_t
            return (s - row_mean - shift) / (self.lengths * self.centred_lengths[rows, None])
        raise ValueError(form)


# MARK: Score forms


def scores(bank, images, form, null_columns=None):
    """Scores [n, K] of a bank's own or rotated `images` [n, D] under any form."""
    s = images @ bank.t.T
    if form in ("raw", "centred", "text", "both"):
        return bank.affine(s, form)
    if form == "abtt":
        return remove_components(images, bank)
    if form == "whiten":
        return unit(whitened(images)) @ unit(whitened(bank.t)).T
    c = bank.affine(s, "centred")
    if form == "zcol":
        return (c - c.mean(0)) / c.std(0)
    if form == "znull":
        return (c - null_columns[0]) / null_columns[1]
    if form == "csls":
        k = min(10, len(c))
        return 2 * c - np.sort(c, axis=0)[-k:].mean(0)
    if form == "isf":
        tau = 0.02
        return c - tau * logsumexp(c / tau, axis=0)
    if form == "pmi":
        logits = c / 0.02
        p = np.exp(logits - logsumexp(logits, axis=1, keepdims=True))
        return logits - np.log(p.mean(0))
    if form == "sinkhorn":
        return c + 0.02 * sinkhorn(c / 0.02)
    raise ValueError(form)


def sinkhorn(logits, iterations=20):
    """The column potential [K] that makes all columns of the plan equal, rows being equal too."""
    column = np.zeros(logits.shape[1])
    for _ in range(iterations):
        row = -logsumexp(logits + column, axis=1)
        column = np.log(len(logits) / logits.shape[1]) - logsumexp(logits + row[:, None], axis=0)
    return column


def remove_components(images, bank):
    """All-but-the-top: ceil(D/100) principal directions of the centred text taken out of both banks."""
    centred = bank.t - bank.mean_t
    top = np.linalg.svd(centred, full_matrices=False)[2][: -(-bank.D // 100)]
    return unit(images - images @ top.T @ top) @ unit(centred - centred @ top.T @ top).T


def whitened(rows, shrinkage=0.01):
    """A bank centred and multiplied by (covariance + shrinkage x mean eigenvalue)^(-1/2)."""
    centred = rows - rows.mean(0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
    values = np.maximum(values, 0) + shrinkage * np.maximum(values, 0).mean()
    return centred @ (vectors / np.sqrt(values)) @ vectors.T


# MARK: Per-feature significance


class Significance:
    """p of every feature by the pooled null within strata, and what follows from it."""

    def __init__(self, best, null_best, strata):
        """`best` [n]; `null_best` [r, n], feature by feature of the rotated banks."""
        self.p = pooled(best, null_best, strata)
        self.share = (self.p <= Q).mean()
        self.discoveries = int(benjamini_hochberg(self.p, Q).sum())
        self.by_replicate = np.array([pooled(best, row[None], strata) for row in null_best])

    def pi0_interval(self, weights, rows=None, level=0.95):
        """Storey's pi0 at 0.5 and its interval.

        The deviation joins the bootstrap over duplicate groups (`weights` [B, n]) and the spread of the null
        replicates, of which the estimate uses the mean.
        """
        rows = slice(None) if rows is None else rows
        above = 2.0 * (self.p[rows] > 0.5)
        w = weights[:, rows]
        total = w.sum(1)
        boot = (w @ above)[total > 0] / total[total > 0]
        replicas = 2 * (self.by_replicate[:, rows] > 0.5).mean(1)
        sd = np.sqrt(boot.var() + replicas.var(ddof=1) / len(replicas))
        z = stats.norm.ppf((1 + level) / 2)
        estimate = above.mean()
        return tuple(float(np.clip(value, 0, 1)) for value in (estimate, estimate - z * sd, estimate + z * sd))


def pooled(best, null_best, strata):
    """p = (1 + #{null >= best})/(1 + B), null pooled over replicates and features of the stratum."""
    p = np.empty(len(best))
    for stratum in np.unique(strata):
        rows = strata == stratum
        null = np.sort(null_best[:, rows].ravel())
        p[rows] = (1 + len(null) - np.searchsorted(null, best[rows], side="left")) / (1 + len(null))
    return p


def benjamini_hochberg(p, q):
    """Which hypotheses are rejected at false discovery rate q."""
    order = np.argsort(p)
    passed = p[order] <= q * np.arange(1, len(p) + 1) / len(p)
    rejected = np.zeros(len(p), bool)
    if passed.any():
        rejected[order[: np.flatnonzero(passed)[-1] + 1]] = True
    return rejected


def null_best(bank, form, replicates=REPLICATES, seed=11, values=False):
    """Best scores [r, n] of rotated banks; with `values` also the label shares of first places [r, K]."""
    rng = np.random.default_rng(seed)
    best, counts = [], []
    for _ in range(replicates):
        s = scores(bank, bank.rotated_images(haar(rng, bank.free.shape[1], float)), form)
        best.append(s.max(1))
        counts.append(np.bincount(s.argmax(1), minlength=s.shape[1]))
    return (np.array(best), np.array(counts)) if values else np.array(best)


def gaussian_best(bank, replicates=REPLICATES, seed=31):
    """Best centred scores [r, n] of Gaussian banks with the mean and the covariance of the bank, in place.

    Unlike a turned bank they keep the energy that directions have along texts, and lose only what is peculiar to
    single labels.
    """
    rng = np.random.default_rng(seed)
    values, axes = np.linalg.eigh(np.cov(bank.v.T, bias=True))
    root = axes * np.sqrt(np.maximum(values, 0))
    best = []
    for _ in range(replicates):
        v = unit(bank.mean_v + rng.standard_normal(bank.v.shape) @ root.T)
        a = (v @ bank.m)[:, None]
        best.append(((v @ bank.t.T - a * bank.h) / (np.sqrt(1 - a**2) * bank.lengths)).max(1))
    return np.array(best)


# MARK: Aggregate tests


def effective(counts):
    """Effective number of labels, (sum N)^2 / sum N^2."""
    return counts.sum() ** 2 / (counts.astype(float) ** 2).sum()


def alignment(bank, s, rows):
    """rho from cosines `s` [., K] of the sampled rows: energy of doubly centred products against isotropy.

    Of v and t without their parts along m: p <G_V, G_T> / (tr G_V tr G_T), p = D - 1.
    """
    w = s - bank.a[rows, None] * bank.h
    w = w - w.mean(0) - w.mean(1, keepdims=True) + w.mean()
    v = bank.v[rows] - np.outer(bank.a[rows], bank.m)
    t = bank.t - np.outer(bank.h, bank.m)
    trace_v = (v**2).sum(1).mean() - (v.mean(0) ** 2).sum()
    trace_t = (t**2).sum(1).mean() - (t.mean(0) ** 2).sum()
    return (bank.D - 1) * (w**2).mean() / (trace_v * trace_t)


def enrichment(scored, sets):
    """Enrichment scores [., sets] of sets of labels, each [K] of bools, by scores [., K]; those at the top alone.

    Down the labels of a row the sum rises by |score| over that of the whole set at a label of the set, and falls by
    one over the number of other labels at any other; the greatest value counts.
    """
    order = np.argsort(-scored, axis=1, kind="stable")
    weights = np.abs(np.take_along_axis(scored, order, axis=1))
    found = []
    for members in sets:
        hits = members[order]
        up = np.where(hits, weights, 0).cumsum(1)
        down = (~hits).cumsum(1) / (~members).sum()
        found.append(np.maximum(0, (up / up[:, -1:] - down).max(1)))
    return np.array(found).T


def text_energy(bank, images, directions):
    """Median over features of the share of v, without m, in the text subspace spanned by `directions` [r, D]."""
    v = images - np.outer(images @ bank.m, bank.m)
    return np.median(((v @ directions.T) ** 2).sum(1) / (v**2).sum(1))


class Aggregate:
    """Statistics of the bank against their distribution over many rotations of a sample of features.

    For each form: `share`, features with a best score over the null's 95 % quantile of the stratum; `half`, over its
    median. `rho`, `energy`: alignment and median share in the text subspace. `effective`, `top`: the naming counts.
    """

    def __init__(self, bank, forms=("raw", "centred", "both"), count=ROTATIONS, seed=1, sets=()):
        self.bank, self.forms, self.count, self.sets = bank, forms, count, sets
        step = max(1, -(-bank.n // SAMPLE))
        self.rows = np.arange(0, bank.n, step)
        self.strata = bank.strata[self.rows]
        self.rotations = pool(bank.free.shape[1], count, seed)
        self.v = bank.v[self.rows].astype(np.float32)
        centred = bank.t - np.outer(bank.h, bank.m)
        centred = centred - centred.mean(0)
        _, values, axes = np.linalg.svd(centred, full_matrices=False)
        rank = int(round((values**2).sum() ** 2 / (values**4).sum()))
        self.text_axes, self.rank = axes[:rank], rank
        self.inside_v = (bank.v[self.rows] @ bank.free).astype(np.float32)
        self.inside_t = (bank.t @ bank.free).astype(np.float32)
        self.inside_axes = (self.text_axes @ bank.free).astype(np.float32)
        self.kept = ((bank.v[self.rows] @ bank.fixed) @ (bank.t @ bank.fixed).T).astype(np.float32)
        null = [self.measure(rotation) for rotation in self.rotations]
        self.observed = self.measure(np.eye(bank.free.shape[1], dtype=np.float32))
        self.null = {key: np.array([row[key] for row in null]) for key in null[0]}
        if len(sets):
            # A set's scores over their mean beside chance; of a feature that with the greatest.
            self.scale = self.null["sets"].mean((0, 1))
            self.forms = (*forms, "sets")
            for found in (self.null, self.observed):
                found["best.sets"] = (found["sets"] / self.scale).max(-1)
        self.bounds = {form: self.edges(self.null[f"best.{form}"]) for form in self.forms}
        for form in self.forms:
            for name, which in (("share", 0), ("half", 1)):
                bound = self.bounds[form][which]
                self.null[f"{name}.{form}"] = (self.null[f"best.{form}"] >= bound).mean(1)
                self.observed[f"{name}.{form}"] = (self.observed[f"best.{form}"] >= bound).mean()

    def edges(self, best):
        """The null's 95 % quantile and median of the best score, in each sampled feature's stratum: two [rows]."""
        bounds = np.empty((2, len(self.rows)))
        for stratum in np.unique(self.strata):
            here = self.strata == stratum
            bounds[:, here] = np.quantile(best[:, here], [1 - Q, 0.5], method="higher")[:, None]
        return bounds

    def measure(self, rotation, inside=None):
        """All statistics of one rotated bank, or of images given by their part in the free space, [rows, f]."""
        inside = self.inside_v if inside is None else inside
        s = self.kept + inside @ (self.inside_t @ rotation.T).T
        found = {"rho": alignment(self.bank, s, self.rows)}
        turned = self.inside_axes @ rotation.T
        found["energy"] = np.median(((inside @ turned.T) ** 2).sum(1) / self.bank.rest[self.rows] ** 2)
        for form in ("raw", "centred", "both"):
            scored = self.bank.affine(s, form, self.rows)
            if form == "centred" and len(self.sets):
                found["sets"] = enrichment(scored, self.sets)
            found[f"best.{form}"] = scored.max(1)
            counts = np.bincount(scored.argmax(1), minlength=scored.shape[1])
            found[f"effective.{form}"] = effective(counts)
            found[f"counts.{form}"] = counts
        return found

    def exceeds(self, key):
        """Whether the observed value is over the null's upper quantile."""
        return bool(self.observed[key] > np.quantile(self.null[key], QUANTILE, method="higher"))

    def in_place(self, seed=37, forms=("centred", "both")):
        """Which of share and half, by form, exceed their distribution over Gaussian banks in place.

        With covariance A diag(l) A^T of all features, a bank is mu_V + z diag(sqrt l) A^T, so that products with
        labels are z (diag(sqrt l) A^T t) + mu_V.t, and squared lengths |mu_V|^2 + 2 z.(diag(sqrt l) A^T mu_V) + z^2.l.
        """
        rng = np.random.default_rng(seed)
        bank = self.bank
        values, axes = np.linalg.eigh(np.cov(bank.v.T, bias=True))
        root = np.sqrt(np.maximum(values, 0))
        labels, middle, mean = ((axes * root).T @ x for x in (bank.t.T, bank.mean_v, bank.m))
        square = bank.mean_v @ bank.mean_v
        shift = bank.g - bank.mean_v @ bank.mean_t
        null = {form: [] for form in (*forms, *["sets"] * bool(len(self.sets)))}
        for _ in range(self.count):
            z = rng.standard_normal((len(self.rows), bank.D)).astype(np.float32)
            own = (z**2) @ root**2
            lengths = np.sqrt(square + 2 * z @ middle + own)[:, None]
            s = (z @ labels.astype(np.float32) + bank.g) / lengths
            a = (z @ mean + bank.mean_v @ bank.m)[:, None] / lengths
            scored = {"centred": lambda: (s - a * bank.h) / (np.sqrt(1 - a**2) * bank.lengths)}
            rest = np.sqrt(1 - 2 * (square + z @ middle)[:, None] / lengths + square)
            scored["both"] = lambda: (s - np.linalg.norm(bank.mean_t) * a - shift) / (bank.lengths * rest)
            for form in forms:
                null[form].append(scored[form]().max(1))
            if len(self.sets):
                null["sets"].append((enrichment(scored["centred"](), self.sets) / self.scale).max(1))
        found = {}
        for form in null:
            best = self.observed[f"best.{form}"]
            banks = np.array(null[form])
            for name, level in (("share", 1 - Q), ("half", 0.5)):
                bound = np.quantile(banks, level, method="higher")
                limit = np.quantile((banks >= bound).mean(1), QUANTILE, method="higher")
                found[f"{name}.{form}"] = [(best >= bound).mean(), limit]
        return found

    def power(self, cosine, planted=PLANTED_SHARE, banks=PLANTED_BANKS, seed=5):
        """Share of planted banks for which one of the aggregate tests of the default statistic rejects.

        A planted bank is the sample turned by a fresh rotation, in which a share `planted` of the features gets the
        part c t + sqrt(1 - c^2) u of its length outside m, with t the direction of a random label outside m and u its
        own direction without t.
        """
        rng = np.random.default_rng(seed)
        bank, rejected = self.bank, 0
        t = unit(bank.t - np.outer(bank.h, bank.m))
        limits = {key: np.quantile(self.null[key], QUANTILE, method="higher") for key in ("share.centred", "half.centred", "rho")}
        for b in range(banks):
            rotation = self.rotations[(b * 7 + 3) % self.count]
            v = bank.rotated_images(rotation, self.rows)
            outside = unit(v - np.outer(bank.a[self.rows], bank.m))
            label = t[rng.integers(len(t), size=len(v))]
            rest = unit(outside - (outside * label).sum(1, keepdims=True) * label)
            new = cosine * label + np.sqrt(1 - cosine**2) * rest
            chosen = rng.random(len(v)) < planted
            new[~chosen] = outside[~chosen]
            s = bank.rest[self.rows, None] * (new @ bank.t.T) + bank.a[self.rows, None] * bank.h
            best = bank.affine(s, "centred", self.rows).max(1)
            found = {
                "share.centred": (best >= self.bounds["centred"][0]).mean(),
                "half.centred": (best >= self.bounds["centred"][1]).mean(),
                "rho": alignment(bank, s, self.rows),
            }
            rejected += any(found[key] > limits[key] for key in TESTS)
        return rejected / banks


TESTS = ("share.centred", "half.centred", "rho")


# MARK: Truth


def clusters(rows):
    """Duplicate groups of the autoencoder's own unit rows: connected by cosines over 0.99; ids [n].

    Not of images: those of shifted directions share a bias, which would make one group of all.
    """
    return connected_components(csr_matrix(rows @ rows.T > DUPLICATE), directed=False)[1]


def bootstrap_weights(groups, seed=3, count=BOOTSTRAPS):
    """How often each feature is drawn, [count, n], when duplicate groups are drawn with replacement."""
    size = groups.max() + 1
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=count)
    return drawn[:, groups].astype(np.float32)


def class_means(activations, classes, count):
    """Mean activation by class, [count, n]."""
    member = csr_matrix((np.ones(len(classes)), (classes, np.arange(len(classes)))), shape=(count, len(classes)))
    return (member @ activations).toarray() / np.maximum(1, np.bincount(classes, minlength=count))[:, None]


def favourite(means):
    """The class with the largest mean activation, [n]; lowest of equals; -1 for features that never fire."""
    return np.where(means.max(0) > 0, means.argmax(0), -1)


class Agreement:
    """hit@1 of top labels with true labels, its excess over permuted features, and intervals."""

    def __init__(self, top, truth, weights, level=0.95):
        known = truth >= 0
        self.count = int(known.sum())
        self.hits = np.where(known, top == truth, np.nan)
        if not self.count:
            self.rate = self.excess = self.low = self.high = np.nan
            return
        size = max(top.max(), truth.max()) + 1
        base = np.bincount(truth[known], minlength=size) / self.count
        self.terms = np.where(known, (top == truth) - base[top], 0.0)
        self.rate, self.excess = self.hits[known].mean(), self.terms[known].mean()
        draws = (weights[:, known] @ self.terms[known]) / np.maximum(1, weights[:, known].sum(1))
        # An interval that ends at 0 must not seem to begin above it by rounding.
        self.low, self.high = np.round(np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]), 12)


def ranks(s, truth):
    """Rank of the true label, from 1, ties counted in its favour; [n]."""
    own = s[np.arange(len(s)), truth]
    return 1 + (s > own[:, None]).sum(1)


def zero_shot(embeddings, classes, text, label_of):
    """Share of pictures whose nearest label is that of their class, and its null over permuted classes.

    Returns the accuracy, the quantile of accuracies under permutations of classes, and hits [N].
    """
    top = (unit(embeddings) @ text.T).argmax(1)
    truth = label_of[classes]
    hits = top == truth
    rng = np.random.default_rng(7)
    null = [(top == rng.permutation(label_of)[classes]).mean() for _ in range(200)]
    return hits.mean(), np.quantile(null, QUANTILE, method="higher"), hits


def efficiency(world, bank, activations, embeddings, label_of, weights):
    """Agreement on features of known classes over its ceiling; (value, low, high) or None.

    Pictures of each class are split three ways: knowledge, prototypes, truth; the ceiling is extrapolated in 1/m from
    m and m/2 prototype pictures.
    """
    classes = world.truth["class_ids"]
    count = len(label_of)
    part = int(np.bincount(classes, minlength=count).min()) // 3
    if part < LEAST_PICTURES or (label_of < 0).any():
        return None
    rng = np.random.default_rng(13)
    read = bank.affine(bank.v @ bank.t.T, "centred")[:, label_of].argmax(1)
    w = unit(bank.v - np.outer(bank.a, bank.m))
    e = unit(embeddings)
    order = np.argsort(classes, kind="stable").reshape(count, -1)
    top, ceiling, reliability, knowledge = (np.zeros(bank.n) for _ in range(4))
    for _ in range(SPLITS):
        shuffled = rng.permuted(order, axis=1)
        know, proto, judge = (shuffled[:, i * part : (i + 1) * part] for i in range(3))
        truth = favourite(class_means(activations[judge.ravel()], np.repeat(np.arange(count), part), count))
        middle = e[know].mean(1)
        middle -= middle.mean(0)
        known = ((middle @ (bank.t - bank.mean_t)[label_of].T) / bank.lengths[label_of]).argmax(1) == np.arange(count)
        use = (truth >= 0) & known[truth]
        top += use * (read == truth)
        rates = []
        for m in (part, part // 2):
            prototypes = e[proto[:, :m]].mean(1)
            prototypes = unit(prototypes - prototypes.mean(0))
            rates.append((w @ prototypes.T).argmax(1) == truth)
        ceiling += use * (2.0 * rates[0] - rates[1])
        knowledge += use
    with np.errstate(all="ignore"):
        ratios = (weights @ top) / (weights @ ceiling)
        value = top.sum() / ceiling.sum()
    low, high = np.quantile(ratios, [0.025, 0.975])
    return value, low, high


# MARK: Permutation detector


def index_maps(alive, n, width, order, listing):
    """Candidate maps: for each name an array [n], the row that is filed under feature i, or -1.

    `order` are the features of the table in the order of the file, `width` that of the autoencoder's inputs.
    """
    ids = np.arange(n)
    maps = {"identity": ids, "offset +1": np.where(ids + 1 < n, ids + 1, -1), "offset -1": ids - 1, "reversed": ids[::-1]}

    def compaction(name, order):
        for key, (folders, rows) in {name: (order, np.arange(len(order))), f"{name} inverse": (np.arange(len(order)), order)}.items():
            maps[key] = np.full(n, -1)
            maps[key][folders] = rows

    def as_text(features):
        return np.array(sorted(features, key=str))

    living, table = np.flatnonzero(alive), np.sort(order)
    if listing is not None:
        compaction("listing", np.array(listing))
    compaction("strings", as_text(ids))
    compaction("alive", living)
    compaction("alive strings", as_text(living))
    compaction("table", table)
    compaction("table strings", as_text(table))
    compaction("table order", np.array(order))
    sides = [(n // width, width)] if n % width == 0 and n > width > 1 else []
    side = round(n**0.5)
    if side > 1 and side * side == n and side != width:
        sides.append((side, side))
    for rows, columns in sides:
        compaction(f"transposed {rows}x{columns}", ids.reshape(rows, columns).T.ravel())
    kept = {}
    for name, rows in maps.items():
        if not any(((rows < 0) | (rows == other)).all() for other in kept.values()):
            kept[name] = rows
    return kept


def permutation(results, top, alive, width, listing):
    """The map with most agreement, all maps' hits and rows compared, and p by binomial times the number of maps."""
    n = len(top)
    table = np.full(n, -1)
    table[list(results)] = list(results.values())
    found = {}
    for name, source in index_maps(alive, n, width, list(results), listing).items():
        rows = (table >= 0) & (source >= 0)
        hits = int((table[rows] == top[source[rows]]).sum())
        size = max(top.max(), table.max()) + 1
        chance = (np.bincount(table[rows], minlength=size) * np.bincount(top, minlength=size)).sum() / rows.sum() / n
        found[name] = (hits, int(rows.sum()), stats.binom.sf(hits - 1, rows.sum(), min(1, chance)))
    best = max(found, key=lambda name: found[name][0])
    return best, found, min(1, found[best][2] * len(found))


# MARK: The verdict


def variants(world):
    """The form in use, and the isolated form of the same direction: (direction, map, alpha) of both."""
    form = world.note["form"]
    used = (form["direction"], form["map"], form["alpha"])
    isolated = ("decoder", "linear", None) if used[0] == "shifted" else (used[0], "linear" if used[1] == "full" else used[1], None)
    return used, isolated


def judge(folder, full=False, tests=TESTS):
    """All numbers and verdicts of a world."""
    world = World(folder)
    used, isolated = variants(world)
    images, reference = world.images(*used)
    bank = Bank(images, world.text)
    aggregate = Aggregate(bank)
    found, verdicts, n, K = {}, [], bank.n, len(world.text)
    activations = world.activations()
    classes = world.truth["class_ids"]
    label_of = world.labels_of_classes(world.names)
    means = class_means(activations, classes, len(world.classes))
    alive = means.max(0) > 0
    truth = np.where(favourite(means) >= 0, label_of[favourite(means)], -1)
    groups = clusters(unit(world.sae["W_enc"].T if used[0] == "encoder" else world.sae["W_dec"]))
    weights = bootstrap_weights(groups)

    raw = scores(bank, bank.v, "raw")
    centred = scores(bank, bank.v, "centred")
    significance = Significance(centred.max(1), null_best(bank, "centred"), bank.strata)
    pi0, pi0_low, pi0_high = significance.pi0_interval(weights)
    in_place = Significance(centred.max(1), gaussian_best(bank), np.zeros(n, int))
    found["in_place"] = dict(share=in_place.share, discoveries=in_place.discoveries, pi0=in_place.pi0_interval(weights))
    agreement = Agreement(centred.argmax(1), truth, weights)
    has_truth = agreement.count > 0
    beats_turned = any(aggregate.exceeds(key) for key in tests)
    found["in_place_tests"] = aggregate.in_place()
    beats = beats_turned and any(value > limit for value, limit in found["in_place_tests"].values())
    found["beats_turned"] = beats_turned
    found.update(
        mu_T=np.linalg.norm(bank.mean_t), mu_V=np.linalg.norm(bank.mean_v), common=bank.common,
        rho=aggregate.observed["rho"], rho_null_sd=aggregate.null["rho"].std(),
        share=significance.share, discoveries=significance.discoveries, pi0=[pi0, pi0_low, pi0_high],
        hit=agreement.rate, excess=[agreement.excess, agreement.low, agreement.high],
        sample_share=aggregate.observed["share.centred"], sample_half=aggregate.observed["half.centred"],
        share_limit=np.quantile(aggregate.null["share.centred"], QUANTILE),
        half_limit=np.quantile(aggregate.null["half.centred"], QUANTILE),
        rho_limit=np.quantile(aggregate.null["rho"], QUANTILE),
        tests={key: aggregate.exceeds(key) for key in TESTS}, p=significance.p,
    )  # fmt: skip

    # Temperature and confidence, of the form in use with raw scores.
    logits = world.scale * raw
    lse = logsumexp(logits, axis=1)
    entropy = lse - (np.exp(logits - lse[:, None]) * logits).sum(1)
    top_p = np.exp(logits.max(1) - lse)
    null_p = []
    rng = np.random.default_rng(17)
    for _ in range(REPLICATES):
        null = world.scale * (bank.v @ bank.rotated_text(haar(rng, bank.free.shape[1], float)).T)
        null_p.append(np.exp(null.max(1) - logsumexp(null, axis=1)))
    found.update(entropy=np.median(entropy) / np.log(K), top_p=np.median(top_p), null_top_p=np.quantile(null_p, 0.99))
    if found["entropy"] > 0.98:
        verdicts.append("DEGENERATE-TEMPERATURE")
    if 10 / K < found["top_p"] <= found["null_top_p"]:
        verdicts.append("FALSE-CONFIDENCE")

    # Naming, of the form in use with raw scores.
    counts = np.bincount(raw.argmax(1), minlength=K)
    hub = counts.argmax()
    sampled = aggregate.observed["counts.raw"]
    null_counts = aggregate.null["counts.raw"].mean(0)
    null_top = null_counts / len(aggregate.rows)
    found.update(
        n_eff=effective(counts), n_eff_sample=effective(sampled), n_eff_null=np.median(aggregate.null["effective.raw"]),
        hub_share=counts[hub] / n, hub_null=null_top[hub],
    )  # fmt: skip
    if n > 20:
        few = found["n_eff_sample"] < 0.2 * found["n_eff_null"]
        found["beyond_null"] = (counts / n * (counts / n > 10 * np.maximum(null_top, 1 / K))).max()
        if few or found["beyond_null"] > 0.1:
            verdicts.append("LABEL-COLLAPSE")
    if reference is not None:
        found["bias_share"] = (raw.argmax(1) == (reference @ world.text.T).argmax()).mean()
        if found["bias_share"] > 0.2:
            verdicts.append("BIAS-DOMINATED")

    # Gap, of the isolated form.
    plain, plain_aggregate = (bank, aggregate) if isolated == used else (Bank(world.images(*isolated)[0], world.text), None)
    gap = gap_limited(plain, plain_aggregate or Aggregate(plain), truth, weights, has_truth)
    found["gap"] = gap[1]
    if gap[0]:
        verdicts.append("GAP-LIMITED")

    # Against the null.
    negative = not beats
    if negative:
        found["power"] = aggregate.power(PLANTED)
        verdicts.append("NULL-INDISTINGUISHABLE" if found["power"] >= 0.8 else "UNDERPOWERED")
    if beats and has_truth and agreement.low <= 0:
        verdicts.append("SIGNIFICANT-BUT-WRONG")
    peculiar = 1 - found["in_place"]["pi0"][2] >= 0.5
    works = 1 - pi0_high >= 0.5 and peculiar and (not has_truth or agreement.low > 0)
    if works:
        verdicts.append("WORKS")
    else:
        named = partial(world, bank, significance, centred.argmax(1), truth, weights, activations, has_truth)
        found["strata"] = named
        if named:
            verdicts.append("PARTIAL")
    energy_limit = np.quantile(aggregate.null["energy"], QUANTILE, method="higher")
    found.update(energy=aggregate.observed["energy"], energy_limit=energy_limit, text_rank=aggregate.rank)
    if found["energy"] <= energy_limit:
        verdicts.append("NOT-IN-TEXT-SPAN")

    controls(world, label_of, found, verdicts)
    found["other_labels"] = other_labels(world, bank, aggregate)
    if any(better for _, _, better in found["other_labels"].values()):
        verdicts.append("WRONG-VOCABULARY")
    if world.results:
        best, maps, p = permutation(world.results, raw.argmax(1), alive, world.sae["W_dec"].shape[1], world.listing)
        found["index_map"] = [best, maps[best][0] / len(world.results), maps["identity"][0] / len(world.results), p]
        if best != "identity" and p < 1e-6:
            verdicts.append("INDEX-PERMUTED")
    if "embeddings" in world.truth and has_truth and agreement.low > 0:
        ratio = efficiency(world, bank, activations, world.truth["embeddings"].astype(float), label_of, weights)
        found["efficiency"] = ratio
        if ratio and ratio[2] >= 0.95:
            verdicts.append("AT-REFERENCE")
    if full:
        found["forms"] = table_of_forms(bank, truth, weights)
        found["ladder"] = ladder(bank, plain, truth, weights)
        if isolated[1] == "linear":
            found["planted_control"] = planted_control(world)
        found["power_ladder"] = {str(c): aggregate.power(c) for c in LADDER}
    return sorted(verdicts), found


def other_labels(world, bank, aggregate):
    """What another vocabulary, and sets of labels, find: their share, that in use, and whether they are better.

    Better: beyond banks of both kinds, and at least twice the share in use by `centred` or `both`, whichever is more.
    """
    in_use = max(aggregate.observed[f"share.{form}"] for form in ("centred", "both"))
    banks = {}
    if world.vocabulary is not None:
        banks["vocabulary"] = Aggregate(Bank(bank.v, world.vocabulary)), ("centred", "both"), "centred"
    if world.sets:
        banks["sets"] = Aggregate(bank, sets=world.sets), ("sets",), "sets"
    found = {}
    for name, (other, forms, form) in banks.items():
        tests = other.in_place()
        beyond = any(value > limit for key, (value, limit) in tests.items() if key.split(".")[1] in forms)
        share = other.observed[f"share.{form}"]
        found[name] = share, in_use, bool(beyond and other.exceeds(f"share.{form}") and share >= 2 * in_use)
    return found


def gap_limited(bank, aggregate, truth, weights, has_truth):
    """Whether centring both banks gives more than half of what is there at the end.

    In terms of the excess agreement, or the significant share where there is no truth. The end must itself beat its
    null, and the interval of (gain - end/2) must be over 0.
    """
    start, end = scores(bank, bank.v, "raw"), scores(bank, bank.v, "both")
    if has_truth:
        first, last = (Agreement(s.argmax(1), truth, weights) for s in (start, end))
        terms, beats = last.terms / 2 - first.terms, last.low > 0
        values = first.excess, last.excess
    else:
        p = [Significance(s.max(1), null_best(bank, form), bank.strata).p for s, form in ((start, "raw"), (end, "both"))]
        terms, beats = (p[1] <= Q) / 2 - (p[0] <= Q), aggregate.exceeds("share.both")
        values = (p[0] <= Q).mean(), (p[1] <= Q).mean()
    draws = (weights @ terms) / weights.sum(1)
    return bool(beats and np.quantile(draws, 0.025) > 0), values


def partial(world, bank, significance, top, truth, weights, activations, has_truth):
    """Named strata, of at least 5 % of the features, in which WORKS holds at a level shared by all of them."""
    density = np.asarray((activations > 0).mean(0)).ravel()
    angle = (unit(world.sae["W_enc"].T) * unit(world.sae["W_dec"])).sum(1)
    strata = {}
    for name, values in (("density", density), ("encoder-decoder cosine", angle), ("common component", bank.along)):
        place = np.searchsorted(np.quantile(values, [0.25, 0.5, 0.75]), values, side="right")
        for quarter in range(4):
            rows = place == quarter
            if rows.sum() >= max(20, LEAST_STRATUM * bank.n):
                strata[f"{name} {quarter + 1}/4"] = rows
    level, named = 1 - 0.05 / max(1, len(strata)), []
    for name, rows in strata.items():
        high = significance.pi0_interval(weights, rows, level)[2]
        agreement = Agreement(top[rows], truth[rows], weights[:, rows], level)
        if 1 - high >= 0.5 and (not has_truth or agreement.low > 0):
            named.append(name)
    return named


def controls(world, label_of, found, verdicts):
    """Zero-shot controls of embeddings and residuals, and the reconstruction of inputs."""
    truth, classes = world.truth, world.truth["class_ids"]
    full = None
    if "embeddings" in truth and (label_of >= 0).all():
        accuracy, limit, hits = zero_shot(truth["embeddings"].astype(float), classes, world.text, label_of)
        found["zero_shot"] = [accuracy, limit]
        full = hits if accuracy > limit else None
        if full is None:
            verdicts.append("MODEL-MISMATCH")
    if "residuals" not in truth:
        return
    x = truth["residuals"].astype(float)
    if full is not None:
        _, _, skip = zero_shot(world.head(x), classes, world.text, label_of)
        draws = class_draws(classes)
        by_class = [np.bincount(classes, hits, minlength=len(label_of)) for hits in (skip, full)]
        # Ratio under 1/2, as skip - full/2 under 0 so that no draw divides by nothing.
        difference = draws @ (by_class[0] - by_class[1] / 2)
        found["skip"] = [skip.mean(), full.mean()]
        if np.quantile(difference, 0.975) < 0:
            verdicts.append("DRIFT-LIMITED")
    some = x[:: max(1, len(x) // 1000)]
    middle = some.mean(0)
    turned = middle + (some - middle) @ haar(np.random.default_rng(19), x.shape[1], float)
    unexplained = [((y - world.encoded(y)[1]) ** 2).sum() / ((y - y.mean(0)) ** 2).sum() for y in (some, turned)]
    found["fvu"] = unexplained
    if unexplained[0] > 0.9 * unexplained[1]:
        verdicts.append("LOAD-SUSPECT")


def class_draws(classes, count=BOOTSTRAPS):
    """How often each class is drawn in a bootstrap over classes, [count, classes]."""
    size = classes.max() + 1
    return np.random.default_rng(23).multinomial(size, np.full(size, 1 / size), size=count)


def table_of_forms(bank, truth, weights):
    """For every form: N_eff, hub share, labels never first, share and pi0, hit@1, 5, 10, MRR, excess."""
    rows = {}
    for form in FORMS:
        s = scores(bank, bank.v, form)
        significance = Significance(s.max(1), null_best(bank, form), bank.strata)
        counts = np.bincount(s.argmax(1), minlength=s.shape[1])
        row = dict(
            n_eff=effective(counts), hub_share=counts.max() / bank.n, never=int((counts == 0).sum()),
            share=significance.share, discoveries=significance.discoveries, pi0=significance.pi0_interval(weights)[0],
        )  # fmt: skip
        known = truth >= 0
        if known.any():
            place = ranks(s[known], truth[known])
            agreement = Agreement(s.argmax(1), truth, weights)
            row.update(hit1=agreement.rate, hit5=(place <= 5).mean(), hit10=(place <= 10).mean(), mrr=(1 / place).mean())
            row.update(excess=agreement.excess)
        rows[form] = row
    return rows


# MARK: Identities and calibration


def turned_about_mean(bank, rotation):
    """The other null bank: only m is fixed, deviations from the mean are turned, rows made unit; [n, D].

    `rotation` [D - 1, D - 1] acts on the complement of m.
    """
    fixed, free = basis([bank.m], bank.D)
    deviations = bank.v - bank.mean_v
    return unit(bank.mean_v + (deviations @ fixed) @ fixed.T + (deviations @ free) @ rotation @ free.T)


def check():
    """Prints the greatest error of every identity that the method rests on; all are rounding."""
    worlds = planted()
    knobs = worlds.Knobs(n=300, d=160, D=128, K=100)
    rng = np.random.default_rng(3)
    text = worlds.Text(rng, knobs)
    images = worlds.directions(rng, knobs, text, np.arange(300) % 100)[0]
    bank = Bank(images, text.rows)
    rotation = haar(rng, bank.free.shape[1], float)
    turned = bank.rotated_images(rotation)
    own, side = turned @ bank.t.T, bank.v @ bank.rotated_text(rotation).T
    errors = {"turning labels is turning the bank": np.abs(own - side).max()}
    errors["the turned bank keeps its Gram matrix"] = np.abs(turned @ turned.T - bank.v @ bank.v.T).max()
    errors["and its mean"] = np.abs(turned.mean(0) - bank.mean_v).max()
    for form in ("centred", "text", "both"):
        whole = Bank(turned, bank.t)
        errors[f"{form} of turned labels is that of the turned bank"] = np.abs(
            bank.affine(side, form) - whole.affine(turned @ whole.t.T, form)).max()  # fmt: skip
    t = (bank.t - bank.mean_t) / bank.lengths[:, None]
    v = unit(bank.v - np.outer(bank.a, bank.m))
    errors["centred by its definition"] = np.abs(v @ t.T - bank.affine(bank.v @ bank.t.T, "centred")).max()
    v = unit(bank.v - bank.mean_v)
    errors["both by its definition"] = np.abs(v @ t.T - bank.affine(bank.v @ bank.t.T, "both")).max()
    s = bank.v @ bank.t.T
    doubly = s - s.mean(0) - s.mean(1, keepdims=True) + s.mean()
    centred = (bank.v - bank.mean_v) @ (bank.t - bank.mean_t).T
    errors["double centring is centring both banks"] = np.abs(doubly - centred).max()
    v, t = (rows - np.outer(rows @ bank.m, bank.m) for rows in (bank.v, bank.t))
    v, t = v - v.mean(0), t - t.mean(0)
    g_v, g_t = v.T @ v / len(v), t.T @ t / len(t)
    rho = (bank.D - 1) * (g_v * g_t).sum() / (np.trace(g_v) * np.trace(g_t))
    errors["rho by scores is rho by Gram matrices"] = abs(rho - alignment(bank, s, slice(None)))
    other = haar(rng, bank.D - 1, float)
    null = turned_about_mean(bank, other)
    fixed, free = basis([bank.m], bank.D)
    back = (bank.t @ fixed) @ fixed.T + (bank.t @ free) @ other.T @ free.T
    shifted = bank.v @ back.T + bank.mean_v @ (bank.t - back).T
    lengths = np.linalg.norm(bank.mean_v + (bank.v - bank.mean_v) @ ((fixed @ fixed.T) + free @ other @ free.T), axis=1)
    errors["turning about the mean, on the labels"] = np.abs(shifted / lengths[:, None] - null @ bank.t.T).max()
    for name, error in errors.items():
        print(f"{name:50} {error:.1e}")
    if max(errors.values()) > 1e-12:
        sys.exit("an identity does not hold")


def calibrate(seeds, n=300):
    """Uniformity of p in banks without label information, by null, form and kind of common component.

    One random feature of each seed is compared with the uniform distribution (Kolmogorov-Smirnov).
    """
    worlds = planted()
    kinds = {
        "no common component": dict(common=0.0),
        "common 0.5": dict(common=0.5, common_in_text=True),
        "common 0.1 to 0.9": dict(common=0.5, common_in_text=True, spread=0.8),
        "and 0.3 along the text mean": dict(common=0.5, common_in_text=True, spread=0.8, wobble=0.3),
        "common 0.9": dict(common=0.9, common_in_text=True),
    }
    pools = {size: pool(size, 24, 3) for size in (510, 511)}
    print("common component             null   form     KS p   share  sd     with BH  most BH")
    for kind, changes in kinds.items():
        rows = {}
        for seed in range(seeds):
            knobs = worlds.Knobs(n=n, informed=0.0, **changes)
            rng = np.random.default_rng([seed, 99])
            text = worlds.Text(rng, knobs)
            bank = Bank(worlds.directions(rng, knobs, text, np.arange(n) % knobs.K)[0], text.rows)
            chosen, one = rng.integers(24, size=REPLICATES), rng.integers(n)
            banks = {
                "span": [bank.rotated_images(pools[bank.free.shape[1]][i]) for i in chosen],
                "mean": [turned_about_mean(bank, pools[511][i].astype(float)) for i in chosen],
            }
            for form in ("raw", "centred"):
                best = scores(bank, bank.v, form).max(1)
                for null, images in banks.items():
                    found = []
                    for turned in images:
                        s = turned @ bank.t.T
                        if form == "centred":
                            a = (turned @ bank.m)[:, None]
                            s = (s - a * bank.h) / (np.sqrt(1 - a**2) * bank.lengths)
                        found.append(s.max(1))
                    p = pooled(best, np.array(found), bank.strata)
                    rows.setdefault((null, form), []).append((p[one], (p <= Q).mean(), benjamini_hochberg(p, Q).sum()))
        for (null, form), values in rows.items():
            one, share, found = np.array(values).T
            print(
                f"{kind:28} {null:6} {form:8} {stats.kstest(one, 'uniform').pvalue:.3f}  {share.mean():.4f} {share.std():.4f} "
                f"{(found > 0).mean():.3f}    {int(found.max())}", flush=True)  # fmt: skip


def planted():
    """The module that makes worlds."""
    sys.path.insert(0, str(Path(__file__).parent))
    import worlds

    return worlds


def ladder(bank, isolated, truth, weights):
    """Excess agreement on each rung: (name, excess) of the form in use and what is corrected after it."""
    rungs = [("form in use, raw", scores(bank, bank.v, "raw")), ("isolated, raw", scores(isolated, isolated.v, "raw"))]
    rungs += [(f"isolated, {form}", scores(isolated, isolated.v, form)) for form in ("centred", "both")]
    both = rungs[-1][1]
    rungs.append(("isolated, both, columns standardised", (both - both.mean(0)) / both.std(0)))
    return [(name, Agreement(s.argmax(1), truth, weights).excess) for name, s in rungs]


def planted_control(world):
    """hit@1 of pull-backs d = M^+ t of all labels, as they are stored: f32 and of unit length."""
    m = world.projection * world.gamma
    m = m - m.mean(1, keepdims=True)
    rows = unit(world.text @ np.linalg.pinv(m).T).astype(np.float32).astype(float)
    return ((unit(world.linear(rows)) @ world.text.T).argmax(1) == np.arange(len(world.text))).mean()


# MARK: Programs


def plain(value):
    """Values that JSON can hold, floats to six digits."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "p"}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.6g}")
    if isinstance(value, np.integer):
        return int(value)
    return value


def trial(task):
    """Makes and judges one world: (cause, seed, verdicts, numbers, error)."""
    cause, seed = task
    worlds = planted()
    with tempfile.TemporaryDirectory() as folder:
        worlds.write(worlds.build(cause, seed), folder)
        verdicts, found = judge(folder)
    rng = np.random.default_rng([seed, 29])
    found["one_p"] = found["p"][rng.integers(len(found["p"]))]
    found["share_p"] = found["share"]
    return cause, seed, verdicts, plain(found)


def table(arguments):
    """Prints how often every cause gave which verdict set; writes all numbers as JSON lines."""
    worlds = planted()
    causes = arguments.causes.split(",") if arguments.causes else list(worlds.CAUSES)
    tasks = [(cause, seed) for seed in range(arguments.first, arguments.first + arguments.seeds) for cause in causes]
    sets = {cause: Counter() for cause in causes}
    log = open(arguments.log, "a", encoding="utf-8") if arguments.log else None
    with ProcessPoolExecutor(arguments.workers) as executor:
        for cause, seed, verdicts, found in executor.map(trial, tasks):
            sets[cause][" ".join(verdicts)] += 1
            if log:
                log.write(json.dumps(dict(cause=cause, seed=seed, verdicts=verdicts, **found)) + "\n")
                log.flush()
    for cause in causes:
        for names, count in sets[cause].most_common():
            print(f"{cause:20} {count:3}  {names}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", nargs="?")
    parser.add_argument("--forms", action="store_true", help="add every score form and the power ladder")
    parser.add_argument("--check", action="store_true", help="test the identities that the method rests on")
    parser.add_argument("--calibrate", action="store_true", help="test p in banks without label information")
    parser.add_argument("--table", action="store_true", help="judge worlds of many causes and seeds")
    parser.add_argument("--causes", help="some causes, joined by commas")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--log", help="file that all numbers are added to, as JSON lines")
    arguments = parser.parse_args()
    if arguments.check:
        check()
    elif arguments.calibrate:
        calibrate(arguments.seeds)
    elif arguments.table:
        table(arguments)
    if arguments.check or arguments.calibrate or arguments.table or not arguments.world:
        return
    verdicts, found = judge(arguments.world, full=arguments.forms)
    print(json.dumps(dict(verdicts=verdicts, **plain(found)), indent=1))


if __name__ == "__main__":
    main()
