#!/usr/bin/python3
"""Shows that a campaign under Dask survives the loss of workers, and ends as one on a single machine does.

    check_dask.py --lensctl FILE --python FILE [--work DIR]

Has deploy/dask_campaign.py do a small campaign (campaign.py) on four worker processes of a LocalCluster. Meanwhile, each in the middle of
an item,

- one worker is ended by SIGKILL while its lensctl lives on and holds its item: whoever gets that item then must try it again,
- one worker is ended by SIGKILL with its lensctl, as if its machine were gone,
- one lensctl gets SIGTERM, as before a time limit, and must be asked for its item again.

Every file of the merged runs must have the bytes that `lensctl campaign run` writes in one process. Then a campaign whose label file is
gone must stop with lensctl's own status and message. `--python` is one that has dask and distributed (dask-requirements.txt).
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from campaign import Lensctl, Reference, check, compare, make, stop_midway
from slurm import Failure, fields, is_running

LIMIT_SECONDS = 300
SCRIPT = Path(__file__).resolve().parent.parent.parent / "deploy" / "dask_campaign.py"


class Proof:
    """A campaign that Dask does, and what is done to its processes."""

    def __init__(self, python, lensctl, work):
        self.lensctl, self.campaign, self.begin, self.caught = lensctl, work / "cluster", time.monotonic(), set()
        lensctl.run("campaign", "plan", work / "cluster.toml")
        self.messages = work / "messages.txt"
        self.command = [python, SCRIPT, self.campaign, "--on", "local", "--workers", "4", "--lensctl", lensctl.path]

    def __enter__(self):
        with open(self.messages, "w", encoding="utf-8") as messages:
            self.process = subprocess.Popen(self.command, stdout=messages, stderr=messages, start_new_session=True)
        return self

    def __exit__(self, *_):
        """Ends what is left of it: workers and items are of its session."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and is_running(entry.name) and int(fields(entry.name)[3]) == self.process.pid:
                os.kill(int(entry.name), signal.SIGKILL)
        self.process.wait()

    def say(self, text):
        print(f"{time.monotonic() - self.begin:6.1f} s  {text}", flush=True)

    def catch(self):
        """Stops a process of lensctl in the middle of an item; its id, that of its worker, and the item."""
        end = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < end:
            check(self.process.poll() is None, f"dask_campaign: ended with {self.process.poll()} before all was tried")
            for process, item in self.items():
                if process not in self.caught and stop_midway(process, item, self.lensctl, self.campaign):
                    self.caught.add(process)
                    return process, int(fields(process)[1]), item
            time.sleep(0.005)
        raise Failure(f"no item of the work was caught within {LIMIT_SECONDS} s")

    def wait_for_messages(self, expected):
        """Waits until the program has printed texts."""
        end = time.monotonic() + LIMIT_SECONDS
        while True:
            text = self.messages.read_text(encoding="utf-8")
            if all(message in text for message in expected):
                return
            late = self.process.poll() is not None or time.monotonic() > end
            check(not late, f"dask_campaign: found no {' or '.join(expected)} in what it printed: {text}")
            time.sleep(0.1)

    def items(self):
        """The processes that do an item of the work of this campaign, and which."""
        for entry in Path("/proc").iterdir():
            try:
                command = (entry / "cmdline").read_text().split("\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if {"run", "work", str(self.campaign), "--item"} <= set(command) and is_running(entry.name):
                yield int(entry.name), int(command[command.index("--item") + 1].split("/")[0])


def prove(proof, work):
    """Has the campaign done under losses, and compares it with the same on one machine."""
    with proof:
        orphan, worker, held = proof.catch()
        os.kill(worker, signal.SIGKILL)
        proof.say(f"item {held}: its worker killed, its lensctl left")
        process, worker, item = proof.catch()
        os.kill(worker, signal.SIGKILL)
        os.kill(process, signal.SIGKILL)
        proof.say(f"item {item}: its worker and its lensctl killed")
        process, _, stopped = proof.catch()
        os.kill(process, signal.SIGTERM)
        os.kill(process, signal.SIGCONT)
        proof.say(f"item {stopped}: told to stop")
        with Reference(Lensctl(proof.lensctl.path), work) as reference:
            proof.wait_for_messages([f"item {item}: again: " for item in (held, stopped)])
            os.kill(orphan, signal.SIGCONT)
            status = proof.process.wait(LIMIT_SECONDS)
            text = proof.messages.read_text(encoding="utf-8")
            check(status == 0, f"dask_campaign: status {status}, expected 0: {text}")
            proof.say(f"everything is done; {text.count(': again: ')} items were asked for again")
            return compare(proof.campaign, reference.finish())


def check_refusal(proof, work):
    """Checks that what no other try can mend stops everything, with lensctl's status and message."""
    os.rename(work / "words.txt", work / "words.gone")
    shutil.rmtree(proof.campaign / "banks")
    shutil.rmtree(proof.campaign / "work")
    done = subprocess.run(proof.command, text=True, capture_output=True, timeout=LIMIT_SECONDS)
    found = f"status {done.returncode} without a label file"
    check(done.returncode not in (0, 1, 75), f"dask_campaign: {found}, expected that of lensctl: {done.stderr}")
    line = next((line for line in done.stderr.splitlines() if line.startswith(f"dask_campaign: status {done.returncode}: item ")), "")
    check("words.txt" in line, f"dask_campaign: found {done.stderr}, expected a message that names words.txt")
    item = line.split(": ")[2]
    check(line.count(f"{item}: ") == 1, f"dask_campaign: found {line}, expected {item} once")
    proof.say(f"without a label file: {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--python", default=sys.executable, help="a Python that has dask")
    parser.add_argument("--work", default="out/cluster/dask", type=Path)
    arguments = parser.parse_args()
    begin, work = time.monotonic(), arguments.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    make(work, ["cluster", "alone"])
    try:
        proof = Proof(arguments.python, Lensctl(arguments.lensctl), work)
        runs, count, size = prove(proof, work)
        check_refusal(proof, work)
    except Failure as failure:
        sys.exit(f"check_dask: {failure}")
    print(f"check_dask: {runs} runs, {count} files, {size} bytes are those of one machine; {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
