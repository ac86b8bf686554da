"""Writes Fixtures/torch: small files of tensors in every container, and what they hold.

PyTorch writes them where it can; byte orders and zip64 records that this machine would not write
are made by hand and read back by PyTorch. `expected.json` has, for each file, the container, the
plain values, and of each tensor the type, the shape and the SHA-256 of its elements, row-major and
lowest byte first. With --data it also reads the torch files there into `real.json`.
"""

import argparse
import dataclasses
import gzip
import hashlib
import io
import json
import pathlib
import pickle
import struct
import sys
import types
import zipfile
import zlib
from collections import OrderedDict

import numpy as np
import torch

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures" / "torch"
DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.int16: "I16", torch.int8: "I8",
    torch.uint8: "U8", torch.bool: "BOOL", torch.uint16: "U16", torch.uint32: "U32",
    torch.uint64: "U64",
}  # fmt: skip
GENERATOR = torch.Generator().manual_seed(4)


def described(tensor):
    """Type, shape and digest of a tensor."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    raw = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return [DTYPES[tensor.dtype], list(tensor.shape), hashlib.sha256(raw).hexdigest()]


def array_described(array):
    return described(torch.from_numpy(np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))))


def normal(*shape, dtype=torch.float32):
    return torch.randn(shape, generator=GENERATOR, dtype=torch.float64).to(dtype)


def stand_in(module, name, fields):
    """A dataclass of a module that is not installed where the file is read."""
    made = dataclasses.make_dataclass(name, fields)
    made.__module__ = module
    parts = module.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(parts[i - 1]))
    setattr(sys.modules[module], name, made)
    return made


def entries_of(path):
    with zipfile.ZipFile(path) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]


def wide_archive(entries):
    """An archive all of whose sizes and offsets stand in zip64 fields."""
    out, directory = io.BytesIO(), io.BytesIO()
    for name, contents in entries:
        name, offset = name.encode(), out.tell()
        crc, size = zlib.crc32(contents), len(contents)
        extra = struct.pack("<HHQQ", 1, 16, size, size)
        out.write(
            struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF, 0xFFFFFFFF,
                        len(name), len(extra)) + name + extra + contents)  # fmt: skip
        extra = struct.pack("<HHQQQ", 1, 24, size, size, offset)
        directory.write(
            struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0, crc, 0xFFFFFFFF,
                        0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF)
            + name + extra)  # fmt: skip
    start, size = out.tell(), directory.tell()
    out.write(directory.getvalue())
    end = out.tell()
    out.write(struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, len(entries), len(entries),
                          size, start))  # fmt: skip
    out.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
    out.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    return out.getvalue()


def save_script(script, path):
    """Saves TorchScript without the entries that name the source files of this machine."""
    script.save(path)
    entries = entries_of(path)
    writer = torch._C.PyTorchFileWriter(str(path))
    for name, contents in entries:
        name = name.split("/", 1)[1]
        if not name.endswith(".debug_pkl") and name not in {"version", ".data/serialization_id"}:
            writer.write_record(name, contents, len(contents))
    writer.write_end_of_file()
    torch.jit.load(path)


class Block(torch.nn.Module):
    """Weights in half precision, a buffer, a number and a constant, as CLIP's files have them."""

    input_resolution: int

    def __init__(self):
        super().__init__()
        self.proj = torch.nn.Linear(3, 4).half()
        self.norm = torch.nn.LayerNorm(4)
        self.register_buffer("position", torch.arange(5))
        self.input_resolution = 224
        self.sizes = [7, 8]

    def forward(self, x):
        return self.norm(self.proj(x.half()).float()) + torch.tensor([1.0, 2.0, 3.0, 4.0])


class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = Block()
        self.logit_scale = torch.nn.Parameter(torch.tensor(4.6052))
        self.context_length = 77

    def forward(self, x):
        return self.visual(x) * self.logit_scale.exp()


class Fixtures:
    def __init__(self):
        self.expected = {}

    def note(self, name, container, tensors, attributes=None, unreadable=None):
        self.expected[name] = {
            "container": container,
            "tensors": {
                key: array_described(value) if isinstance(value, np.ndarray) else described(value)
                for key, value in tensors.items()
            },
            "attributes": attributes or {},
            "unreadable": unreadable or {},
        }

    def plain(self):
        tensors = {str(DTYPES[d]).lower(): (8 * normal(3, 5)).to(d) for d in list(DTYPES)[:10]}
        tensors["scalar"] = torch.tensor(2.5)
        tensors["empty"] = torch.zeros(0, 3)
        torch.save(tensors, FIXTURES / "plain.pt")
        self.note("plain.pt", "torch zip", tensors)
        # The same archive repacked by other tools, and with everything in zip64 fields.
        entries = entries_of(FIXTURES / "plain.pt")
        with zipfile.ZipFile(FIXTURES / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, contents in entries:
                archive.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), contents,
                                 zipfile.ZIP_DEFLATED)  # fmt: skip
        (FIXTURES / "zip64.pt").write_bytes(wide_archive(entries))
        for name in ["deflated.pt", "zip64.pt"]:
            assert torch.load(FIXTURES / name)["f32"].equal(tensors["f32"])
            self.note(name, "torch zip", tensors)

    def views(self):
        base = normal(6, 8)
        tensors = {
            "base": base, "transposed": base.T, "rows": base[2:4], "columns": base[:, 3:5],
            "steps": base[1::2, ::3], "turned": normal(2, 3, 4).permute(2, 0, 1),
            "ids": torch.arange(7).expand(1, -1), "spread": torch.tensor([3.0]).expand(4, 2),
            "half": normal(5, 3, dtype=torch.float16).T,
            "parameter": torch.nn.Parameter(base[4]), "none": base[:, 8:],
        }  # fmt: skip
        torch.save(tensors, FIXTURES / "views.pt")
        self.note("views.pt", "torch zip", tensors)
        torch.save(tensors, FIXTURES / "legacy.pt", _use_new_zipfile_serialization=False)
        self.note("legacy.pt", "torch legacy", tensors)
        torch.save(base.T, FIXTURES / "single.pt")
        self.note("single.pt", "torch zip", {"array": base.T})

    def nested(self):
        config = stand_in(
            "sae_training.config", "ViTSAERunnerConfig",
            [("d_in", int, 8), ("d_sae", int, 16), ("lr", float, 4e-4), ("model_name", str, "ViT"),
             ("block_layer", int, -2), ("class_token", bool, True), ("seeds", list, None),
             ("dtype", object, torch.float32), ("device", object, torch.device("cuda", 1))],
        )  # fmt: skip
        cfg = config()
        cfg.seeds = [1, 2]
        cfg.lr = 4e-4
        state = OrderedDict(W_enc=normal(8, 16), b_enc=normal(16), W_dec=normal(16, 8))
        whole = {"cfg": cfg, "state_dict": state}
        attributes = {
            "cfg.__class__": "sae_training.config.ViTSAERunnerConfig", "cfg.d_in": 8,
            "cfg.d_sae": 16, "cfg.lr": 4e-4, "cfg.model_name": "ViT", "cfg.block_layer": -2,
            "cfg.class_token": True, "cfg.seeds": [1, 2], "cfg.dtype": "torch.float32",
            "cfg.device": "cuda:1",
        }  # fmt: skip
        tensors = {f"state_dict.{name}": value for name, value in state.items()}
        torch.save(whole, FIXTURES / "config.pt")
        self.note("config.pt", "torch zip", tensors, attributes)
        (FIXTURES / "config.pkl").write_bytes(pickle.dumps(whole))
        self.note("config.pkl", "pickle", tensors, attributes)
        for protocol in [2, 5]:
            name = f"config-{protocol}.pkl.gz"
            with open(FIXTURES / name, "wb") as file:
                with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
                    packed.write(pickle.dumps(whole, protocol=protocol))
            self.note(name, "pickle", tensors, attributes)

    def values(self):
        whole = {
            "k": 32, "activation": "TopK", "activation_state_dict": {}, "list": [1, 2.5, True, None],
            "mixed": [torch.ones(2), 3], 7: "seven", ("a", 1): "tuple", "size": torch.Size([2, 3]),
            "large": 1 << 70, "negative": -(1 << 40), "set": {5}, "path": pathlib.PurePosixPath("a/b"),
            "np": np.float64(0.1), "np32": np.float32(0.5), "npi": np.int64(-3),
            "array": np.arange(6, dtype=">i2").reshape(2, 3), "fortran": np.asfortranarray(np.eye(2, 3)),
            "text": "é", "bytes": b"\x00\xff", "type": int, "complex": torch.ones(1, dtype=torch.complex64),
            "float8": torch.ones(2).to(torch.float8_e4m3fn), "u16": torch.tensor([1, 65535], dtype=torch.uint16),
        }  # fmt: skip
        torch.save(whole, FIXTURES / "values.pt")
        attributes = {
            "k": 32, "activation": "TopK", "activation_state_dict": {}, "list": [1, 2.5, True, None],
            "mixed.1": 3, "7": "seven", "(a, 1)": "tuple", "size": [2, 3],
            "large": "0x400000000000000000", "negative": -(1 << 40), "set": [5], "path": "a/b",
            "np": 0.1, "np32": 0.5, "npi": -3, "text": "é", "bytes": "00ff", "type": "__builtin__.long",
        }  # fmt: skip
        tensors = {"mixed.0": whole["mixed"][0], "array": whole["array"], "fortran": whole["fortran"],
                   "u16": whole["u16"]}  # fmt: skip
        self.note("values.pt", "torch zip", tensors, attributes,
                  {"complex": "torch.ComplexFloatStorage", "float8": "torch.float8_e4m3fn"})  # fmt: skip

    def modules(self):
        module = torch.nn.Linear(3, 2)
        torch.nn.init.normal_(module.weight, generator=GENERATOR)
        torch.nn.init.normal_(module.bias, generator=GENERATOR)
        torch.save(module, FIXTURES / "module.pt")
        self.note("module.pt", "torch zip",
                  {"_parameters.weight": module.weight, "_parameters.bias": module.bias})  # fmt: skip
        self.expected["module.pt"]["attributes"] = None
        outer = Outer()
        for parameter in outer.parameters():
            parameter.data = normal(*parameter.shape, dtype=parameter.dtype)
        script = torch.jit.trace_module(outer, {"forward": torch.ones(1, 3)})
        scripted = torch.jit.script(outer)
        save_script(scripted, FIXTURES / "script.pt")
        tensors = dict(scripted.state_dict())
        self.note("script.pt", "torchscript", tensors)
        self.expected["script.pt"]["attributes"] = None
        save_script(script, FIXTURES / "traced.pt")
        tensors = dict(script.state_dict())
        self.note("traced.pt", "torchscript", tensors)
        self.expected["traced.pt"]["attributes"] = None

    def orders(self):
        values = {"a": normal(2, 3), "b": torch.arange(4), "h": normal(3, dtype=torch.bfloat16)}
        swapped = {}
        for name, value in values.items():
            width = value.element_size()
            raw = np.frombuffer(value.view(torch.uint8).numpy().tobytes(), dtype=f"u{width}")
            data = torch.frombuffer(bytearray(raw.byteswap().tobytes()), dtype=value.dtype)
            swapped[name] = data.reshape(value.shape)
        order, sys.byteorder = sys.byteorder, "big"
        try:
            torch.save(swapped, FIXTURES / "big-endian.pt")
        finally:
            sys.byteorder = order
        loaded = torch.load(FIXTURES / "big-endian.pt")
        assert all(loaded[name].equal(values[name]) for name in values)
        self.note("big-endian.pt", "torch zip", values)

    def arrays(self):
        arrays = {
            "W_dec": normal(4, 3).numpy(), "fortran": np.asfortranarray(normal(3, 5).numpy()),
            "big": normal(2, 2).numpy().astype(">f4"), "cube": np.asfortranarray(normal(2, 3, 4).numpy()),
            "ids": np.arange(5), "zeros": np.zeros(2000, dtype=np.float32),
        }  # fmt: skip
        np.savez(FIXTURES / "arrays.npz", **arrays)
        np.savez_compressed(FIXTURES / "deflated.npz", **arrays)
        for name in ["arrays.npz", "deflated.npz"]:
            self.note(name, "npz", arrays)
        raw = normal(5, 3).numpy()
        raw.tofile(FIXTURES / "memmap_5_3.npy")
        self.note("memmap_5_3.npy", "raw float32", {"array": raw})

    def saev(self):
        header = {"schema": 5, "cls": "SparseAutoencoder", "cfg": {"d_model": 4, "activation": {"k": 2}},
                  "commit": "e7ca004", "lib": "0.1.0"}  # fmt: skip
        decoder = normal(6, 4)
        state = {"W_dec": decoder, "W_enc": decoder.T, "b_dec": normal(4)}
        packed = io.BytesIO()
        torch.save(state, packed)
        (FIXTURES / "saev.pt").write_bytes(json.dumps(header).encode() + b"\n" + packed.getvalue())
        self.note("saev.pt", "saev", state,
                  {"schema": 5, "cls": "SparseAutoencoder", "cfg.d_model": 4, "cfg.activation.k": 2,
                   "commit": "e7ca004", "lib": "0.1.0"})  # fmt: skip


def flattened(value, name=""):
    if isinstance(value, torch.Tensor):
        return {name or "array": value}
    if isinstance(value, dict):
        parts = {}
        for key, member in value.items():
            parts |= flattened(member, f"{name}.{key}" if name else str(key))
        return parts
    return {}


def real(data):
    """Digests of the torch files of the data folder, as PyTorch reads them."""
    found = {}
    for path in sorted((data / "torch").iterdir()):
        if path.suffix in {".pt", ".pth", ".ckpt"}:
            tensors = flattened(torch.load(path, map_location="cpu", weights_only=True))
            found[path.name] = {name: described(tensor) for name, tensor in tensors.items()}
    return found


def write(name, value):
    (FIXTURES / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, help="the folder with torch/*.pt")
    options = parser.parse_args()
    FIXTURES.mkdir(exist_ok=True)
    fixtures = Fixtures()
    for make in ["plain", "views", "nested", "values", "modules", "orders", "arrays", "saev"]:
        getattr(fixtures, make)()
    write("expected.json", fixtures.expected)
    if options.data:
        write("real.json", real(options.data))


if __name__ == "__main__":
    main()
