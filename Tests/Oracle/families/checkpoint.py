"""One fixture: random parts, the files of a checkpoint, and what a reader must make of them."""

import json
import re
import shutil
import sys
import types
import zlib
from pathlib import Path

import torch
from safetensors.torch import save

from . import stored

ROOT = Path(__file__).resolve().parents[2] / "EngineTests" / "Fixtures" / "families"
MEAN_COSINE = 0.6
INPUT_COUNT = 8
NUMBERS = re.compile(r"\[[\s\d,]+\]")


def unit(rows):
    """`rows` divided by their norms."""
    return rows / rows.norm(dim=1, keepdim=True)


def plain(tensor):
    """A copy of `tensor` with rows that follow one another, and a storage of its own."""
    return tensor.detach().clone(memory_format=torch.contiguous_format)


class Checkpoint:
    """A fixture named family/variant: `checkpoint/` with its files, and `expected.*` beside it.

    Its random parts, all f32, depend on nothing but the name: `decoder` [n, d_out], unit rows;
    `encoder` [n, d], rows of norms 0.5 to 1.5 at a mean cosine of about 0.6 to the decoder's
    (unrelated where d_out is not d); `b_enc` [n], `b_dec` [d], `threshold` [n], `inputs` [8, d].
    """

    def __init__(self, family, variant, n=24, d=16, d_out=None):
        self.family, self.variant, self.n, self.d = family, variant, n, d
        self.d_out = d_out or d
        seed = zlib.crc32(f"{family}/{variant}".encode())
        self.generator = torch.Generator().manual_seed(seed)
        decoder = unit(self.normal(n, self.d_out))
        self.decoder = decoder.float()
        self.encoder = self.encoder_near(decoder if self.d_out == d else None)
        self.b_enc = (0.2 * self.normal(n)).float()
        self.b_dec = (0.3 * self.normal(d)).float()
        self.threshold = (0.1 + 0.5 * self.normal(n).abs()).float()
        self.inputs = self.normal(INPUT_COUNT, d).float()
        self.folder = ROOT / family / variant
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "checkpoint").mkdir(parents=True)

    def normal(self, *shape):
        """Standard normal numbers in f64."""
        return torch.randn(*shape, generator=self.generator, dtype=torch.float64)

    def encoder_near(self, rows):
        """Encoder rows around the directions of `rows`, or around none."""
        noise = unit(self.normal(self.n, self.d))
        slope = (1 / MEAN_COSINE**2 - 1) ** 0.5
        directions = noise if rows is None else unit(unit(rows.double()) + slope * noise)
        norms = 0.5 + torch.rand(self.n, 1, generator=self.generator, dtype=torch.float64)
        return (norms * directions).float()

    def path(self, name):
        """Where the file `name` of the checkpoint is to be written."""
        return self.folder / "checkpoint" / name

    def write_json(self, name, value):
        """Writes a configuration."""
        text = json.dumps(value, indent=2)
        self.path(name).write_text(text + "\n", encoding="utf-8")

    def expect(
        self, tensors, acts, activation, verified_by, *,
        architecture, subtracts_b_dec, normalization=(), notes="", **facts,
    ):  # fmt: skip
        """Writes `expected.json` and `expected.safetensors`.

        `tensors` are the canonical ones, rows of features. `normalization` is the list of steps
        applied to an input, in order, before the decoder bias is subtracted (if it is).
        """
        for name, tensor in tensors.items():
            assert torch.isfinite(tensor).all(), (self.folder, name)
        assert tensors["W_dec"].shape == (self.n, self.d_out)
        assert tensors["W_enc"].shape == (self.n, self.d)
        assert acts.shape == (INPUT_COUNT, self.n)
        tensors = {name: plain(tensor).float() for name, tensor in tensors.items()}
        files, values = stored.contents(self.folder / "checkpoint")
        expected = {
            "family": self.family,
            "variant": self.variant,
            "architecture": architecture,
            "n": self.n,
            "d": self.d,
            "d_out": self.d_out,
            "activation": activation,
            "subtracts_b_dec": subtracts_b_dec,
            "normalization": list(normalization),
            **facts,
            "verified_by": verified_by,
            "notes": notes,
            "read_from": stored.sources(tensors, values),
            "files": files,
        }
        text = json.dumps(expected, indent=1)
        text = NUMBERS.sub(lambda found: " ".join(found.group(0).split()), text)
        (self.folder / "expected.json").write_text(text + "\n", encoding="utf-8")
        everything = {**tensors, "inputs": self.inputs, "acts": plain(acts).float()}
        everything |= {name: plain(tensor) for name, tensor in values.items()}
        (self.folder / "expected.safetensors").write_bytes(save(everything))


def foreign_class(module, name, bases=()):
    """An empty class under the module path that pickles of the family name it by."""
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        path = ".".join(parts[:end])
        if path not in sys.modules:
            sys.modules[path] = types.ModuleType(path)
    made = type(name, bases, {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


def foreign_instance(cls, attributes):
    """An instance of `cls` that holds `attributes`, made without its initializer."""
    instance = object.__new__(cls)
    instance.__dict__.update(attributes)
    return instance


def stub_package(name, path):
    """A package whose modules can be imported though its `__init__` cannot."""
    package = types.ModuleType(name)
    package.__path__ = [str(path)]
    sys.modules[name] = package
