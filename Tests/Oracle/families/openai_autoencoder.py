"""openai/sparse_autoencoder, after its `sparse_autoencoder/model.py` (764586a).

The state dictionary also holds the name of the activation and its own state. Reading it,
`from_state_dict` takes inputs to be normalized if, and only if, the activation is TopK. As the
code saves it, TopK also leaves `activation.k` and `activation.postact_fn` among the tensors, and
a tied decoder is stored again as `decoder.linear.weight`; its own strict reading refuses both.
`topk-identity` is without the former.
"""

from collections import OrderedDict

import torch

from .checkpoint import Checkpoint


def state_of(parts, tied, plain):
    """The tensors, in the order of the module; `plain` values stand before the decoder."""
    state = OrderedDict(pre_bias=parts.b_dec, latent_bias=parts.b_enc)
    state["stats_last_nonzero"] = torch.arange(parts.n)
    state["latents_activation_frequency"] = torch.ones(parts.n)
    state["latents_mean_square"] = torch.zeros(parts.n)
    state["encoder.weight"] = parts.encoder
    state |= plain
    if tied:
        state["decoder.linear.weight"] = state["encoder.weight"]
    else:
        state["decoder.weight"] = parts.decoder.T.contiguous()
    return state


def layer_norm(x):
    """`LN`: the deviation of a sample, epsilon added to it."""
    x = x - x.mean(dim=-1, keepdim=True)
    return x / (x.std(dim=-1, keepdim=True) + 1e-5)


def autoencoder(variant, n=24, k=None, function=torch.relu, tied=False, as_saved=True):
    """A checkpoint; with `k`, its activation is TopK with `function` on the kept values."""
    parts = Checkpoint("openai", variant, n=n)
    relu = function is torch.relu
    settings = {"k": k, "postact_fn": "ReLU" if relu else "Identity"} if k else {}
    plain = {f"activation.{key}": value for key, value in settings.items() if as_saved}
    state = state_of(parts, tied, plain)
    pre = torch.nn.functional.linear(
        (layer_norm(parts.inputs) if k else parts.inputs) - parts.b_dec, parts.encoder, parts.b_enc
    )
    state["activation"] = "TopK" if k else "ReLU"
    state["activation_state_dict"] = OrderedDict(settings)
    if k:
        top = torch.topk(pre, k=k, dim=-1)
        acts = torch.zeros_like(pre).scatter_(-1, top.indices, function(top.values))
        assert relu or (acts < 0).any()
    else:
        acts = torch.relu(pre)
    torch.save(state, parts.path("autoencoder.pt"))
    parts.expect(
        {
            "W_enc": parts.encoder,
            "W_dec": parts.encoder if tied else parts.decoder,
            "b_enc": parts.b_enc,
            "b_dec": parts.b_dec,
        },
        acts,
        {"name": "topk", "k": k, "relu": relu} if k else {"name": "relu"},
        "layout only",
        architecture=state["activation"],
        subtracts_b_dec=True,
        normalization=[{"kind": "layer_norm", "eps": 1e-5}] if k else [],
        tied=tied,
    )


def write():
    """Writes every fixture of this family."""
    autoencoder("relu")
    autoencoder("topk", k=16)
    autoencoder("topk-identity", k=20, function=torch.nn.Identity(), as_saved=False)
    autoencoder("tied", tied=True)
    autoencoder("square", n=16, k=5)
