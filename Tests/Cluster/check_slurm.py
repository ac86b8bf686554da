#!/usr/bin/python3
"""Shows that a campaign under Slurm survives what clusters do to it, and ends as one on a single machine does.

    check_slurm.py --lensctl FILE [--work DIR] [--patient]

Starts a Slurm of its own (slurm.py) with two nodes, and submits a small campaign (campaign.py) by `lensctl slurm submit`. While it runs

- a task that encodes labels, and one that reads features, are ended by SIGKILL in the middle of their work,
- one is requeued by `scontrol requeue`,
- the scripts of two of one array are sent SIGTERM, as Slurm does ahead of the time limit, and go back into the queue of their own accord,
  each alone: one of them is the task whose id is that of the whole array,
- one hangs, as on a file system that does not answer (frozen by a cgroup: SIGTERM is not heard), until its time limit,
- one node is lost with all that it runs.

Then the merge must have refused the gaps; `lensctl slurm resubmit` must submit just the items that are missing; and every file of the
merged runs must have the bytes that `lensctl campaign run` writes in one process. Requeued tasks are let go at once; with --patient the
two minutes for which Slurm holds them back are waited for. Exits 77 where there is no Slurm or no writable cgroup of version 2.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from campaign import Lensctl, Reference, check, compare, index_list, indices, make, stop_midway
from slurm import SKIPPED, Failure, Slurm, Unavailable, fields

LIMIT_SECONDS = 600  # for everything that is waited for

REQUEUED = "PENDING"  # the state by which Slurm records that a task went back into the queue

# SIGTERM comes two minutes ahead of the limit, and up to half a minute before that: items are done in less than what is left.
MINUTES = 3

# slurmd takes a task that comes back within a second or two for the one that it has just ended, and loses it.
RELEASE_SECONDS = 5


class Freezer:
    """A cgroup whose processes do not run, and take no signal but SIGKILL."""

    def __init__(self):
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
        for _, place, kind, *_ in mounts:
            self.folder = Path(place, f"lensctl-proof-{os.getpid()}")
            if kind == "cgroup2" and os.access(place, os.W_OK):
                try:
                    self.folder.mkdir()
                    return
                except OSError:
                    continue
        raise Unavailable("no cgroup of version 2 can be made")

    def freeze(self, process):
        (self.folder / "cgroup.procs").write_text(str(process))
        (self.folder / "cgroup.freeze").write_text("1")

    def remove(self):
        for process in (self.folder / "cgroup.procs").read_text().split():
            os.kill(int(process), signal.SIGKILL)
        until(lambda: not (self.folder / "cgroup.procs").read_text(), "frozen processes end")
        self.folder.rmdir()


def until(value, what):
    """Waits until a function returns something true, and returns that."""
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        found = value()
        if found:
            return found
        check(time.monotonic() < end, f"{what}: did not happen within {LIMIT_SECONDS} s")
        time.sleep(0.005)


class Proof:
    """One campaign under a Slurm, and what is done to its tasks."""

    def __init__(self, slurm, lensctl, campaign, patient):
        self.slurm, self.lensctl, self.campaign, self.patient = slurm, lensctl, campaign, patient
        self.begin, self.caught = time.monotonic(), set()
        self.requeued = {}  # when tasks that wait for their next turn were first seen so
        self.released = 0

    def say(self, text):
        print(f"{time.monotonic() - self.begin:6.1f} s  {text}", flush=True)

    def missing(self, by="campaign"):
        return set(indices(self.lensctl.status(self.campaign, by)["open"]))

    def catch(self, stage, node=None, leads=None):
        """Stops a process of lensctl in the middle of an item; its id, that of its array, and the item.

        Of an array one task, the last to be started, has the id of the whole: `leads` asks for that one, or for another.
        """

        def found():
            for process, variables in self.slurm.tasks(node):
                try:
                    command = Path(f"/proc/{process}/cmdline").read_text().split("\0")
                except OSError:
                    continue
                if process not in self.caught and {"campaign", "run", stage} <= set(command):
                    item, array = int(variables["SLURM_ARRAY_TASK_ID"]), variables["SLURM_ARRAY_JOB_ID"]
                    if leads in (None, variables["SLURM_JOB_ID"] == array) and stop_midway(process, item, self.lensctl, self.campaign):
                        self.caught.add(process)
                        return process, array, item
            return None

        return until(found, f"a task of stage {stage} runs{f' on {node}' if node else ''}")

    def kill(self, process, item):
        os.kill(process, signal.SIGKILL)
        self.say(f"item {item}: killed")

    def tell(self, caught):
        """Sends SIGTERM to the scripts of tasks that were caught, as Slurm does ahead of the time limit, and waits until they have ended."""
        items = {item for *_, item in caught}
        for process, *_ in caught:
            os.kill(int(fields(process)[1]), signal.SIGTERM)
            os.kill(process, signal.SIGCONT)
        until(lambda: items <= {task for _, task, *_ in self.ended()}, f"items {index_list(items)} end when they are told to")
        self.say(f"items {index_list(items)}: told to stop")
        return items

    def wait(self):
        """Waits until no job is left; requeued tasks are let go before their two minutes are over."""

        def idle():
            time.sleep(0.5)
            jobs = self.slurm.jobs()
            self.release([(job, task) for job, task, _, reason in jobs if reason == "BeginTime"])
            check(not any(reason == "DependencyNeverSatisfied" for *_, reason in jobs), f"found jobs that can never run: {jobs}")
            return not jobs

        until(idle, "the queue is empty")

    def release(self, tasks):
        """Lets those tasks go that have waited a little."""
        now = time.monotonic()
        self.requeued = {task: self.requeued.get(task, now) for task in tasks}
        for (job, task), since in self.requeued.items():
            if now - since > RELEASE_SECONDS and not self.patient:
                self.slurm.run("scontrol", "update", f"JobId={job}_{task}", "StartTime=now", check=False)
                self.released += 1

    def ended(self):
        """How tasks ended, as Slurm has it: (job or array, task or None, state, status), in that order."""
        for line in (self.slurm.folder / "completed.txt").read_text().splitlines():
            entry = dict(part.split("=", 1) for part in line.split() if "=" in part)
            task = entry.get("ArrayTaskId")
            yield entry.get("ArrayJobId", entry["JobId"]), int(task) if task else None, entry["JobState"], entry["ExitCode"]


def prove(proof, freezer, work):
    """Does the campaign on the cluster, and compares it with the same on one machine."""
    lensctl, campaign = proof.lensctl, proof.campaign
    lensctl.run("slurm", "submit", work / "cluster.toml", "--partition", "main", "--max-running", 6, "--time", MINUTES, "--cpus-per-task", 1)
    proof.say(f"submitted: {lensctl.status(campaign)['items']} items")
    process, _, item = proof.catch("labels", "node1")
    proof.kill(process, item)
    fates = {item: "FAILED"}
    # A work item makes the bank that is missing now; whoever hung meanwhile would keep all others from it.
    until(lambda: all_labels_done(lensctl.status(campaign)), "all label banks are there")
    (frozen, _, hung), (process, _, killed), (_, job, back), (_, _, lost), told = (
        proof.catch("work", node, leads=False) for node in ("node1", "node1", "node1", "node2", "node2"))  # fmt: skip
    fates |= {hung: "TIMEOUT", killed: "FAILED", back: REQUEUED, lost: "NODE_FAIL"}
    freezer.freeze(frozen)
    proof.say(f"item {hung}: hangs, with a time limit of {MINUTES} minutes")
    proof.kill(process, killed)
    proof.slurm.run("scontrol", "requeue", f"{job}_{back}")
    proof.say(f"item {back}: requeued")
    fates |= dict.fromkeys(proof.tell([told, proof.catch("work", leads=True)]), REQUEUED)
    proof.slurm.lose_node("node2")
    proof.say(f"item {lost}: its node lost")
    with Reference(Lensctl(lensctl.path), work) as reference:
        proof.wait()
        proof.say(f"queue empty; {proof.released} requeued tasks let go ahead of time")
        check_fates(proof, fates)
        check_refusal(proof, {hung, killed})

        before = len(submissions(campaign))
        lensctl.run("slurm", "resubmit", campaign)
        # By the record: the first may be done before the queue is looked at.
        submitted = {item for job in submissions(campaign)[before:] for item in job["indices"]}
        check(submitted == {hung, killed}, f"found {index_list(submitted)} resubmitted, expected {index_list({hung, killed})}")
        proof.say(f"resubmitted {index_list(submitted)}")
        proof.wait()
        missing = proof.missing(by="slurm")
        check(not missing, f"found {index_list(missing)} missing after the second round, expected none")
        proof.say("everything is done")
        return compare(campaign, reference.finish())


def submissions(campaign):
    """The jobs that were submitted, as lensctl has recorded them."""
    return json.loads((campaign / "slurm.json").read_text())["jobs"]


def all_labels_done(status):
    labels = status["stages"]["labels"]
    return labels["done"] == sum(labels.values())


def check_fates(proof, fates):
    """Checks that what was meant to happen to tasks did, as Slurm has it, and that those that it requeued were done then."""
    ended = list(proof.ended())
    for item, fate in fates.items():
        states = [state for _, task, state, _ in ended if task == item]
        check(fate in states, f"item {item}: found {states} in Slurm's record, expected {fate}")
        if fate in (REQUEUED, "NODE_FAIL"):
            check(states[-1] == "COMPLETED", f"item {item}: found {states} in Slurm's record, expected COMPLETED at last")


def check_refusal(proof, expected):
    """Checks that what is missing are some items, that the merge listed them, and that it wrote nothing."""
    missing = proof.missing(by="slurm")
    check(missing == expected, f"found {index_list(missing)} missing, expected {index_list(expected)}")
    merges = [(job, status) for job, task, _, status in proof.ended() if task is None]
    check([status for _, status in merges] == ["65:0"], f"found merges that ended {merges}, expected one of status 65")
    log = proof.campaign / "log" / f"lensctl-merge-{merges[0][0]}.log"
    text = log.read_text()
    check(index_list(missing) in text, f"{log}: found {text.strip()}, expected a list of {index_list(missing)}")
    check(not (proof.campaign / "summary.json").exists(), "found a summary, expected none while items are missing")
    proof.say(f"missing {index_list(missing)}; the merge refused that")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    parser.add_argument("--work", default="out/cluster/slurm", type=Path)
    parser.add_argument("--patient", action="store_true", help="leave requeued tasks in the queue for their two minutes")
    arguments = parser.parse_args()
    begin, work = time.monotonic(), arguments.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    slurm, freezer = Slurm(tempfile.mkdtemp(prefix="lensctl-slurm-")), None
    try:
        freezer = Freezer()
        slurm.start(nodes=2, cpus=3)
        make(work, ["cluster", "alone"])
        lensctl = Lensctl(arguments.lensctl, slurm.environment)
        runs, count, size = prove(Proof(slurm, lensctl, work / "cluster", arguments.patient), freezer, work)
    except Unavailable as reason:
        print(f"check_slurm: skipped: {reason}")
        sys.exit(SKIPPED)
    except Exception as failure:
        for log in sorted(slurm.folder.glob("*.log")):
            print(f"--- {log.name}", *log.read_text().splitlines()[-20:], sep="\n")
        for log in sorted((work / "cluster" / "log").glob("*.log")):
            print(f"--- {log.name}", *log.read_text().splitlines()[-5:], sep="\n")
        if not isinstance(failure, Failure):
            raise
        sys.exit(f"check_slurm: {failure}")
    finally:
        slurm.stop()
        if freezer:
            freezer.remove()
        shutil.rmtree(slurm.folder)
    print(f"check_slurm: {runs} runs, {count} files, {size} bytes are those of one machine; {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
