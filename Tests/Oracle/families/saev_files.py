"""saev: a line of JSON, then a torch archive.

`pre-schema` is written, read and encoded with by the package on PyPI (0.1.0), which subtracts
b_dec; of it only `saev.nn` and `saev.config` are imported. The later headers are written after
OSU-NLP-Group/saev, `src/saev/nn/modeling.py`: schema 1 subtracts b_dec until e7ca004 of
2025-07-31; the code with schema 2 (8603345) and later never does, whatever file it reads.
"""

import json
from collections import OrderedDict
from importlib.metadata import version

import saev.config
import saev.nn
import torch

from .checkpoint import Checkpoint

LIBRARY = f"library saev {version('saev')}"


def canonical(parts):
    """The canonical tensors."""
    return {
        "W_enc": parts.encoder,
        "W_dec": parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
    }


def pre_schema():
    """The header is the configuration itself."""
    parts = Checkpoint("saev", "pre-schema", n=32)
    model = saev.nn.SparseAutoencoder(saev.config.SparseAutoencoder(d_vit=16, exp_factor=2))
    state = model.state_dict()
    for name, tensor in canonical(parts).items():
        state[name].copy_(tensor.T if name == "W_enc" else tensor)
    saev.nn.dump(str(parts.path("sae.pt")), model)
    read = saev.nn.load(str(parts.path("sae.pt")))
    with torch.no_grad():
        _, acts, _ = read(parts.inputs)
    parts.expect(
        canonical(parts), acts, {"name": "relu"}, LIBRARY, architecture="SparseAutoencoder",
        subtracts_b_dec=True,
        notes="the code of the time subtracts b_dec; saev after e7ca004 reads the same file "
        "without subtracting it",
    )  # fmt: skip


def write_archive(parts, header, state, compact=False):
    """Writes the header line and the archive; later versions write the JSON without spaces."""
    line = json.dumps(header, separators=(",", ":") if compact else None)
    with open(parts.path("sae.pt"), "wb") as file:
        file.write((line + "\n").encode())
        torch.save(state, file)


def state_of(parts, encoder):
    """The state dictionary with `encoder` [d, n] as its W_enc."""
    return OrderedDict(
        W_enc=encoder, b_enc=parts.b_enc, W_dec=parts.decoder, b_dec=parts.b_dec
    )  # fmt: skip


def kept_top(pre, k):
    """`TopKActivation`: no ReLU, so what is kept may be negative."""
    _, indices = torch.topk(pre, k, dim=-1, sorted=False)
    return torch.zeros_like(pre).scatter(-1, indices, 1.0) * pre


def schema_1():
    """Before e7ca004: `cls` names the activation, b_dec is subtracted."""
    parts = Checkpoint("saev", "schema-1", n=32)
    state = state_of(parts, parts.encoder.T.contiguous())
    config = {
        "d_vit": 16, "exp_factor": 2, "n_reinit_samples": 524288, "remove_parallel_grads": True,
        "normalize_w_dec": True, "seed": 0, "sparsity_coeff": 0.0004,
    }  # fmt: skip
    header = {
        "schema": 1, "cfg": config, "cls": "Relu", "commit": "c6e3552", "lib": "0.1.0",
    }  # fmt: skip
    write_archive(parts, header, state)
    acts = torch.relu((parts.inputs - parts.b_dec) @ state["W_enc"] + parts.b_enc)
    parts.expect(
        canonical(parts), acts, {"name": "relu"}, "layout only", architecture="Relu",
        subtracts_b_dec=True,
        notes="schema 1 spans e7ca004: its commit says which; c6e3552 subtracts b_dec",
    )  # fmt: skip


def schema_2():
    """After e7ca004: the activation with its parameters, nothing subtracted."""
    parts = Checkpoint("saev", "schema-2-topk", n=32)
    k = 20
    state = state_of(parts, parts.encoder.T.contiguous())
    config = {
        "d_vit": 16, "exp_factor": 2, "n_reinit_samples": 524288, "remove_parallel_grads": True,
        "normalize_w_dec": True, "seed": 0,
        "activation": {"cls": "TopK", "params": {"top_k": k}},
    }  # fmt: skip
    header = {"schema": 2, "cfg": config, "commit": "8603345", "lib": "0.1.0"}
    write_archive(parts, header, state)
    acts = kept_top(parts.inputs @ state["W_enc"] + parts.b_enc, k)
    assert (acts < 0).any()
    parts.expect(
        canonical(parts), acts, {"name": "topk", "k": k, "relu": False}, "layout only",
        architecture="TopK", subtracts_b_dec=False, notes="kept values may be negative",
    )  # fmt: skip


def schema_4_shared():
    """W_enc a transposed view of W_dec: one storage in the file, tied weights."""
    parts = Checkpoint("saev", "schema-4-shared", n=32)
    state = OrderedDict(
        W_dec=parts.decoder, b_dec=parts.b_dec, W_enc=parts.decoder.T, b_enc=parts.b_enc
    )
    sparsity = {"cls": "L1Sparsity", "params": {"key": "l1-sparsity", "coeff": 0.0004}}
    params = {"key": "relu", "sparsity": sparsity, "aux": {"cls": "NoAux", "params": {}}}
    config = {
        "d_model": 16, "d_sae": 32, "activation": {"cls": "Relu", "params": params},
        "reinit_blend": 0.8, "remove_parallel_grads": True, "normalize_w_dec": True, "seed": 0,
    }  # fmt: skip
    header = {"schema": 4, "cfg": config, "commit": "unknown", "lib": "0.1.0"}
    write_archive(parts, header, state, compact=True)
    acts = torch.relu(parts.inputs @ state["W_enc"] + parts.b_enc)
    parts.expect(
        {**canonical(parts), "W_enc": parts.decoder}, acts, {"name": "relu"}, "layout only",
        architecture="Relu", subtracts_b_dec=False,
        notes="W_enc and W_dec share one storage: the encoder is the decoder",
    )  # fmt: skip


def schema_5():
    """BatchTopK as it encodes after training: above a threshold. W_enc has strides (1, d)."""
    parts = Checkpoint("saev", "schema-5-batchtopk", n=32)
    state = OrderedDict(
        W_dec=parts.decoder, b_dec=parts.b_dec, W_enc=parts.encoder.clone().T, b_enc=parts.b_enc
    )
    state["activation.threshold"] = torch.tensor(0.35)
    nothing = {"cls": "NoSparsity", "params": {"key": "no-sparsity"}}
    auxiliary = {"cls": "AuxK", "params": {"key": "auxk", "k_aux": 512, "alpha": 0.03125}}
    params = {
        "key": "batch-top-k", "top_k": 5, "sparsity": nothing, "momentum": 0.1, "aux": auxiliary,
    }  # fmt: skip
    config = {
        "d_model": 16, "d_sae": 32, "activation": {"cls": "BatchTopK", "params": params},
        "reinit_blend": 0.8, "reinit_enc_dec_tranpose": True, "remove_parallel_grads": True,
        "normalize_w_dec": True,
    }  # fmt: skip
    header = {"schema": 5, "cfg": config, "commit": "unknown", "lib": "0.2.0"}
    write_archive(parts, header, state, compact=True)
    pre = parts.inputs @ state["W_enc"] + parts.b_enc
    acts = torch.where(pre > state["activation.threshold"], pre, torch.zeros_like(pre))
    parts.expect(
        {**canonical(parts), "threshold": torch.full((32,), 0.35)}, acts,
        {"name": "jumprelu", "at_threshold": False, "k": 5}, "layout only",
        architecture="BatchTopK", subtracts_b_dec=False,
        notes="a threshold of zero or less means ReLU",
    )  # fmt: skip


def write():
    """Writes every fixture of this family."""
    pre_schema()
    schema_1()
    schema_2()
    schema_4_shared()
    schema_5()
