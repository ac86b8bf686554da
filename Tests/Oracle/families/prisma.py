"""Prisma's autoencoders and transcoders of vision models.

Layout and rule as in soniajoseph/ViT-Prisma 6b780c0 and later, `src/vit_prisma/sae/{sae,config,
transcoder}.py`; the package on PyPI (0.1.4) does not contain them. `config.json` is the dataclass
with devices and types as objects with a `__type__`. No code for `jumprelu` was at hand, so that
fixture is after the description alone.
"""

from collections import OrderedDict

import torch

from .checkpoint import Checkpoint, foreign_class, foreign_instance

CONFIG = foreign_class("vit_prisma.sae.config", "VisionModelSAERunnerConfig")
LAYER_NORM = {"kind": "layer_norm", "eps": 1e-5}
MODEL = "open-clip:laion/CLIP-ViT-B-32-DataComp.XL-s13B-b90K"


def config(parts, **changes):
    """The fields of a configuration, those that say how to read it and a few others."""
    return {
        "model_class_name": "HookedViT",
        "model_name": MODEL,
        "vit_model_cfg": None,
        "model_path": None,
        "hook_point_layer": 9,
        "layer_subtype": "hook_resid_post",
        "hook_point_head_index": None,
        "context_size": 50,
        "use_cached_activations": False,
        "use_patches_only": False,
        "cached_activations_path": None,
        "d_in": parts.d,
        "activation_fn_str": "relu",
        "activation_fn_kwargs": {},
        "cls_token_only": False,
        "max_grad_norm": 1.0,
        "initialization_method": "encoder_transpose_decoder",
        "normalize_activations": "layer_norm",
        "image_size": 224,
        "device": {"__type__": "torch.device", "value": "cuda"},
        "seed": 42,
        "dtype": {"__type__": "torch.dtype", "value": "torch.float32"},
        "architecture": "standard",
        "b_dec_init_method": "geometric_median",
        "expansion_factor": parts.n // parts.d,
        "from_pretrained_path": None,
        "d_sae": parts.n,
        "l1_coefficient": 0.00002,
        "lp_norm": 1,
        "use_ghost_grads": False,
        **changes,
    }


def weights(parts):
    """The state dictionary; W_enc [d, n] is a clone of a transposed matrix, strides (1, d)."""
    return OrderedDict(
        W_dec=parts.decoder, W_enc=parts.encoder.clone().T, b_enc=parts.b_enc, b_dec=parts.b_dec
    )


def canonical(parts):
    """The canonical tensors of a standard autoencoder."""
    return {
        "W_enc": parts.encoder,
        "W_dec": parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
    }


def layer_norm(x):
    """`run_time_activation_ln_in`: the deviation of a sample, epsilon added to it."""
    centred = x - x.mean(dim=-1, keepdim=True)
    return centred / (centred.std(dim=-1, keepdim=True) + 1e-5)


def hidden_pre(parts, x, state):
    """What the activation function of a standard autoencoder is given."""
    return (x - state["b_dec"]) @ state["W_enc"] + state["b_enc"]


def kept_top(pre, k):
    """`TopK`, with ReLU on the values that are kept."""
    top = torch.topk(pre, k=k, dim=-1)
    return torch.zeros_like(pre).scatter_(-1, top.indices, torch.relu(top.values))


def expect(parts, fields, tensors, acts, activation, **facts):
    """Describes a checkpoint whose configuration is `fields`."""
    facts = {"subtracts_b_dec": True, "normalization": [LAYER_NORM], **facts}
    parts.expect(
        tensors,
        acts,
        activation,
        "layout only",
        architecture=facts.pop("architecture", fields["architecture"]),
        model=fields["model_name"],
        hook=f"blocks.{fields['hook_point_layer']}.{fields['layer_subtype']}",
        layer=fields["hook_point_layer"],
        **facts,
    )


def standard(variant, activation, function, normalization=LAYER_NORM, **changes):
    """A standard autoencoder: weights.pt and config.json."""
    parts = Checkpoint("prisma", variant, n=32)
    fields, state = config(parts, **changes), weights(parts)
    torch.save(state, parts.path("weights.pt"))
    parts.write_json("config.json", fields)
    x = parts.inputs
    if normalization is LAYER_NORM:
        x = layer_norm(x)
    elif normalization is not None:
        x = x * (parts.d**0.5 / x.norm(dim=-1, keepdim=True))
    acts = function(hidden_pre(parts, x, state))
    steps = [normalization] if normalization else []
    expect(parts, fields, canonical(parts), acts, activation, normalization=steps)


def jumprelu():
    """After the description alone: `threshold` [n], compared without the decoder's norms."""
    parts = Checkpoint("prisma", "jumprelu", n=32)
    fields, state = config(parts, architecture="jumprelu"), weights(parts)
    state["threshold"] = parts.threshold
    torch.save(state, parts.path("weights.pt"))
    parts.write_json("config.json", fields)
    pre = hidden_pre(parts, layer_norm(parts.inputs), state)
    tensors = {**canonical(parts), "threshold": parts.threshold}
    activation = {"name": "jumprelu", "at_threshold": False}
    notes = "no code of the family for this architecture was at hand"
    expect(parts, fields, tensors, pre * (pre > parts.threshold), activation, notes=notes)


def gated():
    """A gated autoencoder: it also has a b_enc, which nothing reads."""
    parts = Checkpoint("prisma", "gated", n=32)
    fields = config(parts, architecture="gated")
    gate = {
        "b_gate": parts.b_enc,
        "r_mag": (0.3 * parts.normal(parts.n)).float(),
        "b_mag": (0.2 * parts.normal(parts.n)).float(),
    }
    state = OrderedDict(W_enc=parts.encoder.T.contiguous(), **gate, W_dec=parts.decoder)
    state["b_enc"] = torch.zeros(parts.n)
    state["b_dec"] = parts.b_dec
    torch.save(state, parts.path("weights.pt"))
    parts.write_json("config.json", fields)
    x = layer_norm(parts.inputs) - parts.b_dec
    opened = (x @ state["W_enc"] + gate["b_gate"] > 0).float()
    acts = opened * torch.relu(x @ (state["W_enc"] * gate["r_mag"].exp()) + gate["b_mag"])
    tensors = {"W_enc": parts.encoder, "W_dec": parts.decoder, "b_dec": parts.b_dec, **gate}
    expect(parts, fields, tensors, acts, {"name": "gated"}, notes="b_enc is stored but not used")


def transcoder(variant, d_out, skip):
    """A transcoder; the code makes W_skip [d, d], so there is one only where d_out is d."""
    parts = Checkpoint("prisma", variant, n=32, d_out=d_out)
    fields = config(
        parts, layer_subtype="ln2.hook_normalized", is_transcoder=True, d_out=d_out,
        out_hook_point_layer=9, layer_out_subtype="hook_mlp_out",
        transcoder_with_skip_connection=skip,
    )  # fmt: skip
    state = weights(parts)
    state["W_enc"] = parts.encoder.T.contiguous()
    state["b_dec_out"] = (0.3 * parts.normal(d_out)).float()
    tensors = {**canonical(parts), "b_dec_out": state["b_dec_out"]}
    if skip:
        tensors["W_skip"] = (0.1 * parts.normal(d_out, parts.d)).float()
        state = OrderedDict(W_skip=tensors["W_skip"], **state)
    torch.save(state, parts.path("weights.pt"))
    parts.write_json("config.json", fields)
    acts = torch.relu(hidden_pre(parts, layer_norm(parts.inputs), state))
    notes = "b_dec [d] is subtracted before encoding, b_dec_out [d_out] added after decoding"
    expect(parts, fields, tensors, acts, {"name": "relu"}, architecture="transcoder", notes=notes)


def legacy():
    """One file with a pickled configuration: `cfg` and `state_dict`, no config.json."""
    parts = Checkpoint("prisma", "legacy-cfg", n=32)
    fields = config(parts, device=torch.device("cuda"), dtype=torch.float32)
    fields["hook_point"] = "blocks.9.hook_resid_post"
    state = weights(parts)
    content = {"cfg": foreign_instance(CONFIG, fields), "state_dict": state}
    torch.save(content, parts.path("n_images_2600058.pt"))
    acts = torch.relu(hidden_pre(parts, layer_norm(parts.inputs), state))
    expect(parts, fields, canonical(parts), acts, {"name": "relu"})


def write():
    """Writes every fixture of this family."""
    standard("standard-relu", {"name": "relu"}, torch.relu)
    standard(
        "topk", {"name": "topk", "k": 15, "relu": True}, lambda pre: kept_top(pre, 15),
        activation_fn_str="topk", activation_fn_kwargs={"k": 15}, cls_token_only=True,
    )  # fmt: skip
    standard(
        "tanh-relu", {"name": "tanh_relu"}, lambda pre: torch.tanh(torch.relu(pre)),
        {"kind": "constant_norm_rescale"}, activation_fn_str="tanh-relu",
        normalize_activations="constant_norm_rescale", use_patches_only=True,
    )  # fmt: skip
    standard("unnormalized", {"name": "relu"}, torch.relu, None, normalize_activations="none")
    jumprelu()
    gated()
    transcoder("transcoder", 20, skip=False)
    transcoder("transcoder-skip", 16, skip=True)
    legacy()
