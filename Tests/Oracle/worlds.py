"""Writes planted worlds: a model, an autoencoder, labels and truth in which one thing is wrong.

    worlds.py --cause gap --seed 0 --out DIR
    worlds.py --list

A world is what a user would have. Nothing in it is CLIP's; its geometry is that of CLIP: text in a narrow cone
(mean pairwise cosine 0.6, effective rank 100 to 300 after centring), images in another, matched
cosines of 0.15 to 0.35. Needs NumPy. The same cause and seed give the same bytes with one NumPy
and BLAS.

Written below DIR:

    model/config.json, model.safetensors       image head (gamma, beta [d], P [D, d]) and logit_scale; no towers
    sae/cfg.json, sae_weights.safetensors      SAELens, topk: W_enc [d, n], W_dec [n, d], b_enc [n], b_dec [d]
    text.safetensors, names.txt                `embeddings` [K, D], unit rows, and their names, one a line
    truth.safetensors                          `class_ids` i32 [N], `embeddings` f16 [N, D], and either activations as
                                               CSR (`indptr` i64 [N+1], `indices` i32, `values` f32) or `residuals` f16 [N, d]
    classes.txt                                the names of the classes that `class_ids` number
    vocabulary.safetensors, vocabulary.txt     cause `vocabulary`: the labels that fit
    sets.tsv                                   causes of SETS: the kinds of labels, one a line with its labels, with tabs between
    results.tsv, listing.txt                   causes `permutation*`: another program's table of features and labels, misfiled
    world.json                                 cause, seed, the form in use, and what was planted

Letters: n features, d width of the residual stream, D joint width, K labels, N pictures.
"""

import argparse
import json
import struct
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

LAYER, LAYERS = 22, 24
TEXT_CONE = 0.6  # mean pairwise cosine of text embeddings
IMAGE_BIAS = 20.0  # length of the image of b_dec; a class's features add about 13
BIAS_LABEL, GAP_LABEL = 7, 11
ACTIVE = 12  # features that fire on a picture


@dataclass(frozen=True)
class Knobs:
    """What a world is made of; the defaults are a lens that works."""

    n: int = 1500
    d: int = 640
    D: int = 512
    K: int = 500
    pictures: int = 16  # of each class
    logit_scale: float = 100.0
    signal: tuple = (0.3, 0.5)  # cosine of a feature's own part with its label's concept: uniform in this range
    informed: float = 1.0  # share of features with any
    common: float = 0.3  # length of the component g that all features share
    spread: float = 0.0  # how much that length varies from feature to feature: +- this share, uniform
    common_in_text: bool = False  # whether g lies where the texts differ; else where they do not
    gap_label: float = 0.0  # cosine of g with the concept of one label
    wobble: float = 0.0  # label-free deviation along the text mean
    nuisance: float = 0.0  # deviation along a direction that the hub labels share
    hub_labels: int = 0
    hub_share: float = 0.6  # cosine of a hub label with that direction
    bias_label: float = 0.0  # share of b_dec's length that is the concept of one label
    balanced: bool = True  # whether b_dec makes up for the features' common component, as a trained bias would
    dark: float = 0.0  # class content of pictures that no feature carries
    text_like: bool = False  # what is not a feature's signal lies where the texts differ, in the same proportions
    kinds: bool = False  # features carry what all labels of a kind have in common, and not one label
    kin: int = 10  # labels of a kind
    outside: bool = False  # features carry classes, but where texts do not differ
    drift: bool = False  # an orthogonal block between residual stream and head
    shuffled: bool = False  # activations belong to other features than the directions
    untrained: bool = False
    other_model: bool = False
    other_text: bool = False
    dead: float = 0.0  # share of features that never fire
    misfiled: str = ""  # how another program's table is misfiled: "listing" or "sorted"
    rare: bool = False  # features without label information fire rarely
    joint: bool = False  # the autoencoder reads image embeddings
    residuals: bool = False  # truth as residuals instead of activations
    form: tuple = ("decoder", "linear", None)  # the form in use: direction, map, alpha


NOTHING = dict(informed=0.0, dark=8.0)
GAP = dict(common=0.96, gap_label=0.135, dark=12.0)
HUBS = dict(nuisance=0.7, hub_labels=2)
BIAS = dict(bias_label=0.15, form=("shifted", "full", 6.5))
CAUSES = {
    "none": Knobs(),
    "reference": Knobs(pictures=24),
    "joint": Knobs(joint=True, d=512),
    "temperature": Knobs(logit_scale=1.0),
    "confidence": Knobs(logit_scale=5000.0),
    "gap": Knobs(**GAP),
    "hubs": Knobs(**HUBS),
    "bias": Knobs(**BIAS),
    "drift": Knobs(drift=True, residuals=True),
    "vocabulary": Knobs(other_text=True),
    "kinds": Knobs(kinds=True, kin=50, signal=(0.122, 0.162), dark=8.0),
    "permutation": Knobs(dead=0.1, misfiled="listing"),
    "permutation-sorted": Knobs(dead=0.1, misfiled="sorted"),
    "untrained": Knobs(untrained=True, residuals=True),
    "model": Knobs(other_model=True, residuals=True),
    "few": Knobs(n=12, **NOTHING),
    "nullworld": Knobs(common=0.5, common_in_text=True, spread=0.8, wobble=0.3, **NOTHING),
    "text-like": Knobs(text_like=True, **NOTHING),
    "outside": Knobs(outside=True, dark=8.0),
    "shuffled": Knobs(shuffled=True),
    "partial": Knobs(informed=0.3, rare=True, dark=8.0),
    "hubs+gap": Knobs(**{**HUBS, **GAP, "nuisance": 0.8, "gap_label": 0.145}),
    "bias+gap": Knobs(**GAP, balanced=False, bias_label=0.14, form=("shifted", "full", 20.0)),
    "drift+temperature": Knobs(drift=True, residuals=True, logit_scale=1.0),
}  # fmt: skip

# Causes with sets of labels; what they are found with must not change the verdicts but of `kinds`.
SETS = ("kinds", "none", "gap", "hubs+gap", "nullworld", "text-like")


# MARK: Geometry


def unit(rows):
    """Rows, or one vector, of length 1."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def orthogonal(rng, size):
    """A Haar orthogonal matrix [size, size]: QR of a Gaussian with the signs of R's diagonal."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))


def spectrum(size, exponent, offset):
    """Deviations along principal axes, [size], as a power law; their squares add up to 1."""
    values = (np.arange(size) + offset) ** -exponent
    return np.sqrt(values / values.sum())


class Text:
    """A bank of label embeddings: `mean` [D], unit concepts [K, D] orthogonal to it, rows [K, D]."""

    def __init__(self, rng, knobs):
        frame = orthogonal(rng, knobs.D)
        self.mean, self.axes = frame[0], frame[1:]  # axes: [D-1, D], strongest first
        self.deviations = spectrum(knobs.D - 1, 0.5, 10)
        parents = self.sample(rng, knobs.K // knobs.kin)
        self.kinds = np.arange(knobs.K) % len(parents)  # of each label, [K]
        concepts = np.sqrt(0.25) * parents[self.kinds] + np.sqrt(0.75) * self.sample(rng, knobs.K)
        concepts = unit(concepts - concepts.mean(0))
        self.nuisance = unit(self.sample(rng, 1)[0])
        for h in range(knobs.hub_labels):
            own = concepts[h] - (concepts[h] @ self.nuisance) * self.nuisance
            share = knobs.hub_share * (1 - 0.05 * (h // 2)) * (-1) ** h
            concepts[h] = share * self.nuisance + np.sqrt(1 - share**2) * unit(own)
        self.concepts = concepts
        lengths = np.clip(1 + 0.08 * rng.standard_normal((knobs.K, 1)), 0.7, 1.3)
        lengths[[BIAS_LABEL, GAP_LABEL]] = 1
        self.rows = unit(np.sqrt(TEXT_CONE) * self.mean + np.sqrt(1 - TEXT_CONE) * lengths * concepts)

    def kind_concepts(self):
        """The unit mean of the concepts of each label's kind, [K, D]."""
        return unit(np.array([self.concepts[self.kinds == kind].mean(0) for kind in range(self.kinds.max() + 1)]))[self.kinds]

    def sample(self, rng, count):
        """Vectors [count, D] with the spectrum of the concepts, of mean square length 1."""
        return (rng.standard_normal((count, len(self.axes))) * self.deviations) @ self.axes

    def blank(self, rng):
        """A unit vector [D] orthogonal to the mean and to every concept.

        As many labels as dimensions leave nothing that is orthogonal to all: it lies where concepts differ least then.
        """
        axes = np.linalg.svd(np.vstack([self.concepts, self.mean]))[2][len(self.concepts) :]
        if not len(axes):
            # The last of all axes is the mean, to which concepts are orthogonal.
            axes = np.linalg.svd(self.concepts)[2][-1 - len(self.axes) // 8 : -1]
        return unit(rng.standard_normal(len(axes)) @ axes)

    def quiet(self, rng, count):
        """Unit vectors [count, D] along the third of the axes in which texts differ least."""
        axes = self.axes[-len(self.axes) // 3 :]
        return unit(rng.standard_normal((count, len(axes))) @ axes)


class Head:
    """CLIP's image head: `E(x) = P (gamma * C x / sqrt(var x + eps) + beta)`; M = P diag(gamma) C."""

    def __init__(self, rng, knobs):
        d, D = knobs.d, knobs.D
        self.projection = (orthogonal(rng, D) * rng.uniform(0.8, 1.2, D)) @ orthogonal(rng, d)[:D]
        self.gamma = 1 + 0.1 * rng.standard_normal(d)
        self.beta = 0.02 * rng.standard_normal(d)
        self.linear = self.projection * self.gamma
        self.linear -= self.linear.mean(1, keepdims=True)
        self.inverse = np.linalg.pinv(self.linear)  # [d, D]

    def full(self, x):
        """Images [., D] of residuals [., d]."""
        centred = x - x.mean(1, keepdims=True)
        centred /= np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5)
        return (centred * self.gamma + self.beta) @ self.projection.T


# MARK: The parts of a world


def directions(rng, knobs, text, labels):
    """Unit images of the features, [n, D], and their common component [D]."""
    n, D = knobs.n, knobs.D
    noise = unit((rng.standard_normal((n, D)) * spectrum(D, 0.4, 10)) @ orthogonal(rng, D))
    noise -= (noise @ text.mean)[:, None] * text.mean
    signal = rng.uniform(*knobs.signal, n) * (rng.permutation(n) < round(knobs.informed * n))
    if knobs.outside:
        homes = text.quiet(rng, knobs.K)
        concepts, noise = homes[labels], text.quiet(rng, n)
    else:
        concepts = (text.kind_concepts() if knobs.kinds else text.concepts)[labels]
    if knobs.text_like:
        noise = unit(text.sample(rng, n))
    own = unit(noise - (noise * concepts).sum(1, keepdims=True) * concepts)
    own = signal[:, None] * concepts + np.sqrt(1 - signal**2)[:, None] * own
    shared = text.sample(rng, 1)[0] if knobs.common_in_text else text.blank(rng)
    shared = unit(unit(shared) + 0.3 * text.mean)
    shared = np.sqrt(1 - knobs.gap_label**2) * shared + knobs.gap_label * text.concepts[GAP_LABEL]
    free = np.sqrt(1 - knobs.common**2)
    rows = free * own + knobs.common * (1 + knobs.spread * rng.uniform(-1, 1, (n, 1))) * shared
    rows = rows + free * knobs.nuisance * rng.standard_normal((n, 1)) * text.nuisance
    rows = rows + knobs.wobble * rng.standard_normal((n, 1)) * text.mean
    return unit(rows), knobs.common * shared, signal


def codes(rng, knobs, labels, signal):
    """Classes [N] and planted activations [N, n]: a class's own features, and about 5 others."""
    n, N = knobs.n, knobs.pictures * knobs.K
    classes = np.arange(N) % knobs.K
    chance = np.full(n, 0.7)
    if knobs.rare:
        chance[signal == 0] = 0.25
    # Feature i fires on pictures of class labels[i], which are every K-th.
    features = np.repeat(np.arange(n), knobs.pictures)
    pictures = np.tile(np.arange(knobs.pictures) * knobs.K, n) + labels[features]
    fires = rng.random(len(features)) < chance[features]
    others = rng.integers(n * N, size=5 * N)
    rows = np.concatenate([pictures[fires], others // n])
    columns = np.concatenate([features[fires], others % n])
    values = np.concatenate([rng.gamma(9, 0.7, fires.sum()), rng.gamma(4, 0.7, len(others))])
    if knobs.dead:
        values[(rng.permutation(n) < round(knobs.dead * n))[columns]] = 0
    activations = np.zeros((N, n))
    np.add.at(activations, (rows, columns), values)
    return classes, activations


def encoder(decoder, residuals):
    """Optimal linear detectors of the features, [n, d]: inverse covariance times decoder rows, w.d = 1.

    Haufe et al. 2014: a detector is the pattern times the inverse covariance of the inputs.
    """
    centred = residuals - residuals.mean(0)
    covariance = centred.T @ centred / len(centred)
    covariance += 0.05 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    rows = np.linalg.solve(covariance, decoder.T).T
    return rows / (rows * decoder).sum(1, keepdims=True)


def encode(sae, residuals):
    """Sparse codes of SAELens's topk: ids [N, k] rising, and values [N, k], zeros included."""
    before = (residuals - sae["b_dec"]) @ sae["W_enc"] + sae["b_enc"]
    k = min(ACTIVE, max(1, before.shape[1] // 2))
    ids = np.sort(np.argpartition(-before, k - 1, axis=1)[:, :k], axis=1)
    return ids, np.maximum(np.take_along_axis(before, ids, axis=1), 0)


def misfile(top, alive, listing):
    """Another program's table: folder `listing[k]` holds the label of row k of all features."""
    return {int(folder): int(top[k]) for k, folder in enumerate(listing) if alive[folder]}


# MARK: A world


def build(cause, seed, knobs=None):
    """Everything that `write` writes, as arrays; `truth` is a dictionary of tensors."""
    knobs = knobs or CAUSES[cause]
    rng = np.random.default_rng([seed, zlib.crc32(cause.encode())])
    text, head = Text(rng, knobs), Head(rng, knobs)
    labels = rng.permutation(np.arange(knobs.n) % knobs.K)
    images, shared, signal = directions(rng, knobs, text, labels)
    classes, activations = codes(rng, knobs, labels, signal)

    decoder = images @ head.inverse.T
    lengths = np.linalg.norm(decoder, axis=1, keepdims=True)
    decoder /= lengths
    cone = 0.3 * text.mean + np.sqrt(0.91 - knobs.bias_label**2) * text.blank(rng)
    cone += knobs.bias_label * text.concepts[BIAS_LABEL]
    bias = head.inverse @ (IMAGE_BIAS * cone - knobs.balanced * activations.sum() / len(classes) * shared)
    content = knobs.dark * text.concepts[classes] @ head.inverse.T
    residuals = bias + activations @ decoder + content
    residuals += 0.1 * rng.standard_normal(residuals.shape)
    block = orthogonal(rng, knobs.d) if knobs.drift else None
    embeddings = head.full(residuals)
    if knobs.drift:
        # What the features write is read behind the block; the head in front of it sees it turned.
        residuals, decoder, bias = residuals @ block, decoder @ block, bias @ block
    if knobs.joint:
        residuals = embeddings
        decoder, bias = images, head.full(bias[None])[0]

    detectors = encoder(decoder, residuals)
    alive = activations.sum(0) > 0
    threshold = activations.mean(0) - detectors @ (residuals.mean(0) - bias)
    threshold[~alive] = -1e4
    sae = {"W_enc": detectors.T, "b_enc": threshold, "W_dec": decoder, "b_dec": bias}
    if knobs.untrained:
        decoder = unit(rng.standard_normal(decoder.shape))
        sae = {"W_enc": decoder.T, "b_enc": np.zeros(knobs.n), "W_dec": decoder, "b_dec": np.zeros(knobs.d)}
    sae = {name: np.ascontiguousarray(values, np.float32) for name, values in sae.items()}

    truth = {"class_ids": classes.astype(np.int32), "embeddings": embeddings.astype(np.float16)}
    if knobs.residuals:
        truth["residuals"] = residuals.astype(np.float16)
    else:
        ids, values = encode(sae, residuals.astype(np.float32))
        if knobs.shuffled:
            moved = rng.permutation(knobs.n)
            order = np.argsort(moved[ids], axis=1)
            ids = np.take_along_axis(moved[ids], order, axis=1)
            values = np.take_along_axis(values, order, axis=1)
        kept = values > 0
        truth["indptr"] = np.concatenate([[0], kept.sum(1).cumsum()]).astype(np.int64)
        truth["indices"] = ids[kept].astype(np.int32)
        truth["values"] = values[kept].astype(np.float32)
    names = [f"concept {j:03d}" for j in range(knobs.K)]
    world = dict(cause=cause, seed=seed, knobs=knobs, sae=sae, head=head, truth=truth, names=names, classes=names)
    world.update(text=text.rows, vocabulary=None, results=None, listing=None, labels=labels, signal=signal, sets=[])
    if cause in SETS:
        world["sets"] = [[names[j] for j in np.flatnonzero(text.kinds == kind)] for kind in range(text.kinds.max() + 1)]
    if knobs.kinds:
        world["classes"] = [f"group {j:03d}" for j in range(knobs.K)]  # of pictures, which no label names
    if knobs.other_model:
        world.update(text=Text(rng, knobs).rows, head=Head(rng, knobs))
    if knobs.other_text:
        world.update(vocabulary=(text.rows, names), text=Text(rng, knobs).rows)
        world["names"] = [f"texture {j:03d}" for j in range(knobs.K)]
    if knobs.misfiled:
        read = unit(sae["W_dec"] @ head.linear.T) @ text.rows.T
        listing = np.flatnonzero(alive)
        listing = rng.permutation(listing) if knobs.misfiled == "listing" else np.array(sorted(listing, key=str))
        world["results"] = misfile(read.argmax(1), alive, listing)
        world["listing"] = listing if knobs.misfiled == "listing" else None
    return world


def configuration(world):
    """`cfg.json` of the autoencoder, as SAELens 6 writes it, and `config.json` of the model."""
    knobs = world["knobs"]
    hook = dict(hook_name="visual_projection.output") if knobs.joint else dict(
        hook_name=f"blocks.{LAYER}.hook_resid_post", hook_layer=LAYER)  # fmt: skip
    sae = dict(
        architecture="topk", d_in=world["sae"]["W_dec"].shape[1], d_sae=knobs.n, dtype="float32", device="cpu",
        k=min(ACTIVE, max(1, knobs.n // 2)), apply_b_dec_to_input=True, normalize_activations="none",
        reshape_activations="none", rescale_acts_by_decoder_norm=False,
        metadata=dict(sae_lens_version="6.0.0", model_name="planted-world", hook_head_index=None, **hook),
    )  # fmt: skip
    model = dict(
        model_type="clip", architectures=["CLIPModel"], projection_dim=knobs.D,
        text_config=dict(model_type="clip_text_model", hidden_size=knobs.D, num_hidden_layers=12, num_attention_heads=8),
        vision_config=dict(
            model_type="clip_vision_model", hidden_size=knobs.d, num_hidden_layers=LAYERS, num_attention_heads=8,
            projection_dim=knobs.D, layer_norm_eps=1e-5),
    )  # fmt: skip
    return sae, model


def single(array):
    """A contiguous float32 copy, which safetensors needs."""
    return np.ascontiguousarray(array, np.float32)


def save_file(tensors, path):
    """Writes arrays as safetensors, in the order given."""
    names = {np.dtype(np.float32): "F32", np.dtype(np.float16): "F16", np.dtype(np.int32): "I32", np.dtype(np.int64): "I64"}
    header, start = {}, 0
    for name, array in tensors.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{path}: {name}: found elements that are not finite")
        header[name] = dict(dtype=names[array.dtype], shape=array.shape, data_offsets=[start, start + array.nbytes])
        start += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).tobytes())


def write(world, out):
    """Writes a world below `out`."""
    out = Path(out)
    for folder in ("model", "sae"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    knobs, head = world["knobs"], world["head"]
    sae, model = configuration(world)
    (out / "sae" / "cfg.json").write_text(json.dumps(sae, indent=2) + "\n", encoding="utf-8")
    (out / "model" / "config.json").write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")
    save_file(world["sae"], out / "sae" / "sae_weights.safetensors")
    tensors = {
        "vision_model.post_layernorm.weight": single(head.gamma),
        "vision_model.post_layernorm.bias": single(head.beta),
        "visual_projection.weight": single(head.projection),
        "logit_scale": np.array(np.log(knobs.logit_scale), np.float32),
    }
    save_file(tensors, out / "model" / "model.safetensors")
    save_file({"embeddings": single(world["text"])}, out / "text.safetensors")
    save_file(world["truth"], out / "truth.safetensors")
    for name in ("names", "classes"):
        (out / f"{name}.txt").write_text("".join(f"{line}\n" for line in world[name]), encoding="utf-8")
    if world["vocabulary"]:
        rows, names = world["vocabulary"]
        save_file({"embeddings": single(rows)}, out / "vocabulary.safetensors")
        (out / "vocabulary.txt").write_text("".join(f"{line}\n" for line in names), encoding="utf-8")
    if world["sets"]:
        lines = ("\t".join([f"kind {kind:02d}", *labels]) for kind, labels in enumerate(world["sets"]))
        (out / "sets.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if world["results"]:
        rows = (f"{feature}\t{world['names'][label]}\n" for feature, label in sorted(world["results"].items()))
        (out / "results.tsv").write_text("feature\tlabel\n" + "".join(rows), encoding="utf-8")
    if world["listing"] is not None:
        (out / "listing.txt").write_text("".join(f"{i}\n" for i in world["listing"]), encoding="utf-8")
    direction, mapping, alpha = knobs.form
    form = dict(direction=direction, map="native" if knobs.joint else mapping, alpha=alpha)
    note = dict(cause=world["cause"], seed=world["seed"], form=form, knobs={name: value for name, value in asdict(knobs).items() if knobs.kinds or name not in ("kinds", "kin")})
    (out / "world.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cause", choices=sorted(CAUSES), default="none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="folder to be made")
    parser.add_argument("--list", action="store_true", help="print the causes and end")
    arguments = parser.parse_args()
    if arguments.list or not arguments.out:
        print("\n".join(CAUSES))
        return
    write(build(arguments.cause, arguments.seed), arguments.out)


if __name__ == "__main__":
    main()
