"""A small campaign for the proofs of this folder, and the comparison of what two ways of doing it wrote.

Its autoencoders are those of examples/emoji, read in their own labels and judged, and two of random directions with so many features that
each of their shards takes about a second. Needs NumPy.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Oracle"))
from slurm import Failure
from worlds import save_file

EMOJI = ROOT / "examples" / "emoji"
FEATURES, SHARD, WIDTH, LABELS = 80_000, 40_000, 192, 8000

CAMPAIGN = """\
out = {out}
shard_features = {shard}

[[reading]]
model = {emoji}/model"
saes = [{emoji}/sae-resid"]
labels = [{emoji}/labels.txt"]
variants = ["dec.full", "dec.lin"]
features = "0-639"
[reading.verdict]
rotations = 1
null_banks = 20
controls = "none"
truth = {emoji}/activations.safetensors"

[[reading]]
model = {emoji}/model"
saes = [{emoji}/sae-embed"]
labels = [{emoji}/labels.txt", "words.txt"]
variants = ["native", "enc.native"]

[[reading]]
model = {emoji}/model"
saes = ["synthetic-*"]
labels = ["words.txt"]
variants = ["dec.lin", "enc.lin"]
top = 5
"""


def check(holds, message):
    if not holds:
        raise Failure(message)


def make(work, outs):
    """Writes what the campaign reads, and for each name of a directory to be made a file that asks for it."""
    work.mkdir(parents=True, exist_ok=True)
    for index in (1, 2):
        make_autoencoder(work / f"synthetic-{index}", seed=index)
    words = (EMOJI / "labels.txt").read_text(encoding="utf-8").splitlines()
    choose = random.Random(1)
    lines = [f"{choose.choice(words)} beside {choose.choice(words)} {number}\n" for number in range(LABELS)]
    (work / "words.txt").write_text("".join(lines), encoding="utf-8")
    for out in outs:
        # The text of a path in JSON is one in TOML too; its end follows in the file.
        text = CAMPAIGN.format(out=json.dumps(out), shard=SHARD, emoji=json.dumps(str(EMOJI))[:-1])
        (work / f"{out}.toml").write_text(text, encoding="utf-8")


def make_autoencoder(folder, seed):
    """Writes random directions of the residual stream that sae-resid reads, in the same layout."""
    folder.mkdir(exist_ok=True)
    configuration = json.loads((EMOJI / "sae-resid" / "cfg.json").read_text(encoding="utf-8"))
    configuration["d_sae"] = FEATURES
    (folder / "cfg.json").write_text(json.dumps(configuration), encoding="utf-8")
    generator = np.random.default_rng(seed)
    tensors = {
        "W_enc": generator.standard_normal((WIDTH, FEATURES), np.float32), "b_enc": np.zeros(FEATURES, np.float32),
        "W_dec": generator.standard_normal((FEATURES, WIDTH), np.float32), "b_dec": np.zeros(WIDTH, np.float32),
    }  # fmt: skip
    save_file(tensors, folder / "sae_weights.safetensors")


class Lensctl:
    """The program, with one environment."""

    def __init__(self, path, environment=None):
        self.path, self.environment = str(Path(path).resolve()), environment or os.environ

    def run(self, *arguments, status=0):
        """Runs a command that must end with a status; what it printed on standard output."""
        command = [self.path, *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=600)
        check(done.returncode == status, f"{' '.join(command)}: status {done.returncode}, expected {status}: {done.stderr.strip()}")
        return done.stdout

    def status(self, campaign, by="campaign"):
        return json.loads(self.run(by, "status", campaign, "--json"))


class Reference:
    """The same campaign on one machine, in one process, while other things are waited for."""

    def __init__(self, lensctl, work):
        self.lensctl, self.out = lensctl, work / "alone"
        lensctl.run("campaign", "plan", work / "alone.toml")

    def __enter__(self):
        command = [self.lensctl.path, "campaign", "run", str(self.out), "--threads", "2"]
        self.process = subprocess.Popen(command, env=self.lensctl.environment)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def finish(self):
        """Waits for its end, merges it, and returns its directory."""
        status = self.process.wait(600)
        check(status == 0, f"{self.out}: campaign run: status {status}, expected 0")
        self.lensctl.run("campaign", "merge", self.out)
        return self.out


def stop_midway(process, item, lensctl, campaign):
    """Stops a process if it is in the middle of an item; whether it was."""
    if not holds_lock(process):
        return False
    time.sleep(random.uniform(0, 0.1))
    try:
        os.kill(process, signal.SIGSTOP)
        if holds_lock(process) and item in lensctl.status(campaign)["running_items"]:
            return True
        os.kill(process, signal.SIGCONT)
    except ProcessLookupError:
        pass
    return False


def holds_lock(process):
    """Whether a process holds a lock on a file, as lensctl does in the middle of an item."""
    return any(line.split()[4] == str(process) for line in Path("/proc/locks").read_text().splitlines() if "->" not in line)


def index_list(ids):
    """Ids as job arrays and lensctl list them: 3,7-9."""
    parts, rest = [], sorted(ids)
    while rest:
        end = next((k for k in range(1, len(rest)) if rest[k] != rest[0] + k), len(rest))
        parts += [f"{rest[0]}-{rest[end - 1]}"] if end > 2 else map(str, rest[:end])
        rest = rest[end:]
    return ",".join(parts)


def indices(text):
    """The ids of such a list."""
    ids = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        ids += range(int(first), int(last or first) + 1)
    return ids


def files(folder):
    """All files of runs and summary, by their paths; but environment.json, which says when and where a run was made."""
    paths = [path for path in folder.glob("runs/**/*") if path.is_file()] + list(folder.glob("summary.*"))
    return {str(path.relative_to(folder)): path for path in paths if path.name != "environment.json"}


def compare(one, other):
    """Compares two merged campaigns byte by byte; the number of runs, files and bytes."""
    left, right = files(one), files(other)
    check(left.keys() == right.keys(), f"{one} and {other}: found files that only one has: {sorted(left.keys() ^ right.keys())}")
    different = [name for name in sorted(left) if left[name].read_bytes() != right[name].read_bytes()]
    check(not different, f"{one} and {other}: found files that differ: {different}")
    runs = {name.split("/")[1] for name in left if name.startswith("runs/")}
    planned = {run["id"] for run in json.loads((one / "campaign.json").read_text(encoding="utf-8"))["runs"]}
    check(runs == planned, f"{one}: found runs {sorted(runs)}, expected {sorted(planned)}")
    return len(runs), len(left), sum(path.stat().st_size for path in left.values())
