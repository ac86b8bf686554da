"""Opens every export of lensctl by the tools that it is meant for, and compares each value with the run's columns.

Needs what exports-requirements.txt lists. Exports a verdict of the emoji example, a run of hostile labels and masked
features, and a run that takes several row groups of Parquet, in all forms, and runs the lines of the README that open
exports. The columns compared with are read by python/lensrun.py, which is compared with the safetensors format only by
being another program than the one that wrote them. Exits 1 where anything differs.
"""

import argparse
import csv
import gzip
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
from export_columns import (
    expected_features,
    expected_labels,
    expected_list,
    expected_table,
    gaps,
    names,
    sigmoid_column,
    verdict_columns,
)
from export_runs import HOSTILE, scan, write_run

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
import lensrun  # noqa: E402

FORMATS = ["csv", "jsonl", "npz", "sqlite", "parquet", "neuronpedia"]
checked = 0


def same(name, found, expected):
    """Compares two columns exactly; what is missing is None or NaN in either."""
    global checked
    found, expected = plain(found), plain(expected)
    if found == expected:
        checked += len(found)
        return
    if len(found) != len(expected):
        sys.exit(f"FAILED: {name}: found {len(found)} values, expected {len(expected)}")
    for row, (value, wanted) in enumerate(zip(found, expected)):
        value, wanted = tidy(value), tidy(wanted)
        if value != wanted:
            sys.exit(f"FAILED: {name}: row {row}: found {value!r}, expected {wanted!r}")
    checked += len(found)


def plain(values):
    """A list of Python's own values, where that is quick."""
    return values.tolist() if isinstance(values, (np.ndarray, pd.Series)) else list(values)


def tidy(value):
    """A plain value: None for what is missing, float32 for real numbers."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (float, np.floating)):
        return None if np.isnan(value) else np.float32(value)
    return value.item() if isinstance(value, np.generic) else value


def floats(values):
    """Real numbers as float32, however a tool widened them."""
    return np.asarray(pd.array(values, dtype="Float64").to_numpy(np.float64, na_value=np.nan), np.float32)


def compare(tool, found, expected):
    """Compares a frame, given as a function of a column's name, with the columns expected."""
    for name, values in expected.items():
        column = found(name)
        if len(values) and isinstance(values, np.ndarray) and values.dtype.kind == "f":
            mine, theirs = floats(column), np.asarray(values, np.float32)
            if not np.array_equal(mine, theirs, equal_nan=True):
                sys.exit(f"FAILED: {tool}: {name} differs")
            global checked
            checked += len(mine)
        else:
            same(f"{tool}: {name}", column, values)


def check_csv(run, path):
    """Python's csv module, pandas, polars and DuckDB."""
    expected = expected_table(run)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    if rows[0] != list(expected):
        sys.exit(f"FAILED: csv: columns {rows[0][:12]}...")
    columns = dict(zip(rows[0], zip(*rows[1:])))
    # csv does not tell an empty text from none.
    same("csv: top_1_label", columns["top_1_label"], [name or "" for name in expected["top_1_label"]])
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    frame = frame.where(frame.notna(), None).astype(object) if len(frame) < 100 else frame
    compare("pandas.read_csv", lambda name: whole(frame[name], expected[name]), expected)
    lazy = pl.read_csv(path, infer_schema_length=None)
    compare("polars.read_csv", lambda name: lazy[name].to_list(), {n: expected[n] for n in typed(expected)})
    relation = duckdb.sql(
        f"SELECT * FROM read_csv('{path}', header = true, quote = '\"', escape = '\"', delim = ',', sample_size = -1)"
    ).df()
    compare("DuckDB read_csv", lambda name: whole(relation[name], expected[name]), {n: expected[n] for n in typed(expected)})
    described = json.loads(Path(str(path) + "-metadata.json").read_text())
    same("csv metadata", [c["name"] for c in described["tableSchema"]["columns"]], expected)
    check_provenance(run, described["notes"][0])


def typed(expected):
    """The columns that hold numbers, or texts that no tool takes for numbers or dates."""
    return [name for name, values in expected.items() if any(tidy(value) is not None for value in values)]


def whole(column, expected):
    """A column of whole numbers that a tool read as real ones, since there are gaps."""
    first = next((value for value in expected if tidy(value) is not None), None)
    if isinstance(first, (int, np.integer)):
        return [None if tidy(value) is None else int(value) for value in column]
    return list(column)


def check_jsonl(run, path):
    """Python's json, pandas and DuckDB."""
    with open(path, encoding="utf-8", newline="\n") as file:
        objects = [json.loads(line) for line in file.read().split("\n")[:-1]]
    same("jsonl: feature", [o["feature"] for o in objects], run["feature_id"])
    same("jsonl: status", [o["status"] for o in objects], [lensrun.STATUSES[s] for s in run["status"]])
    for name in lensrun.STATISTICS:
        same(f"jsonl: {name}", [o.get(name) for o in objects], run[name])
    for end in ["top", "bottom"]:
        for k in range(run["top_label_ids"].shape[1]):
            found = [o[end][k] if end in o else {} for o in objects]
            ids = run[f"{end}_label_ids"][:, k]
            same(f"jsonl: {end} label_id", [f.get("label_id") for f in found], gaps(ids))
            same(f"jsonl: {end} label", [f.get("label") for f in found], names(run, ids))
            same(f"jsonl: {end} cosine", [f.get("cosine") for f in found], run[f"{end}_cosines"][:, k])
            same(f"jsonl: {end} probability", [f.get("probability") for f in found], run[f"{end}_probabilities"][:, k])
            for name, scores in sigmoid_column(run, "", run[f"{end}_cosines"][:, k]).items():
                same(f"jsonl: {end} {name}", [f.get(name) for f in found], scores)
    for name, values in verdict_columns(run):
        stem, _, place = name.rpartition(".")
        is_part = place.isdigit() and stem in run.verdict or stem + "_id" in run.verdict and place.isdigit()
        found = [o["verdict"][stem][int(place) - 1] if is_part else o["verdict"][name] for o in objects]
        same(f"jsonl: {name}", found, values)
    frame = pd.read_json(path, lines=True, dtype=False)
    same("pandas.read_json: margin", frame["margin"], run["margin"])
    relation = duckdb.sql(f"SELECT feature, margin FROM read_json('{path}', maximum_object_size = 33554432)").df()
    same("DuckDB read_json: feature", relation["feature"], run["feature_id"])
    same("DuckDB read_json: margin", floats(relation["margin"]), run["margin"])
    check_provenance(run, json.loads(Path(str(path) + "-metadata.json").read_text()))


def check_npz(run, path):
    """NumPy, and the checksums of the archive."""
    if zipfile.ZipFile(path).testzip() is not None:
        sys.exit("FAILED: npz: a checksum differs")
    with np.load(path, allow_pickle=False) as arrays:
        columns = {name: run[name] for name in run.features}
        columns |= {f"label_{name}": values for name, values in run.label_columns.items()}
        columns |= {f"verdict.{name}": values for name, values in run.verdict.items() if name != "feature_id"}
        for name, values in columns.items():
            found = arrays[name]
            if found.dtype != values.dtype or not np.array_equal(found, values, equal_nan=values.dtype.kind == "f"):
                sys.exit(f"FAILED: npz: {name} differs")
            global checked
            checked += found.size
        same("npz: labels", arrays["labels"], run.labels)
        same("npz: labels_utf8", arrays["labels_utf8"].tobytes().decode().split("\n"), run.labels)
        same("npz: run_json", [json.loads(str(arrays["run_json"]))], [run.info])
        check_provenance(run, json.loads(str(arrays["provenance"])))
        others = {"labels", "labels_utf8", "run_json", "verdict_json", "provenance"}
        same("npz: names", sorted(set(arrays.files) - others), sorted(columns))


def check_sqlite(run, path):
    """Python's sqlite3."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def column(table, order):
        return lambda name: [row[0] for row in database.execute(f'SELECT "{name}" FROM {table} ORDER BY {order}')]

    same("sqlite: integrity", [database.execute("PRAGMA integrity_check").fetchone()[0]], ["ok"])
    same("sqlite: foreign keys", database.execute("PRAGMA foreign_key_check").fetchall(), [])
    compare("sqlite: features", column("features", "feature_id"), expected_features(run))
    compare("sqlite: labels", column("labels", "label_id"), expected_labels(run))
    for end in ["top", "bottom"]:
        expected = expected_list(run, end)
        compare(f"sqlite: {end}_labels", column(f"{end}_label_names", "feature_id, rank"), expected)
    search = "SELECT rowid FROM label_search WHERE label_search MATCH 'dog' ORDER BY rowid"
    found = [row[0] for row in database.execute(search)]
    wanted = [i for i, label in enumerate(run.labels) if "dog" in re.split(r"\W+", label.lower())]
    same("sqlite: label_search", found, wanted)
    documents = dict(database.execute("SELECT name, value FROM provenance"))
    check_provenance(run, json.loads(documents["provenance"]))
    same("sqlite: run.json", [json.loads(documents["run.json"])], [run.info])
    if run.verdict:
        check_verdict_tables(run, database, documents)


def check_verdict_tables(run, database, documents):
    """The tables of a verdict."""
    same("sqlite: verdict.json", [json.loads(documents["verdict.json"])], [run.verdict_info])
    readings = {}
    for reading, variant, score in database.execute("SELECT * FROM verdict_readings"):
        readings[f"{variant}.{score}"] = reading
    others = [row[1] for row in database.execute("PRAGMA table_info(verdict_features)")]
    known = [row[1] for row in database.execute("PRAGMA table_info(verdict_scores)")]
    for name, values in run.verdict.items():
        if name == "feature_id":
            continue
        reading, _, statistic = name.rpartition(".")
        if reading in readings and statistic in known:
            query = f'SELECT "{statistic}" FROM verdict_scores WHERE reading_id = {readings[reading]} ORDER BY feature_id'
            found = [[row[0] for row in database.execute(query)]]
            parts = [values]
        else:
            parts = [values] if values.ndim == 1 else values.T
            columns = [name] if values.ndim == 1 else [f"{name}.{k + 1}" for k in range(len(parts))]
            same(f"sqlite: columns of {name}", [c in others for c in columns], [True] * len(columns))
            found = [[r[0] for r in database.execute(f'SELECT "{c}" FROM verdict_features')] for c in columns]
        for part, column in zip(parts, found):
            same(f"sqlite: {name}", column, part if part.dtype.kind == "f" else gaps(part))
    rows = database.execute("SELECT name, value, low, high, threshold, sentence FROM verdict_findings ORDER BY rowid")
    wanted = [
        (f["name"], f["value"], *(f["interval"] or [None, None]), f["threshold"], f["sentence"])
        for f in run.verdict_info["findings"]
    ]
    same("sqlite: findings", rows.fetchall(), wanted)


def check_parquet(run, path):
    """pyarrow, pandas, polars and DuckDB."""
    best = expected_list(run, "top")
    first = run["top_label_ids"][:, 0]
    features = expected_features(run) | {
        "top_label_id": gaps(first), "top_label": names(run, first), "top_cosine": run["top_cosines"][:, 0],
        "top_probability": run["top_probabilities"][:, 0],
    } | sigmoid_column(run, "top_", run["top_cosines"][:, 0])  # fmt: skip
    tables = {"features": features, "top_labels": best, "bottom_labels": expected_list(run, "bottom")}
    tables["labels"] = expected_labels(run)
    if run.verdict:
        tables["verdict"] = {"feature_id": run["feature_id"]} | dict(verdict_columns(run))
    same("parquet: files", sorted(p.stem for p in path.glob("*.parquet")), sorted(tables))
    for name, expected in tables.items():
        file = str(path / f"{name}.parquet")
        table = pq.read_table(file)
        table.validate(full=True)
        same(f"parquet: columns of {name}", table.column_names, expected)
        compare(f"pyarrow: {name}", lambda column: table[column].to_pylist(), expected)
        frame = pd.read_parquet(file)
        compare(f"pandas: {name}", lambda column: whole(frame[column], expected[column]), expected)
        polar = pl.read_parquet(file)
        compare(f"polars: {name}", lambda column: polar[column].to_list(), expected)
        relation = duckdb.sql(f"SELECT * FROM '{file}'").to_arrow_table()
        compare(f"DuckDB: {name}", lambda column: relation[column].to_pylist(), expected)
        metadata = pq.read_metadata(file)
        check_provenance(run, json.loads(metadata.metadata[b"lensctl.provenance"]))
        for group in range(metadata.num_row_groups):
            chunk = metadata.row_group(group).column(metadata.num_columns - 1)
            same("parquet: codec", [chunk.compression, chunk.is_stats_set], ["ZSTD", True])
    same("parquet: run.json", [json.loads((path / "run.json").read_text())], [run.info])
    return pq.read_metadata(path / "features.parquet").num_row_groups


def check_frames(run, path):
    """The frames of lensrun.py are the tables of Parquet, with their gaps."""
    tables = {"features": run.frame().reset_index(), "top_labels": run.top_frame(), "bottom_labels": run.top_frame("bottom")}
    tables["labels"] = run.label_frame().reset_index()
    for name, frame in tables.items():
        table = pq.read_table(path / f"{name}.parquet")
        same(f"lensrun: columns of {name}", list(frame.columns), table.column_names)
        compare(f"lensrun: {name}", lambda column: frame[column], {c: table[c].to_pylist() for c in table.column_names})
    if run.verdict:
        frame = run.verdict_frame()
        table = pq.read_table(path / "verdict.parquet")
        same("lensrun: columns of verdict", ["feature_id", *frame.columns], table.column_names)
        table = table.drop_columns(["feature_id"])
        compare("lensrun: verdict", lambda column: frame[column], {c: table[c].to_pylist() for c in table.column_names})
        variant = run.verdict_info["form_in_use"]
        same("lensrun: a variant", {c.startswith(variant + ".") for c in run.verdict_frame(variant)}, [True])


def check_damage(run, work):
    """lensrun.py finds a file that is not what run.json says, or is cut short."""
    copy = work / "damaged"
    for name, change in [("labels.txt", lambda b: b[:-2] + b"?\n"), ("features.safetensors", lambda b: b[:-3])]:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(run.path, copy)
        (copy / name).write_bytes(change((copy / name).read_bytes()))
        for check in [True, False] if name != "labels.txt" else [True]:
            try:
                lensrun.open_run(copy, check)
                sys.exit(f"FAILED: lensrun opened a run with a changed {name}")
            except ValueError as error:
                same("lensrun: what is damaged", [name in str(error)], [True])


# The columns of Neuronpedia's tables that exports have, by its prisma schema.
NEURON = """modelId layer index sourceSetName creatorId maxActApprox hasVector vector vectorLabel
vectorDefaultSteerStrength hookName topkCosSimIndices topkCosSimValues neuron_alignment_indices neuron_alignment_values
neuron_alignment_l1 correlated_neurons_indices correlated_neurons_pearson correlated_neurons_l1
correlated_features_indices correlated_features_pearson correlated_features_l1 neg_str neg_values pos_str pos_values
frac_nonzero freq_hist_data_bar_heights freq_hist_data_bar_values logits_hist_data_bar_heights
logits_hist_data_bar_values decoder_weights_dist""".split()
OBJECTS = {
    "model": "id creatorId layers neuronsPerLayer owner visibility",
    "release": "name description creatorName creatorId visibility urls",
    "sourceset": "modelId name description creatorName creatorId releaseName visibility urls",
    "source": "id modelId setName creatorId visibility",
}


def check_neuronpedia(run, path):
    """Python's gzip and json."""
    objects = {name: json.loads((path / f"{name}.jsonl").read_text()) for name in OBJECTS}
    for name, members in OBJECTS.items():
        same(f"neuronpedia: {name}", [m for m in members.split() if objects[name].get(m) is None], [])
    source = objects["source"]
    same("neuronpedia: links", [objects["model"]["id"], objects["sourceset"]["name"]], [source["modelId"], source["setName"]])
    known = run.info.get("sigmoid") or {"scale": run.info["logit_scale"]["value"], "bias": 0}
    row = 0
    for batch in range(-(-len(run) // 1024)):
        with gzip.open(path / f"features/batch-{batch}.jsonl.gz", "rt", encoding="utf-8", newline="\n") as file:
            for line in file.read().split("\n")[:-1]:
                neuron = json.loads(line)
                same("neuronpedia: members", sorted(neuron), sorted(NEURON))
                where = [neuron["modelId"], neuron["layer"], neuron["index"]]
                same("neuronpedia: index", where, [source["modelId"], source["id"], str(run["feature_id"][row])])
                for end, side in [("top", "pos"), ("bottom", "neg")]:
                    ids = [i for i in run[f"{end}_label_ids"][row] if i >= 0]
                    same("neuronpedia: labels", neuron[f"{side}_str"], names(run, ids))
                    logits = known["scale"] * run[f"{end}_cosines"][row][: len(ids)].astype(np.float64) + known["bias"]
                    same("neuronpedia: logits", neuron[f"{side}_values"], logits.astype(np.float32))
                if "truth.density" in run.verdict:
                    same("neuronpedia: density", [float(neuron["frac_nonzero"])], [run.verdict["truth.density"][row]])
                row += 1
    same("neuronpedia: features", [row], [len(run)])
    check_provenance(run, json.loads((path / "provenance.json").read_text()))


def check_provenance(run, provenance):
    """The provenance names the run's inputs with digests, and the files as they are."""
    same("provenance", [provenance["format"], provenance["run"]["inputs"]], ["lensctl.export", run.info["inputs"]])
    same("provenance: files", [provenance["files"][name] for name in run.info["files"]], run.info["files"].values())


def export(lensctl, run, form, work, *more):
    """Exports a run and returns where it is."""
    out = work / f"{run.name}.{form}"
    subprocess.run([lensctl, "export", run, "--format", form, "--out", out, "--force", "--quiet", *more], check=True)
    return out


def check_readme(lensctl, run, work):
    """Runs the README's commands that export, and each of its lines that open what they make."""
    text = (ROOT / "README.md").read_text()
    section = text[text.index("### For other tools") :]
    commands = re.search(r"```sh\n(.*?)```", section, re.S).group(1)
    lines = re.search(r"```python\n(.*?)```", section, re.S).group(1).splitlines()
    place = work / "readme"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    shutil.copytree(run, place / "run")
    for command in commands.splitlines():
        words = command.split("#")[0].split()
        subprocess.run([lensctl, *words[1:], "--quiet"], check=True, cwd=place)
    code = f"import os, sys; os.chdir({str(place)!r}); sys.path.insert(0, {str(ROOT / 'python')!r})\n"
    expressions = [line for line in lines if line and not line.startswith("import")]
    code += "\n".join(line for line in lines if line.startswith("import")) + "\n"
    for expression in expressions:
        code += f"result = {expression}\nassert len(result) > 0, {expression!r}\n"
    subprocess.run([sys.executable, "-c", code], check=True)
    return len(expressions)


def check_formulas(lensctl, run, work):
    """With --escape-formulas no text begins like a formula, and the others are as they were."""
    path = work / "escaped.csv"
    command = [lensctl, "export", run.path, "--format", "csv", "--out", path, "--force", "--quiet", "--escape-formulas"]
    subprocess.run(command, check=True)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=str)
    wanted = [n and ("'" + n if n[0] in "=+-@\t\r" else n) for n in names(run, run["top_label_ids"][:, 0])]
    same("escaped", frame["top_1_label"], wanted)
    cells = frame[[c for c in frame if c.endswith("_label")]].to_numpy().ravel()
    same("formulas", [str(c)[0] in "=+-@\t\r" for c in cells], [False] * len(cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lensctl", required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    work, lensctl = options.work.resolve(), str(Path(options.lensctl).resolve())
    work.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    emoji = ROOT / "examples/emoji"
    (work / "words.txt").write_text("a dog\na cat\nfood\nthe sky\n")
    subprocess.run(
        [lensctl, "verdict", "--model", emoji / "model", "--sae", emoji / "sae-embed", "--labels", emoji / "labels.txt",
         "--truth", emoji / "activations.safetensors", "--direction", "decoder", "--map", "native", "--null-banks", "20",
         "--controls", "none", "--sparse-naming", "all", "--vocabulary", work / "words.txt", "--quiet", "--force", "--out",
         work / "emoji"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    scan(lensctl, emoji / "model", 128, work, "hostile", top=48)
    scan(lensctl, ROOT / "Tests/EngineTests/Fixtures/clip-families/siglip", 16, work, "sigmoid", top=5)
    write_run(work / "rows", 123_000, labels=50, top=2)
    checks = dict(zip(FORMATS, [check_csv, check_jsonl, check_npz, check_sqlite, check_parquet, check_neuronpedia]))
    for name, forms in [("emoji", FORMATS), ("hostile", FORMATS), ("sigmoid", FORMATS), ("rows", ["npz", "sqlite", "parquet"])]:
        run = lensrun.open_run(work / name, check=True)
        for form in forms:
            before = checked
            groups = checks[form](run, export(lensctl, run.path, form, work))
            print(f"{name}, {form}: {checked - before} values equal")
            if name == "rows" and form == "parquet" and groups != 2:
                sys.exit(f"FAILED: found {groups} row groups, expected 2")
        check_frames(run, work / f"{name}.parquet")
    check_damage(lensrun.open_run(work / "hostile"), work)
    check_formulas(lensctl, lensrun.open_run(work / "hostile"), work)
    lines = check_readme(lensctl, work / "emoji", work)
    hostile = len(set(HOSTILE))
    print(f"{checked} values equal; {hostile} hostile labels; {lines} lines of the README run, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
