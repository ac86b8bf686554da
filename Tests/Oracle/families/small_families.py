"""clipscope, attributing-clip, and files without a family.

Layouts and rules as in Lewington-pitsos/clipscope 474b5cf `clipscope/sae.py` and
maxdreyer/attributing-clip 10fb8fa `model_training/sae.py`.
"""

from collections import OrderedDict

import numpy
import torch
from torch.nn import Linear, Sequential
from torch.nn.utils import parametrizations, weight_norm

from .checkpoint import Checkpoint


def clipscope(variant, n, k):
    """`dec` [n, d] is a clone of a transposed matrix: strides (1, n). No ReLU, no encoder bias."""
    parts = Checkpoint("clipscope", variant, n=n)
    enc = parts.encoder.T.contiguous()
    dec = enc.mT.clone()
    dec.copy_(parts.decoder)
    assert dec.stride() == (1, n)
    state = OrderedDict(pre_b=parts.b_dec, enc=enc, dec=dec)
    content = {"n_features": n, "d_in": parts.d, "k": k, "model_state_dict": state}
    torch.save(content, parts.path("1200013184.pt"))
    pre = (parts.inputs - state["pre_b"]) @ state["enc"]
    top = torch.topk(pre, k=k, dim=-1)
    acts = torch.zeros_like(pre).scatter_(-1, top.indices, top.values)
    assert (acts < 0).any()
    parts.expect(
        {"W_enc": parts.encoder, "W_dec": parts.decoder, "b_dec": parts.b_dec},
        acts,
        {"name": "topk", "k": k, "relu": False},
        "layout only",
        architecture="TopKSAE",
        subtracts_b_dec=True,
        notes="published as LAYER_resid/TOKENS.pt for laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
    )


def normalized_layers(parts, normalizer):
    """The encoder and decoder of attributing-clip, made by PyTorch's weight normalization."""
    encoder = Sequential(normalizer(Linear(parts.d, parts.n)))
    decoder = normalizer(Linear(parts.n, parts.d, bias=False), dim=1)
    return torch.nn.ModuleDict({"encoder": encoder, "decoder": decoder})


def attributing_clip(variant, normalizer, prefix="", hparams=None):
    """Weight normalization: g v/‖v‖, per row of the encoder and per column of the decoder."""
    parts = Checkpoint("attributing-clip", variant)
    k = 16
    layers = normalized_layers(parts, normalizer)
    state = layers.state_dict()
    direction = {
        "encoder": parts.encoder * (0.5 + parts.threshold)[:, None],
        "decoder": parts.decoder.T * (2.0 + parts.threshold),
    }
    gains = {"encoder": parts.encoder.norm(dim=1, keepdim=True), "decoder": torch.ones(1, parts.n)}
    for name, tensor in state.items():
        part = name.partition(".")[0]
        if name.endswith("bias"):
            tensor.copy_(parts.b_enc)
        else:
            is_gain = name.endswith(("weight_g", "original0"))
            tensor.copy_(gains[part] if is_gain else direction[part])
    content = {"state_dict": OrderedDict((prefix + name, t) for name, t in state.items())}
    if hparams:
        content = {
            "epoch": 9, "global_step": 3120, "pytorch-lightning_version": "2.4.0", **content,
            "hyper_parameters": hparams,
        }  # fmt: skip
    torch.save(content, parts.path("last.ckpt"))
    with torch.no_grad():
        pre = layers["encoder"](parts.inputs)
    top = torch.topk(pre, k, dim=1)
    acts = pre * torch.zeros_like(pre).scatter(1, top.indices, 1.0)
    assert (acts < 0).any()
    parts.expect(
        {"W_enc": parts.encoder, "W_dec": parts.decoder, "b_enc": parts.b_enc},
        acts,
        {"name": "topk", "k": k, "relu": False},
        "layout only",
        architecture="TopKSAE",
        subtracts_b_dec=False,
        k_in_file=bool(hparams),
        notes="no decoder bias; weight normalization by torch.nn.utils",
    )


def as_views(tensors):
    """The same tensors as views of one storage, matrices by columns, at offsets from 5."""
    columns = {
        name: tensor.permute(*reversed(range(tensor.ndim))) for name, tensor in tensors.items()
    }
    flat = torch.cat([torch.zeros(5), *(tensor.reshape(-1) for tensor in columns.values())])
    views, start = {}, 5
    for name, tensor in columns.items():
        view = flat[start : start + tensor.numel()].view(tensor.shape)
        views[name] = view.permute(*reversed(range(tensor.ndim)))
        start += tensor.numel()
    return views


def generic(variant, name, describe_keys, views=False):
    """A file that needs `--keys`: encoder [d, n] and decoder [d, n], biases under other names."""
    parts = Checkpoint("generic", variant)
    tensors = {
        "dictionary.atoms": parts.decoder.T.contiguous(),
        "projection.matrix": parts.encoder.T.contiguous(),
        "projection.offset": parts.b_enc,
        "center": parts.b_dec,
    }
    if name.endswith(".npz"):
        numpy.savez(parts.path(name), **{key: value.numpy() for key, value in tensors.items()})
    else:
        held = as_views(tensors) if views else tensors
        torch.save({"step": 1000, "weights": held}, parts.path(name))
    acts = torch.relu((parts.inputs - parts.b_dec) @ tensors["projection.matrix"] + parts.b_enc)
    parts.expect(
        {
            "W_enc": parts.encoder,
            "W_dec": parts.decoder,
            "b_enc": parts.b_enc,
            "b_dec": parts.b_dec,
        },
        acts,
        {"name": "relu"},
        "layout only",
        architecture="unknown",
        subtracts_b_dec=True,
        notes=describe_keys,
    )


def write():
    """Writes every fixture of these families."""
    clipscope("topk", 24, 16)
    clipscope("square", 16, 12)
    attributing_clip("state-dict", weight_norm)
    hparams = {"sae_hidden_dim": 24, "sae_k": 16, "sae_layer_idx": -1, "sae_token": "cls"}
    attributing_clip("lightning", weight_norm, prefix="sae.", hparams=hparams)
    attributing_clip("parametrized", parametrizations.weight_norm)
    keys = "W_dec is dictionary.atoms and W_enc projection.matrix, both transposed; "
    keys += "b_enc is projection.offset, b_dec center"
    generic("pt", "model.pt", keys + "; all under weights")
    generic("views", "model.pt", keys + "; all under weights", views=True)
    generic("npz", "model.npz", keys)
