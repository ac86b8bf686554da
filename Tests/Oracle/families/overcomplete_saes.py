"""overcomplete, through its own classes.

Its `__init__` imports image models and scikit-learn: the package and `overcomplete.optimization`
are made stubs, and `overcomplete.sae` is imported as it is. Models are in evaluation mode where
they encode. Files hold the state dictionary, but for `BatchTopK-module`, a pickled module.
"""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import version

import torch

from .checkpoint import Checkpoint, stub_package

LIBRARY = f"library overcomplete {version('overcomplete')}"
NOTE = "the state dictionary says neither k nor the normalization of the dictionary"


def library():
    """The module `overcomplete.sae`."""
    folder = importlib.util.find_spec("overcomplete").submodule_search_locations[0]
    stub_package("overcomplete", folder)
    optimization = types.ModuleType("overcomplete.optimization")
    optimization.batched_matrix_nnls = None
    sys.modules["overcomplete.optimization"] = optimization
    return importlib.import_module("overcomplete.sae")


def fill(model, values):
    """Writes `values` into the parameters and buffers of `model` in place."""
    state = model.state_dict()
    for name, value in values.items():
        state[name].copy_(torch.as_tensor(value))


def linear(parts):
    """Values of a linear encoder and of a dictionary with unit rows."""
    return {
        "encoder.final_block.0.weight": parts.encoder,
        "encoder.final_block.0.bias": parts.b_enc,
        "dictionary._weights": parts.decoder,
    }


def encode(model, inputs):
    """The codes in evaluation mode."""
    model.eval()
    with torch.no_grad():
        return model.encode(inputs)[1]


def expect(parts, model, tensors, activation, **facts):
    """Saves the state dictionary of `model` and describes the file."""
    torch.save(model.state_dict(), parts.path("model.pt"))
    describe(parts, model, tensors, activation, **facts)


def describe(parts, model, tensors, activation, notes=NOTE, **facts):
    """Describes what was saved; decoder rows are what the library's dictionary is."""
    acts = encode(model, parts.inputs)
    with torch.no_grad():
        dictionary = model.get_dictionary()
    everything = {"W_enc": parts.encoder, "W_dec": dictionary, "b_enc": parts.b_enc, **tensors}
    parts.expect(
        everything, acts, activation, LIBRARY, architecture=type(model).__name__,
        subtracts_b_dec=False, notes=notes, **facts,
    )  # fmt: skip


def top_k(sae):
    """TopKSAE: rows of the dictionary are divided by their norms when it is used."""
    parts = Checkpoint("overcomplete", "TopK")
    model = sae.TopKSAE(parts.d, parts.n, top_k=13)
    fill(model, linear(parts))
    expect(parts, model, {}, {"name": "topk", "k": 13, "relu": True})


def top_k_multiplied(sae):
    """A dictionary that is not normalized, times exp(multiplier)."""
    parts = Checkpoint("overcomplete", "TopK-identity")
    options = {"normalization": "identity", "use_multiplier": True}
    model = sae.TopKSAE(parts.d, parts.n, top_k=5, dictionary_params=options)
    weights = parts.decoder * (0.5 + parts.threshold)[:, None]
    fill(model, {**linear(parts), "dictionary._weights": weights, "dictionary.multiplier": 0.4})
    expect(parts, model, {}, {"name": "topk", "k": 5, "relu": True}, notes=NOTE + "; identity here")


def top_k_batch_norm(sae):
    """Encoder mlp_bn_1: a linear layer and batch normalization, folded into W_enc and b_enc."""
    parts = Checkpoint("overcomplete", "TopK-batch-norm")
    model = sae.TopKSAE(parts.d, parts.n, top_k=5, encoder_module="mlp_bn_1")
    gain, variance = 0.5 + parts.threshold, 0.5 + parts.threshold.flip(0)
    shift, mean = parts.b_enc.flip(0), parts.b_enc.roll(3)
    block = "encoder.final_block.1"
    fill(model, {
        **linear(parts), f"{block}.weight": gain, f"{block}.bias": shift,
        f"{block}.running_mean": mean, f"{block}.running_var": variance,
    })  # fmt: skip
    scale = gain.double() / (variance.double() + 1e-5).sqrt()
    folded = {
        "W_enc": scale[:, None] * parts.encoder,
        "b_enc": scale * (parts.b_enc.double() - mean) + shift,
    }
    expect(parts, model, folded, {"name": "topk", "k": 5, "relu": True})


def top_k_layer_norm(sae):
    """Encoder mlp_ln_1: normalization over the features before the activation, not foldable."""
    parts = Checkpoint("overcomplete", "TopK-layer-norm")
    model = sae.TopKSAE(parts.d, parts.n, top_k=5, encoder_module="mlp_ln_1")
    gain, shift = 0.5 + parts.threshold, parts.b_enc.flip(0)
    block = "encoder.final_block.1"
    fill(model, {**linear(parts), f"{block}.weight": gain, f"{block}.bias": shift})
    expect(
        parts, model, {"feature_gain": gain, "feature_shift": shift},
        {"name": "topk", "k": 5, "relu": True},
        feature_norm={"kind": "layer_norm", "eps": 1e-5},
    )  # fmt: skip


def batch_top_k(sae, variant):
    """BatchTopKSAE: a running threshold, which the state dictionary does not hold."""
    parts = Checkpoint("overcomplete", variant)
    model = sae.BatchTopKSAE(parts.d, parts.n, top_k=40)
    fill(model, linear(parts))
    model.running_threshold = torch.tensor(0.4)
    tensors = {"threshold": torch.full((parts.n,), 0.4)}
    activation = {"name": "jumprelu", "at_threshold": True}
    if variant == "BatchTopK":
        notes = "the threshold, 0.4, is not in the file: acts cannot be had from it alone"
        expect(parts, model, tensors, activation, notes=notes, threshold_in_file=False)
    else:
        with torch.no_grad():
            model.eval()
        torch.save(model, parts.path("model.pt"))
        notes = "the whole module is pickled: running_threshold and top_k are its attributes"
        describe(parts, model, tensors, activation, notes=notes)


def jump(sae):
    """JumpSAE: `thresholds` holds logarithms."""
    parts = Checkpoint("overcomplete", "Jump")
    model = sae.JumpSAE(parts.d, parts.n)
    fill(model, {**linear(parts), "thresholds": parts.threshold.log()})
    tensors = {"threshold": model.thresholds.detach().exp()}
    expect(parts, model, tensors, {"name": "jumprelu", "at_threshold": True})


def archetypal(sae, variant, trained):
    """RATopKSAE: rows of W that add up to one, times the points C, plus Relax, times a factor."""
    parts = Checkpoint("overcomplete", variant)
    candidates = 40
    points = (0.4 * parts.normal(candidates, parts.d)).float()
    model = sae.RATopKSAE(parts.d, parts.n, points, top_k=5, delta=0.5)
    mixture = torch.softmax(6 * parts.normal(parts.n, candidates), dim=1).float()
    if not trained:
        mixture = 1.3 * mixture - 0.01
    wanted = (parts.decoder - mixture @ points).double()
    relax = (0.45 * wanted / wanted.norm(dim=1, keepdim=True)).float()
    parts.encoder = parts.encoder_near(mixture @ points + relax)
    values = linear(parts)
    del values["dictionary._weights"]
    fill(model, {
        **values, "dictionary.W": mixture, "dictionary.Relax": relax,
        "dictionary.multiplier": 0.25,
    })  # fmt: skip
    torch.save(model.state_dict(), parts.path("model.pt"))
    notes = "dictionary = (relu(W) / row sums @ C + Relax) * exp(multiplier)"
    if not trained:
        notes += "; W as an optimizer step left it, with negative entries and sums other than one"
    describe(parts, model, {}, {"name": "topk", "k": 5, "relu": True}, notes=notes)


def write():
    """Writes every fixture of this family."""
    sae = library()
    top_k(sae)
    top_k_multiplied(sae)
    top_k_batch_norm(sae)
    top_k_layer_norm(sae)
    batch_top_k(sae, "BatchTopK")
    batch_top_k(sae, "BatchTopK-module")
    jump(sae)
    archetypal(sae, "RA-TopK", trained=True)
    archetypal(sae, "RA-TopK-raw", trained=False)
