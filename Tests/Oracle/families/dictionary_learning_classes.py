"""dictionary_learning, through its own classes.

The package imports nnsight and the data loaders of language models, which the classes of
dictionaries do not use: `dictionary_learning`, its `trainers` package and `config` are made
stubs, and `dictionary.py` and the trainers that define dictionaries are imported as they are.
Values are written into the parameters in place, so that they keep the strides that the classes
give them (several are transposed clones); files are read back by `from_pretrained`.
"""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import version

import torch

from .checkpoint import Checkpoint, stub_package

LIBRARY = f"library dictionary-learning {version('dictionary-learning')}"
MODEL = "openai/clip-vit-base-patch32"
BASE = "dictionary_learning"


def classes():
    """The dictionary classes by name."""
    folder = importlib.util.find_spec(BASE).submodule_search_locations[0]
    stub_package(BASE, folder)
    stub_package(f"{BASE}.trainers", f"{folder}/trainers")
    for unused in ("nnsight", "wandb", "datasets", "zstandard"):
        sys.modules.setdefault(unused, types.ModuleType(unused))
    found = {}
    for module in ("dictionary", "trainers.top_k", "trainers.batch_top_k",
                   "trainers.matryoshka_batch_top_k"):  # fmt: skip
        found |= vars(importlib.import_module(f"{BASE}.{module}"))
    return types.SimpleNamespace(**found)


def fill(model, values):
    """Writes `values` into the parameters and buffers of `model` in place."""
    state = model.state_dict()
    for name, value in values.items():
        state[name].copy_(torch.as_tensor(value))


def linear(parts):
    """Values of an encoder that is a Linear: weight [n, d], and a decoder weight [d, n]."""
    return {
        "encoder.weight": parts.encoder,
        "encoder.bias": parts.b_enc,
        "decoder.weight": parts.decoder.T,
    }


def matrices(parts):
    """Values of W_enc [d, n], b_enc, W_dec [n, d], b_dec."""
    return {
        "W_enc": parts.encoder.T,
        "b_enc": parts.b_enc,
        "W_dec": parts.decoder,
        "b_dec": parts.b_dec,
    }


def save(parts, model, **trainer):
    """Writes ae.pt and config.json as `trainSAE` does."""
    state = {name: value.cpu() for name, value in model.state_dict().items()}
    torch.save(state, parts.path("ae.pt"))
    fields = {
        "dict_class": type(model).__name__,
        "activation_dim": parts.d,
        "dict_size": parts.n,
        "layer": 9,
        "lm_name": MODEL,
        "submodule_name": "resid_post",
        "device": "cuda",
        "seed": 0,
        **trainer,
    }
    parts.write_json("config.json", {"trainer": fields, "buffer": {"d_submodule": parts.d}})


def expect(parts, model, tensors, activation, subtracts_b_dec=True, **facts):
    """Describes a checkpoint: `model` is what the library read back."""
    with torch.no_grad():
        acts = model.encode(parts.inputs)
    tensors = {"W_enc": parts.encoder, "W_dec": parts.decoder, "b_dec": parts.b_dec, **tensors}
    parts.expect(
        tensors, acts, activation, LIBRARY, architecture=type(model).__name__,
        subtracts_b_dec=subtracts_b_dec, model=MODEL, hook="resid_post", layer=9, **facts,
    )  # fmt: skip


def auto_encoder(library):
    """AutoEncoder, with decoder columns that are not of norm 1.

    `from_pretrained` divides them by their norms, and multiplies encoder rows and biases by them.
    """
    parts = Checkpoint("dictionary_learning", "AutoEncoder")
    norms = 0.5 + parts.threshold
    values = {**linear(parts), "bias": parts.b_dec, "decoder.weight": parts.decoder.T * norms}
    model = library.AutoEncoder(parts.d, parts.n)
    fill(model, values)
    save(parts, model, trainer_class="StandardTrainer", l1_penalty=0.1)
    torch.manual_seed(0)
    read = library.AutoEncoder.from_pretrained(parts.path("ae.pt"))
    scaled = {
        "W_enc": read.encoder.weight, "W_dec": read.decoder.weight.T, "b_enc": read.encoder.bias,
    }  # fmt: skip
    notes = "as read by the library: decoder rows divided by their stored norms, encoder rows and "
    notes += "b_enc multiplied by them; acts are of that form"
    expect(parts, read, scaled, {"name": "relu"}, notes=notes)


def auto_encoder_new(library):
    """AutoEncoderNew: no bias is subtracted."""
    parts = Checkpoint("dictionary_learning", "AutoEncoderNew")
    parts.decoder = parts.decoder * (0.5 + parts.threshold)[:, None]
    model = library.AutoEncoderNew(parts.d, parts.n)
    fill(model, {**linear(parts), "decoder.bias": parts.b_dec})
    save(parts, model, trainer_class="StandardTrainerAprilUpdate", l1_penalty=0.1)
    read = library.AutoEncoderNew.from_pretrained(parts.path("ae.pt"))
    expect(parts, read, {"b_enc": parts.b_enc}, {"name": "relu"}, subtracts_b_dec=False)


def top_k(library):
    """AutoEncoderTopK: top k unless a threshold is asked for; the threshold is unset, -1."""
    parts = Checkpoint("dictionary_learning", "AutoEncoderTopK")
    model = library.AutoEncoderTopK(parts.d, parts.n, 13)
    fill(model, {**linear(parts), "b_dec": parts.b_dec})
    save(parts, model, trainer_class="TopKTrainer", k=13)
    read = library.AutoEncoderTopK.from_pretrained(parts.path("ae.pt"), k=13)
    activation = {"name": "topk", "k": 13, "relu": True}
    expect(parts, read, {"b_enc": parts.b_enc}, activation, notes="threshold is -1: unset")


def batch_top_k(library, variant, n):
    """BatchTopKSAE: the threshold, one number, decides."""
    parts = Checkpoint("dictionary_learning", variant, n=n)
    model = library.BatchTopKSAE(parts.d, parts.n, 5)
    fill(model, {**linear(parts), "b_dec": parts.b_dec, "threshold": 0.45})
    save(parts, model, trainer_class="BatchTopKTrainer", k=5)
    read = library.BatchTopKSAE.from_pretrained(parts.path("ae.pt"))
    tensors = {"b_enc": parts.b_enc, "threshold": torch.full((n,), 0.45)}
    expect(parts, read, tensors, {"name": "jumprelu", "at_threshold": False, "k": 5})


def matryoshka(library):
    """MatryoshkaBatchTopKSAE: a threshold as above, and group sizes."""
    parts = Checkpoint("dictionary_learning", "MatryoshkaBatchTopKSAE")
    groups = [6, 6, 12]
    model = library.MatryoshkaBatchTopKSAE(parts.d, parts.n, 5, groups)
    fill(model, {**matrices(parts), "threshold": 0.45})
    save(parts, model, trainer_class="MatryoshkaBatchTopKTrainer", k=5, group_sizes=groups)
    read = library.MatryoshkaBatchTopKSAE.from_pretrained(parts.path("ae.pt"))
    tensors = {"b_enc": parts.b_enc, "threshold": torch.full((parts.n,), 0.45)}
    expect(parts, read, tensors, {"name": "jumprelu", "at_threshold": False, "k": 5})


def jump_relu(library):
    """JumpReluAutoEncoder: a threshold per feature, no bias subtracted."""
    parts = Checkpoint("dictionary_learning", "JumpReluAutoEncoder")
    model = library.JumpReluAutoEncoder(parts.d, parts.n)
    fill(model, {**matrices(parts), "threshold": parts.threshold})
    save(parts, model, trainer_class="JumpReluTrainer", bandwidth=0.001)
    read = library.JumpReluAutoEncoder.from_pretrained(parts.path("ae.pt"))
    tensors = {"b_enc": parts.b_enc, "threshold": parts.threshold}
    activation = {"name": "jumprelu", "at_threshold": False}
    expect(parts, read, tensors, activation, subtracts_b_dec=False)


def gated(library):
    """GatedAutoEncoder: gate_bias, mag_bias, r_mag, decoder_bias."""
    parts = Checkpoint("dictionary_learning", "GatedAutoEncoder")
    magnitude = {
        "r_mag": (0.3 * parts.normal(parts.n)).float(),
        "b_mag": (0.2 * parts.normal(parts.n)).float(),
    }
    values = linear(parts)
    values["gate_bias"] = values.pop("encoder.bias")
    values |= {"r_mag": magnitude["r_mag"], "mag_bias": magnitude["b_mag"]}
    model = library.GatedAutoEncoder(parts.d, parts.n)
    fill(model, {**values, "decoder_bias": parts.b_dec})
    save(parts, model, trainer_class="GatedAnnealTrainer")
    read = library.GatedAutoEncoder.from_pretrained(parts.path("ae.pt"))
    expect(parts, read, {"b_gate": parts.b_enc, **magnitude}, {"name": "gated"})


def write():
    """Writes every fixture of this family."""
    library = classes()
    auto_encoder(library)
    auto_encoder_new(library)
    top_k(library)
    batch_top_k(library, "BatchTopKSAE", 24)
    batch_top_k(library, "BatchTopKSAE-square", 16)
    matryoshka(library)
    jump_relu(library)
    gated(library)
