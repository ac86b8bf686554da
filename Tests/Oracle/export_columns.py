"""The columns that exports of a run have, by the definitions of MODEL.md, section 13."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import lensrun  # noqa: E402


def gaps(values, missing=-1):
    """Whole numbers with None in the place of what is missing."""
    return [None if value == missing else int(value) for value in values]


def names(run, ids):
    """The labels of ids."""
    return [None if i < 0 else run.labels[i] for i in ids]


def verdict_columns(run):
    """The flat columns of a verdict: name, values with None for gaps."""
    for name, values in run.verdict.items():
        if name == "feature_id":
            continue
        parts = [("", values)] if values.ndim == 1 else [(f".{k + 1}", v) for k, v in enumerate(values.T)]
        for suffix, part in parts:
            last = name.split(".")[-1]
            # A rank is from 1 on.
            yield name + suffix, part if part.dtype.kind == "f" else gaps(part, 0 if last == "true_rank" else -1)
            if last in ("label_id", "least_label_id") and not name.startswith("vocabulary."):
                yield name[:-3] + suffix, names(run, part)


def expected_features(run):
    """The columns of features.parquet but for the best label."""
    columns = {"feature_id": run["feature_id"], "status": [lensrun.STATUSES[s] for s in run["status"]]}
    return columns | {name: run[name] for name in lensrun.STATISTICS}


def expected_table(run):
    """The columns of a CSV."""
    columns = expected_features(run)
    for end in ["top", "bottom"]:
        for k in range(run["top_label_ids"].shape[1]):
            ids, prefix = run[f"{end}_label_ids"][:, k], f"{end}_{k + 1}_"
            columns |= {prefix + "label_id": gaps(ids), prefix + "label": names(run, ids)}
            columns[prefix + "cosine"] = run[f"{end}_cosines"][:, k]
            columns[prefix + "probability"] = run[f"{end}_probabilities"][:, k]
            columns |= sigmoid_column(run, prefix, run[f"{end}_cosines"][:, k])
    return columns | dict(verdict_columns(run))


def sigmoid_column(run, prefix, cosines):
    """The model's own scores, where it was trained with a sigmoid."""
    known = run.info.get("sigmoid")
    if not known:
        return {}
    powers = np.exp(known["scale"] * cosines.astype(np.float64) + known["bias"])
    return {prefix + "sigmoid": (powers / (1 + powers)).astype(np.float32)}


def expected_list(run, end):
    """The columns of top_labels or bottom_labels."""
    ids = run[f"{end}_label_ids"]
    there = ids.ravel() >= 0
    return {
        "feature_id": np.repeat(run["feature_id"], ids.shape[1])[there],
        "rank": np.tile(np.arange(1, ids.shape[1] + 1), len(ids))[there],
        "label_id": ids.ravel()[there],
        "label": names(run, ids.ravel()[there]),
        "cosine": run[f"{end}_cosines"].ravel()[there],
        "probability": run[f"{end}_probabilities"].ravel()[there],
    } | sigmoid_column(run, "", run[f"{end}_cosines"].ravel()[there])


def expected_labels(run):
    """The columns of labels."""
    columns = run.label_columns
    return {
        "label_id": range(len(run.labels)),
        "label": run.labels,
        "status": [lensrun.LABEL_STATUSES[s] for s in columns["status"]],
        "first_count": columns["first_counts"],
        "top_count": columns["top_counts"],
    }
