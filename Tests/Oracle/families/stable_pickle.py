"""Pickles tensors without the memory addresses that PyTorch puts into them.

Outside a zip archive, PyTorch names a storage by its address. Here it is named 0, so that the
same tensors give the same bytes; nothing else differs.
"""

import gzip
import io
import pickle
import re

import torch

ADDRESS = re.compile(rb"X....(\d{6,20})", re.DOTALL)


def storage_bytes(storage):
    """The legacy torch file that `pickle` embeds for one storage, its key replaced."""
    buffer = io.BytesIO()
    torch.save(storage, buffer, _use_new_zipfile_serialization=False)
    content = buffer.getvalue()
    key = next(
        found.group(1)
        for found in ADDRESS.finditer(content)
        if int.from_bytes(found.group(0)[1:5], "little") == len(found.group(1))
    )
    found = b"X" + len(key).to_bytes(4, "little") + key
    assert content.count(found) == 2
    return content.replace(found, b"X" + (1).to_bytes(4, "little") + b"0")


class StablePickler(pickle.Pickler):
    """A pickler that embeds storages as `storage_bytes` gives them."""

    def reducer_override(self, value):
        """Replaces the reduction of storages only."""
        if isinstance(value, torch.storage.TypedStorage):
            return torch.storage._load_from_bytes, (storage_bytes(value),)
        return NotImplemented


def dumps(value):
    """What `pickle.dumps(value)` gives, with stable storage keys."""
    buffer = io.BytesIO()
    StablePickler(buffer).dump(value)
    return buffer.getvalue()


def gzipped(content):
    """`content` as `gzip.open` writes it, without the time and the name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()
