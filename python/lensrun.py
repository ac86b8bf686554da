"""Opens a run directory of lensctl as arrays and, where pandas is installed, as frames.

Needs NumPy alone. Columns are mapped, not read, until they are used.

    run = lensrun.open_run("run")
    run["top_cosines"][:, 0]            # a column of features.safetensors, [n, K]
    run.labels[run["top_label_ids"][17, 0]]
    run.verdict["dec.lin.centred.p"]    # a column of verdict.safetensors
    run.label_columns["embeddings"]     # a column of labels.safetensors, [C, D]
    run.info["lens"]["id"], run.verdict_info["verdicts"]
    run.frame(), run.top_frame(), run.verdict_frame()   # pandas

n features, K labels kept for each, C labels, D the width of the joint space. What is undefined is NaN, and -1 in
whole numbers; frames have <NA> in the place of -1.
"""

import hashlib
import json
import struct
from pathlib import Path

import numpy as np

DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
STATUSES = ["read", "dead", "nonfinite", "unmapped"]
LABEL_STATUSES = ["usable", "blank", "no length", "nonfinite", "duplicate"]
STATISTICS = ["mean", "sd", "skewness", "kurtosis", "margin", "entropy", "log_partition"]


class Columns(dict):
    """The tensors of a safetensors file by name, in the order of the file, as read-only maps of it."""

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)
        size = self.path.stat().st_size
        with open(self.path, "rb") as file:
            start = file.read(8)
            if len(start) < 8 or struct.unpack("<Q", start)[0] > size - 8:
                raise ValueError(f"{path}: found {size} bytes, expected a safetensors file")
            header = json.loads(file.read(length := struct.unpack("<Q", start)[0]))
        self.metadata = header.pop("__metadata__", {})
        data = np.memmap(self.path, np.uint8, "r") if size > 8 + length else np.zeros(0, np.uint8)
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            first, last = (8 + length + offset for offset in entry["data_offsets"])
            dtype = np.dtype(DTYPES[entry["dtype"]])
            if last > size or (last - first) != dtype.itemsize * int(np.prod(entry["shape"])):
                raise ValueError(f"{path}: {name}: found bytes {first} to {last} of {size}")
            self[name] = data[first:last].view(dtype).reshape(entry["shape"])


class Run:
    """A finished run: `features`, `label_columns` and `verdict` map names to arrays; `labels` has the texts."""

    def __init__(self, path, check=False):
        self.path = Path(path)
        self.info = json.loads((self.path / "run.json").read_text())
        if self.info.get("format") != "lensctl.run" or self.info.get("format_version") != 1:
            raise ValueError(f"{path}: found no run of format version 1")
        if check:
            self.check()
        self.features = Columns(self.path / "features.safetensors")
        self.label_columns = Columns(self.path / "labels.safetensors")
        text = (self.path / "labels.txt").read_bytes().decode()
        self.labels = np.array(text.split("\n")[:-1], dtype=object)
        if len(self.labels) != len(self.label_columns["status"]):
            raise ValueError(f"{path}: found {len(self.labels)} lines in labels.txt, expected one a label")
        has_verdict = (self.path / "verdict.json").exists()
        self.verdict = Columns(self.path / "verdict.safetensors") if has_verdict else {}
        self.verdict_info = json.loads((self.path / "verdict.json").read_text()) if has_verdict else None

    def __getitem__(self, name):
        return self.features[name]

    def __len__(self):
        return len(self.features["feature_id"])

    def __repr__(self):
        return f"<run {self.path}: {len(self)} features, {len(self.labels)} labels, {self.info['lens']['id']}>"

    def check(self):
        """Compares the files with their digests in run.json; raises ValueError if one differs."""
        for name, digest in self.info["files"].items():
            with open(self.path / name, "rb") as file:
                found = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                raise ValueError(f"{self.path / name}: found {found}, expected {digest}")

    def row(self, feature):
        """The row of a feature; KeyError if it is not part of the run."""
        row = int(np.searchsorted(self["feature_id"], feature))
        if row == len(self) or self["feature_id"][row] != feature:
            raise KeyError(feature)
        return row

    def top(self, feature, end="top"):
        """The labels at one end of a feature, best or worst first: (label, cosine, probability)."""
        row = self.row(feature)
        columns = (self[f"{end}_{name}"][row] for name in ("label_ids", "cosines", "probabilities"))
        return [(self.labels[i], float(c), float(p)) for i, c, p in zip(*columns) if i >= 0]

    def sigmoid(self, cosines):
        """The model's own scores of cosines; None for a model that was trained with a softmax."""
        if not self.info.get("sigmoid"):
            return None
        logits = self.info["sigmoid"]["scale"] * np.float64(cosines) + self.info["sigmoid"]["bias"]
        return np.float32(1 / (1 + np.exp(-logits)))

    def find(self, text):
        """The ids of the labels that hold a text, whatever its case."""
        return [i for i, label in enumerate(self.labels) if text.casefold() in label.casefold()]

    def variants(self):
        """The variants that were judged, in the order of verdict.json."""
        return [variant["id"] for variant in self.verdict_info["variants"]] if self.verdict_info else []

    def frame(self):
        """A row for each feature: status, statistics and the best label, by feature."""
        import pandas

        columns = {"status": np.array(STATUSES, dtype=object)[self["status"]]}
        columns.update({name: self[name] for name in STATISTICS})
        ids = self["top_label_ids"][:, 0]
        columns["top_label_id"] = _gaps(pandas, ids)
        columns["top_label"] = _texts(self.labels, ids)
        columns["top_cosine"] = self["top_cosines"][:, 0]
        columns["top_probability"] = self["top_probabilities"][:, 0]
        if self.info.get("sigmoid"):
            columns["top_sigmoid"] = self.sigmoid(columns["top_cosine"])
        return pandas.DataFrame(columns, index=pandas.Index(self["feature_id"], name="feature_id"))

    def top_frame(self, end="top"):
        """A row for each feature that was read and place in its list, from 1."""
        import pandas

        ids = self[f"{end}_label_ids"]
        there = ids.ravel() >= 0
        columns = {
            "feature_id": np.repeat(self["feature_id"], ids.shape[1])[there],
            "rank": np.tile(np.arange(1, ids.shape[1] + 1), len(ids))[there],
            "label_id": ids.ravel()[there],
            "label": self.labels[ids.ravel()[there]],
            "cosine": self[f"{end}_cosines"].ravel()[there],
            "probability": self[f"{end}_probabilities"].ravel()[there],
        }
        if self.info.get("sigmoid"):
            columns["sigmoid"] = self.sigmoid(columns["cosine"])
        return pandas.DataFrame(columns)

    def label_frame(self):
        """A row for each label: text, status, and how many features have it first, and at all."""
        import pandas

        columns = {
            "label": self.labels,
            "status": np.array(LABEL_STATUSES, dtype=object)[self.label_columns["status"]],
            "first_count": self.label_columns["first_counts"],
            "top_count": self.label_columns["top_counts"],
        }
        return pandas.DataFrame(columns, index=pandas.RangeIndex(len(self.labels), name="label_id"))

    def verdict_frame(self, variant=None):
        """A row for each feature, with the columns of the verdict; of one variant alone if that is given."""
        import pandas

        longer = [v for v in self.variants() if variant and v.startswith(variant + ".")]
        columns = {}
        for name, values in self.verdict.items():
            is_other = variant and (not name.startswith(variant + ".") or any(name.startswith(v + ".") for v in longer))
            last = name.split(".")[-1]
            if name == "feature_id" or is_other:
                continue
            parts = [("", values)] if values.ndim == 1 else [(f".{k + 1}", c) for k, c in enumerate(values.T)]
            for suffix, part in parts:
                gap = 0 if last == "true_rank" else -1  # a rank is from 1 on
                columns[name + suffix] = _gaps(pandas, part, gap) if part.dtype.kind == "i" else part
                if last in ("label_id", "least_label_id") and not name.startswith("vocabulary."):
                    columns[name[:-3] + suffix] = _texts(self.labels, part)
        return pandas.DataFrame(columns, index=pandas.Index(self["feature_id"], name="feature_id"))


def _gaps(pandas, values, missing=-1):
    """Whole numbers with <NA> in the place of what is missing."""
    return pandas.arrays.IntegerArray(np.asarray(values, np.int32).copy(), np.asarray(values) == missing)


def _texts(labels, ids):
    """The labels of ids, None where there is none."""
    texts = np.full(len(ids), None, dtype=object)
    texts[ids >= 0] = labels[ids[ids >= 0]]
    return texts


def open_run(path, check=False):
    """Opens a run directory; with `check` its files are compared with their digests first."""
    return Run(path, check)
