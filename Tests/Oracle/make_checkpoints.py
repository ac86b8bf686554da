"""Writes Fixtures/families: a small checkpoint of every family of sparse autoencoders.

    python Tests/Oracle/make_checkpoints.py            writes all of them
    python Tests/Oracle/make_checkpoints.py prisma msae  writes some of the modules below
    python Tests/Oracle/make_checkpoints.py --check    reads all of them again

`--check` recomputes the activations in NumPy and f64 from `expected.json` and the canonical
tensors, reads the files again, and compares both with what was written.

Needs sae-lens, dictionary-learning, eai-sparsify, overcomplete, saev and sparse-autoencoder 1.3.0;
all but the first were installed without what they depend on (`pip install --no-deps`), beside
einops, beartype, jaxtyping, pydantic, strenum, simple_parsing, accelerate and transformers.
"""

import argparse
import importlib
import json

import numpy as np
import torch
from families import checkpoint, numpy_rule, stored
from safetensors.torch import load_file

MODULES = [
    "mats_for_vits",
    "prisma",
    "saelens",
    "dictionary_learning_classes",
    "sparsify_coders",
    "openai_autoencoder",
    "saev_files",
    "msae",
    "overcomplete_saes",
    "discover_then_name",
    "small_families",
]
TOLERANCE = 1e-5
LEAST_MARGIN = 1e-4
SIZE_LIMIT = 2_000_000


def check_acts(folder, expected, tensors):
    """The rule in `expected.json` gives `acts`, and no decision in it is close."""
    acts, margin = numpy_rule.encode(expected, tensors)
    error = np.abs(acts - np.asarray(tensors["acts"], dtype=np.float64)).max()
    assert error <= TOLERANCE, f"{folder}: acts differ by {error}"
    assert margin >= LEAST_MARGIN, f"{folder}: a decision is within {margin}"
    assert (acts != 0).any(), f"{folder}: nothing is active"
    return error


def check_orientation(folder, expected, tensors):
    """Encoder and decoder rows of a feature point the same way, unless they are of two spaces."""
    if expected["d_out"] != expected["d"]:
        return np.nan
    encoder, decoder = (np.asarray(tensors[name], dtype=np.float64) for name in ("W_enc", "W_dec"))
    cosines = (encoder * decoder).sum(axis=1)
    cosines /= np.linalg.norm(encoder, axis=1) * np.linalg.norm(decoder, axis=1)
    assert cosines.mean() > 0.4, f"{folder}: mean cosine {cosines.mean()}"
    return cosines.mean()


def check_files(folder, expected, tensors, canonical):
    """The files still hold what is written down of them, and the canonical tensors, if as is."""
    files, found = stored.contents(folder / "checkpoint")
    assert json.loads(json.dumps(files)) == expected["files"], f"{folder}: files"
    wanted = {name: value for name, value in tensors.items() if name.startswith("stored/")}
    assert wanted.keys() == found.keys(), f"{folder}: names"
    for name, value in wanted.items():
        assert torch.equal(found[name], value), f"{folder}: {name}"
    held = stored.sources({name: canonical[name] for name in expected["read_from"]}, found)
    assert held == expected["read_from"], f"{folder}: read_from"


def check():
    """Checks every fixture; returns how many there are."""
    folders = sorted(path.parent for path in checkpoint.ROOT.glob("*/*/expected.json"))
    worst = 0.0
    for folder in folders:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "expected.safetensors")
        canonical = {key: value for key, value in tensors.items() if not key.startswith("stored/")}
        error = check_acts(folder, expected, canonical)
        cosine = check_orientation(folder, expected, canonical)
        check_files(folder, expected, tensors, canonical)
        worst = max(worst, error)
        name = f"{folder.parent.name}/{folder.name}"
        print(f"{name:44} acts {error:.1e}  cosine {cosine:.2f}  {expected['verified_by']}")
    size = sum(path.stat().st_size for path in checkpoint.ROOT.rglob("*") if path.is_file())
    assert size < SIZE_LIMIT, f"{size} bytes"
    print(f"{len(folders)} checkpoints, {size} bytes, acts within {worst:.1e}")


def main():
    """Writes or checks."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(MODULES)}; all if none is named")
    parser.add_argument("--check", action="store_true", help="check instead of writing")
    arguments = parser.parse_args()
    unknown = set(arguments.modules) - set(MODULES)
    if unknown:
        parser.error(f"no module {', '.join(sorted(unknown))}")
    if arguments.check:
        check()
        return
    for name in arguments.modules or MODULES:
        importlib.import_module(f"families.{name}").write()
    print(f"written with torch {torch.__version__}")


if __name__ == "__main__":
    main()
