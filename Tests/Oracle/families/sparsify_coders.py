"""EleutherAI's sparsify, through its own `SparseCoder`.

Its `__init__` imports the trainer and with it the data loaders: the package is made a stub, and
`sparse_coder.py` is imported as it is, with `natsort` (used to list directories) a stub too.
"""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import version

import torch

from .checkpoint import Checkpoint, stub_package

LIBRARY = f"library eai-sparsify {version('eai-sparsify')}"


def library():
    """The module with `SparseCoder` and its configuration."""
    folder = importlib.util.find_spec("sparsify").submodule_search_locations[0]
    stub_package("sparsify", folder)
    sys.modules.setdefault("natsort", types.ModuleType("natsort"))
    sys.modules["natsort"].natsorted = sorted
    return importlib.import_module("sparsify.sparse_coder")


def coder(sparsify, variant, size, described, **options):
    """A coder saved by `save_to_disk` into a directory named after the hook."""
    parts = Checkpoint("sparsify", variant, **size)
    config = sparsify.SparseCoderConfig(**options)
    model = sparsify.SparseCoder(parts.d, config)
    values = {
        "encoder.weight": parts.encoder,
        "encoder.bias": parts.b_enc,
        "W_dec": parts.decoder,
        "b_dec": parts.b_dec,
    }
    tensors = {
        "W_enc": parts.encoder,
        "W_dec": parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
    }
    if config.skip_connection:
        tensors["W_skip"] = values["W_skip"] = (0.1 * parts.normal(parts.d, parts.d)).float()
    for name, tensor in model.state_dict().items():
        tensor.copy_(values[name])
    model.save_to_disk(parts.path(""))
    read = sparsify.SparseCoder.load_from_disk(parts.path(""))
    with torch.no_grad():
        encoded = read.encode(parts.inputs)
    acts = torch.zeros(len(parts.inputs), parts.n)
    acts.scatter_(1, encoded.top_indices, encoded.top_acts)
    parts.expect(
        tensors, acts, described, LIBRARY, architecture="SparseCoder",
        subtracts_b_dec=not config.transcode, transcode=config.transcode,
        notes="no model or hook in the files; the directory is named after the hook",
    )  # fmt: skip


def write():
    """Writes every fixture of this family."""
    sparsify = library()
    top = {"name": "topk", "k": 5, "relu": True}
    coder(sparsify, "topk", {"n": 24}, {**top, "k": 13}, num_latents=24, k=13)
    coder(sparsify, "expansion", {"n": 32}, top, expansion_factor=2, k=5)
    coder(sparsify, "square", {"n": 16}, top, num_latents=16, k=5)
    coder(
        sparsify, "groupmax", {"n": 24}, {"name": "groupmax", "k": 6},
        activation="groupmax", num_latents=24, k=6,
    )  # fmt: skip
    coder(
        sparsify, "skip-transcoder", {"n": 24}, top,
        num_latents=24, k=5, transcode=True, skip_connection=True,
    )  # fmt: skip
