"""Stops runs in every way that an operating system has, and checks that nothing is lost and nothing is wrong.

A small run of examples/emoji in shards is made once without a fault. Then:

    crash.py kill    sends SIGKILL at random moments, until so many were sent; the same command goes on each time. Now and then
                     it replaces a run (--force), and where the file system can exchange names one must stand at every moment
    crash.py fault   fails one system call after another, by strace: every n-th write, fsync, rename, open and map,
                     each with the error that a full or broken disk gives; then the same command goes on without faults

In either case a command that ends with 0 must leave the run of the one without a fault, byte for byte but for
environment.json, one that does not must leave nothing under the final name, and the same command again must end with 0
and leave no file besides. A command that fails by an injected error must say so in one line. Exit status 0 if all of that
held, 1 if not, 77 if strace cannot be used here.
"""

import argparse
import ctypes
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

EMOJI = Path(__file__).resolve().parents[2] / "examples" / "emoji"

# What is failed, and how: the calls by which files are made, written, made durable, named, opened and mapped.
FAULTS = [
    ("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"), ("fsync", "ENOSPC"), ("rename", "EIO"), ("rename", "ENOSPC"),
    ("renameat2", "EIO"), ("openat", "EIO"), ("openat", "ENOSPC"), ("mmap", "ENOMEM"),
]  # fmt: skip

# A program that cannot get memory or its libraries may end in any way: nothing must be lost, that is all.
MAY_CRASH = {"mmap", "openat"}


class Run:
    """The command under test, in a directory of its own."""

    def __init__(self, options):
        self.work = options.work.resolve()
        self.out = self.work / "run"
        self.lensctl = str(options.lensctl.resolve())
        self.replaces = False  # whether a run stands that the command is to replace
        self.environment = os.environ | {
            "LENSCTL_CACHE": str(self.work / "cache"), "SWIFT_BACKTRACE": "enable=no",
        }  # fmt: skip

    def command(self, out=None):
        return [
            self.lensctl, "scan", "--model", str(EMOJI / "model"), "--sae", str(EMOJI / "sae-resid"), "--labels",
            str(EMOJI / "labels.txt"), "--threads", "2", "--shard-size", "200", "--quiet", "--out", str(out or self.out),
            *(["--force"] if self.replaces else []),
        ]  # fmt: skip

    def start(self, prefix=(), out=None):
        return subprocess.Popen(
            [*prefix, *self.command(out)], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def finish(self, prefix=(), out=None):
        """Runs the command to its end: its status and its messages."""
        process = self.start(prefix, out)
        messages = process.communicate()[1]
        return process.returncode, messages

    def clear(self, cache):
        """Removes the run and what was left of it, and for some also the cache of label banks."""
        for path in self.work.glob("run*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if cache:
            shutil.rmtree(self.work / "cache", ignore_errors=True)

    def contents(self, out=None):
        """The digests of the files of the run, by name."""
        out = out or self.out
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.iterdir())
            if path.name != "environment.json"
        }

    def leftovers(self):
        return sorted(path.name for path in self.work.glob("run*") if path != self.out)


def exchanges_names(folder):
    """Whether the file system can exchange two names."""
    paths = [folder / "one", folder / "two"]
    for path in paths:
        path.write_bytes(b"")
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE
    status = ctypes.CDLL(None).renameat2(here, bytes(paths[0]), here, bytes(paths[1]), exchange)
    for path in paths:
        path.unlink()
    return status == 0


class Failure(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Failure(what)


def check_complete(run, wanted, what):
    require(run.out.is_dir(), f"{what}: exit status 0 without a run")
    require(run.contents() == wanted, f"{what}: another run: {run.contents()}")
    json.loads((run.out / "environment.json").read_text(encoding="utf-8"))


def go_on(run, wanted, what):
    """The same command again, without a fault."""
    status, messages = run.finish()
    require(status == 0, f"{what}: going on ended with {status}: {messages}")
    check_complete(run, wanted, what)
    require(not run.leftovers(), f"{what}: left {run.leftovers()}")


def kill_loop(run, wanted, count, seed):
    """Sends so many SIGKILLs at random moments."""
    draws = random.Random(seed)
    exchanges = exchanges_names(run.work)

    def start_anew():
        """Keeps the run, to be replaced, or removes it."""
        run.replaces = draws.random() < 0.3
        if not run.replaces:
            run.clear(cache=draws.random() < 0.5)

    run.clear(cache=True)
    begin = time.monotonic()
    run.finish()
    length = time.monotonic() - begin
    kills = completed = kept = replacing = 0
    most = 0
    run.clear(cache=True)
    while kills < count:
        process = run.start()
        # Beyond the end now and then, so that some runs are completed.
        time.sleep(draws.uniform(0, 1.2 * length))
        process.send_signal(signal.SIGKILL)
        messages = process.communicate()[1]
        if process.returncode == -signal.SIGKILL:
            kills += 1
            replacing += run.replaces
            require(run.out.exists() or not (run.replaces and exchanges), f"kill {kills}: the run that was to be replaced is gone")
            shards = len(list((run.work / "run.partial" / "shards").glob("*.json")))
            kept += shards > 0
            most = max(most, shards)
            if run.out.exists():
                check_complete(run, wanted, f"kill {kills}")
        else:
            require(process.returncode == 0, f"after kill {kills}: ended with {process.returncode}: {messages}")
            check_complete(run, wanted, f"after kill {kills}")
        if run.out.exists():
            go_on(run, wanted, f"after kill {kills}")
            completed += 1
            start_anew()
        elif draws.random() < 0.1:
            go_on(run, wanted, f"after kill {kills}")
            completed += 1
            start_anew()
    go_on(run, wanted, "after the last kill")
    run.replaces = False
    print(
        f"kill: {kills} SIGKILLs, {kept} of them with shards kept (at most {most}), {replacing} where a run was to be replaced, "
        f"{completed + 1} runs completed, all byte-identical; an uninterrupted run takes {length:.3f} s"
    )


def traced(run, *inject):
    return run.finish(["strace", "-f", "-qq", "-o", str(run.work / "trace.txt"), *inject])


def injected_lines(run):
    """The calls that were failed."""
    text = (run.work / "trace.txt").read_text(encoding="utf-8", errors="replace")
    return "\n".join(line for line in text.splitlines() if "(INJECTED)" in line)


def call_counts(run):
    """The most calls that any thread of a run without a fault makes, by call."""
    status, messages = traced(run, "-e", "trace=" + ",".join(sorted({name for name, _ in FAULTS})))
    if status:
        print(f"fault: strace cannot be used here: {messages.strip()[-200:]}", file=sys.stderr)
        sys.exit(77)
    threads = Counter()
    for line in (run.work / "trace.txt").read_text(encoding="utf-8", errors="replace").splitlines():
        if match := re.match(r"(\d+) +(\w+)\(", line):
            threads[match.groups()] += 1
    return {name: max((n for (_, call), n in threads.items() if call == name), default=0) for name, _ in FAULTS}


def make_to_replace(run):
    """Makes a run that the command is to replace then."""
    run.replaces = False
    run.clear(cache=True)
    run.finish()
    shutil.rmtree(run.work / "cache")
    run.replaces = True


def fault_loop(run, wanted, step):
    """Fails every step-th call; each thread counts its own, so several may fail in one run."""
    make_to_replace(run)
    counts = call_counts(run)
    outcomes = {}
    injected = 0
    for name, error in FAULTS:
        for number in range(1, counts[name] + 1, step):
            if name == "renameat2":
                make_to_replace(run)
            else:
                run.replaces = False
                run.clear(cache=True)
            what = f"{name} {number} of {counts[name]} with {error}"
            status, messages = traced(run, "-e", f"trace={name}", "-e", f"inject={name}:error={error}:when={number}")
            injected += len(injected_lines(run).splitlines())
            outcomes.setdefault((name, error), Counter())[status] += 1
            if status == 0 and not run.out.exists() and name == "openat":
                # Without the list of its arguments the program can but say how it is used.
                require(re.search("/proc/self/(cmdline|maps)", injected_lines(run)), f"{what}: exit status 0 without a run")
            elif status == 0:
                check_complete(run, wanted, what)
            else:
                if run.out.exists():
                    # It got its name, and what came after failed.
                    check_complete(run, wanted, what)
                if name not in MAY_CRASH:
                    require(status in (73, 74), f"{what}: ended with {status}: {messages}")
                    require(
                        messages.startswith("lensctl: ") and messages.count("\n") == 1, f"{what}: said {messages!r}"
                    )
            go_on(run, wanted, what)
    for (name, error), statuses in outcomes.items():
        ends = ", ".join(f"{n} with {status}" for status, n in sorted(statuses.items()))
        print(f"fault: {name} {error}: {sum(statuses.values())} runs ended: {ends}")
    print(f"fault: {injected} calls failed in {sum(sum(s.values()) for s in outcomes.values())} runs, all gone on with byte-identical")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("loop", choices=["kill", "fault", "both"])
    parser.add_argument("--lensctl", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--step", type=int, default=1, help="fail every so many calls (default: 1, each of them)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    run = Run(options)
    run.clear(cache=True)
    status, messages = run.finish(out=run.work / "whole")
    if status:
        sys.exit(f"the run without a fault ended with {status}: {messages}")
    wanted = run.contents(run.work / "whole")
    try:
        if options.loop in ("kill", "both"):
            kill_loop(run, wanted, options.kills, options.seed)
        if options.loop in ("fault", "both"):
            fault_loop(run, wanted, options.step)
    except Failure as failure:
        sys.exit(f"crash: {failure}")
    shutil.rmtree(options.work)


if __name__ == "__main__":
    main()
