"""The encoders of all families in NumPy and f64, from the canonical tensors and `expected.json`.

Written from the description alone, so that it checks the description as well as the numbers.
"""

import numpy as np


def normalized(step, x, tensors):
    """`x` [m, d] after one step of the normalization of inputs."""
    kind = step["kind"]
    if kind == "layer_norm":
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / (centred.std(axis=1, ddof=1, keepdims=True) + step["eps"])
    if kind == "constant_norm_rescale":
        return x * np.sqrt(x.shape[1]) / np.linalg.norm(x, axis=1, keepdims=True)
    if kind == "mean_scale":
        return (x - tensors["mean"]) * tensors["scale"]
    if kind == "scale":
        return x * step["factor"]
    raise ValueError(kind)


def kept_top(scores, k):
    """Where `scores` [m, n] are among the k greatest of their row, and the gap to the next."""
    ordered = np.sort(scores, axis=1)[:, ::-1]
    gap = (ordered[:, k - 1] - ordered[:, k]).min() if k < scores.shape[1] else np.inf
    return scores >= ordered[:, k - 1 : k], gap


def top_k(activation, pre):
    """The k greatest of each row, or k per row on average over the batch."""
    k = activation["k"]
    scores = np.abs(pre) if activation.get("by_magnitude") else pre
    if activation.get("over_batch"):
        kept, gap = kept_top(scores.reshape(1, -1), k * len(pre))
        kept = kept.reshape(pre.shape)
    else:
        kept, gap = kept_top(scores, k)
    values = np.maximum(pre, 0) if activation["relu"] else pre
    return np.where(kept, values, 0), gap


def group_max(activation, pre):
    """The greatest of each of k groups of neighbouring features, after ReLU."""
    grouped = np.maximum(pre, 0).reshape(len(pre), activation["k"], -1)
    greatest = grouped.max(axis=2, keepdims=True)
    ordered = np.sort(grouped, axis=2)
    gaps = (ordered[:, :, -1] - ordered[:, :, -2])[ordered[:, :, -1] > 0]
    return np.where(grouped == greatest, grouped, 0).reshape(pre.shape), gaps.min()


def gated(tensors, projected):
    """The magnitude path where the gate is open; `projected` has no bias yet."""
    gate = projected + tensors["b_gate"]
    magnitude = np.exp(tensors["r_mag"]) * projected + tensors["b_mag"]
    return np.where(gate > 0, np.maximum(magnitude, 0), 0), np.abs(gate).min()


def activated(activation, pre, tensors):
    """The activation of `pre` [m, n], and how far the nearest decision was from going otherwise."""
    name = activation["name"]
    if name == "relu":
        return np.maximum(pre, 0), np.inf
    if name == "tanh_relu":
        return np.tanh(np.maximum(pre, 0)), np.inf
    if name == "topk":
        return top_k(activation, pre)
    if name == "groupmax":
        return group_max(activation, pre)
    if name == "jumprelu":
        threshold = tensors["threshold"]
        values = np.maximum(pre, 0)
        kept = values >= threshold if activation["at_threshold"] else values > threshold
        return np.where(kept, values, 0), np.abs(pre - threshold).min()
    raise ValueError(name)


def encode(expected, tensors):
    """The activations [8, n] of the inputs, and the least distance of a decision."""
    tensors = {name: np.asarray(value, dtype=np.float64) for name, value in tensors.items()}
    x = tensors["inputs"]
    for step in expected["normalization"]:
        x = normalized(step, x, tensors)
    if expected["subtracts_b_dec"]:
        x = x - tensors["b_dec"]
    pre = x @ tensors["W_enc"].T
    activation = expected["activation"]
    if activation["name"] == "gated":
        acts, margin = gated(tensors, pre)
    else:
        pre = pre + tensors.get("b_enc", 0)
        if expected.get("scales_by_decoder_norm"):
            pre = pre * np.linalg.norm(tensors["W_dec"], axis=1)
        if "feature_norm" in expected:
            centred = pre - pre.mean(axis=1, keepdims=True)
            deviation = np.sqrt(
                centred.var(axis=1, keepdims=True) + expected["feature_norm"]["eps"]
            )
            pre = centred / deviation * tensors["feature_gain"] + tensors["feature_shift"]
        acts, margin = activated(activation, pre, tensors)
    cap = expected.get("soft_cap")
    return (cap * np.tanh(acts / cap) if cap else acts), margin
