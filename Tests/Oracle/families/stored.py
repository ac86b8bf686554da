"""Reads a checkpoint back with PyTorch, NumPy and safetensors, and lists all that is in it.

Needs none of the libraries that wrote it: classes that only they have become empty ones.
"""

import gzip
import io
import pickle
import types

import numpy
import torch
from safetensors.torch import load_file

PLAIN = bool | int | float | str | None
KNOWN = {"__builtin__", "builtins", "collections", "copy_reg", "copyreg", "numpy", "torch"}


class Unpickler(pickle.Unpickler):
    """An unpickler that needs no module but those of `KNOWN`."""

    def find_class(self, module, name):
        """The class or function, or an empty class of that name."""
        if module.partition(".")[0] in KNOWN:
            return super().find_class(module, name)
        return type(name, (), {"__module__": module})


PICKLE = types.SimpleNamespace(__name__="pickle", Unpickler=Unpickler)


def load(path):
    """The object that the file `path` holds; a line of JSON before the archive is skipped."""
    suffix = path.suffix
    if suffix == ".safetensors":
        return load_file(path)
    if suffix == ".npz":
        with numpy.load(path) as arrays:
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    content = path.read_bytes()
    if suffix in (".gz", ".pkl"):
        content = gzip.decompress(content) if suffix == ".gz" else content
        return Unpickler(io.BytesIO(content)).load()
    if content.startswith(b"{"):
        content = content[content.index(b"\n") + 1 :]
    return torch.load(io.BytesIO(content), weights_only=False, pickle_module=PICKLE)


def leaves(value, path=""):
    """Pairs of path and leaf: the keys of dictionaries and the attributes of objects."""
    if isinstance(value, torch.Tensor | PLAIN):
        yield path, value
    elif isinstance(value, torch.dtype | torch.device):
        yield path, str(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}/{index}")
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        yield from leaves(vars(value), path)


def description(tensor, storages):
    """Type, shape, strides and offset in elements, and the number of the storage it lies in."""
    address = tensor.untyped_storage().data_ptr()
    storages.setdefault(address, len(storages))
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "strides": list(tensor.stride()),
        "offset": tensor.storage_offset(),
        "storage": storages[address],
    }


def contents(folder):
    """What the files of `folder` hold.

    First, for `expected.json`: by file name, its tensors (as `description` says) and the plain
    values in it. Second, for `expected.safetensors`: `stored/FILE/PATH` and the tensor.
    """
    files, tensors = {}, {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            files[path.name] = {}
            continue
        storages, listed, values = {}, {}, {}
        for name, leaf in leaves(load(path)):
            if isinstance(leaf, torch.Tensor):
                listed[name] = description(leaf, storages)
                tensors[f"stored/{path.name}/{name}"] = leaf
            else:
                values[name] = leaf
        files[path.name] = {"tensors": listed, "values": values}
    return files, tensors


def sources(canonical, tensors):
    """Where each canonical tensor stands as it is in the files, or transposed, or none.

    `tensors` are those of `contents`. Leading axes of length 1 do not count.
    """
    found = dict.fromkeys(canonical)
    for name, wanted in canonical.items():
        for path, tensor in tensors.items():
            plain = tensor.squeeze() if tensor.ndim > wanted.ndim else tensor
            plain = plain.float()
            transposed = plain.ndim == 2 and plain.T.shape == wanted.shape
            if plain.shape == wanted.shape and torch.equal(plain, wanted):
                found[name] = {"tensor": path.removeprefix("stored/"), "transposed": False}
            elif transposed and torch.equal(plain.T, wanted):
                found[name] = {"tensor": path.removeprefix("stored/"), "transposed": True}
            if found[name]:
                break
    return found
