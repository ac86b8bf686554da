"""MSAE: what the checkpoint does not say is in its name.

Layout and rule as in WolodjaZ/MSAE, `sae.py` (`Autoencoder`, `load_model`, `SAE`) and `utils.py`.
Names: n, d, the activation with its parameter (a coefficient for ReLU, k for TopK), UW or RW for
Matryoshka training, tied, normalized, the soft cap (0.0 is none), the data set.
"""

from collections import OrderedDict

import torch

from .checkpoint import Checkpoint

DATA = "cc3m_ViT-L~14_train_image_2905936_16"


def preprocess(parts, mean, scale, normalize):
    """(x - mean) scale, then, if the name says so, layer normalization as in openai's code."""
    x = (parts.inputs - mean) * scale
    if normalize:
        x = x - x.mean(dim=-1, keepdim=True)
        x = x / (x.std(dim=-1, keepdim=True) + 1e-5)
    return x


def kept_top(pre, k, over_batch=False):
    """`TopK` with ReLU on the kept values, per row or over the batch."""
    rows = pre.reshape(1, -1) if over_batch else pre
    top = torch.topk(rows, k=k * len(pre) if over_batch else k, dim=-1)
    kept = torch.zeros_like(rows).scatter_(-1, top.indices, torch.relu(top.values))
    return kept.reshape(pre.shape)


def activated(name, parts, pre):
    """The activations, their description, and what the state dictionary holds of them."""
    kind, _, parameter = name.partition("_")
    if kind == "ReLU":
        return torch.relu(pre), {"name": "relu"}, {}
    if kind == "JumpReLU":
        logarithms = parts.threshold.log()
        x = torch.relu(pre)
        stored = {
            "activation.log_threshold": logarithms, "dead_activations.log_threshold": logarithms,
        }  # fmt: skip
        kept = (x > logarithms.exp()).float()
        return x * kept, {"name": "jumprelu", "at_threshold": False}, stored
    k = int(parameter)
    over_batch = kind.startswith("Batch")
    activation = {"name": "topk", "k": k, "relu": True, "over_batch": over_batch}
    return kept_top(pre, k, over_batch), activation, {}


def autoencoder(variant, activation, training="", tied=False, normalize=False, cap=0.0, mean=True):
    """A checkpoint under the name that its code gives it."""
    parts = Checkpoint("msae", variant)
    center = (0.3 * parts.normal(parts.d)).float() if mean else 0.0
    scale = 1.7
    x = preprocess(parts, center, scale, normalize)
    pre = (x - parts.b_dec) @ parts.encoder.T + parts.b_enc
    acts, described, held = activated(activation, parts, pre)
    state = OrderedDict(pre_bias=parts.b_dec, encoder=parts.encoder.T.contiguous())
    state["latent_bias"] = parts.b_enc
    if not tied:
        state["decoder"] = parts.decoder
    state["latents_activation_frequency"] = torch.arange(parts.n, dtype=torch.int64)
    state |= held
    content = {
        "model": state, "mean_center": center, "scaling_factor": scale, "target_norm": 4.0,
    }  # fmt: skip
    middle = f"{activation}_{training}_" if training else f"{activation}_"
    name = f"{parts.n}_{parts.d}_{middle}{tied}_{normalize}_{cap}_{DATA}.pth"
    torch.save(content, parts.path(name))
    tensors = {
        "W_enc": parts.encoder,
        "W_dec": parts.encoder if tied else parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
        "mean": center if mean else torch.zeros(parts.d),
        "scale": torch.tensor(scale),
    }
    if "log_threshold" in str(held):
        tensors["threshold"] = parts.threshold.log().exp()
    steps = [{"kind": "mean_scale"}] + normalize * [{"kind": "layer_norm", "eps": 1e-5}]
    parts.expect(
        tensors, cap * torch.tanh(acts / cap) if cap else acts, described, "layout only",
        architecture=activation, subtracts_b_dec=True, normalization=steps, soft_cap=cap,
        tied=tied, notes="all but the tensors, the mean and the scale is in the file's name",
    )  # fmt: skip


def write():
    """Writes every fixture of this family."""
    autoencoder("relu", "ReLU_003", mean=False)
    autoencoder("topk", "TopKReLU_13")
    autoencoder("matryoshka", "TopKReLU_6", training="RW")
    autoencoder("tied-normalized", "TopKReLU_6", training="UW", tied=True, normalize=True)
    autoencoder("soft-cap", "ReLU_003", cap=1.5)
    autoencoder("batchtopk", "BatchTopKReLU_6")
    autoencoder("jumprelu", "JumpReLU")
