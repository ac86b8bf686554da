#!/usr/bin/env python3
"""Does a campaign of lensctl with Dask: on this machine, on a cluster under PBS, LSF, SGE, Slurm ..., or in Kubernetes.

    lensctl campaign plan campaign.toml
    dask_campaign.py campaign/ --on local --workers 4
    dask_campaign.py campaign/ --on pbs --workers 50 --cores 8 --memory 16GB --walltime 02:00:00 --queue cpu
    dask_campaign.py /shared/campaign --scheduler tcp://dask-scheduler:8786

Each item of the table of work is one task, `lensctl campaign run DIR --item i/N`: label banks first, then readings and verdicts, then the
merge. All machines must have lensctl, the campaign and what it reads under the same paths. An item is tried again if its worker is lost,
if it is killed, or if it ends with status 75: stopped, or held by another process. Any other status stops everything; its message is
printed, and this program ends with it. The same command again does what is left.

A worker does one item at a time, with all its cores. Start workers of a scheduler of your own by `dask worker --nthreads 1 ADDRESS`;
they need no file but lensctl. Needs distributed, and dask-jobqueue for queueing systems.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import uuid

from distributed import Client, LocalCluster, as_completed

AGAIN = (os.EX_TEMPFAIL, -signal.SIGTERM, -signal.SIGKILL)  # statuses of what can be tried again; the first is 75
SYSTEMS = ("pbs", "lsf", "sge", "slurm")


def call(command, pause):
    """Runs a command where a worker is, after a pause in seconds: its status, output and messages."""
    time.sleep(pause)
    try:
        done = subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        return os.EX_UNAVAILABLE, "", str(error)
    return done.returncode, done.stdout, done.stderr.strip()


def say(text):
    print(f"dask_campaign: {text}", file=sys.stderr, flush=True)


class Stopped(Exception):
    """A status that no other try mends, and its message."""


class Campaign:
    """The items of one campaign, done by the workers of a client."""

    def __init__(self, client, arguments):
        self.client, self.retries = client, arguments.retries
        self.command, self.directory = [arguments.lensctl, "campaign"], arguments.campaign
        self.options = ["--threads", str(arguments.cores), "--stage"]

    def submit(self, command, pause=0):
        # A key of its own, or the same command again, or one of another campaign, would be taken for the one before.
        return self.client.submit(call, command, pause, key=f"lensctl-{uuid.uuid4()}")

    def run(self, commands):
        """Runs commands on workers, again where need be; what each printed, by the key in `commands`."""
        futures = {self.submit(command): (name, 0) for name, command in commands.items()}
        outputs, ended = {}, as_completed(list(futures))
        for future in ended:
            name, tries = futures.pop(future)
            # Dask itself gives a task to another worker when one is lost, but not for ever.
            status, output, message = future.result() if future.status == "finished" else (AGAIN[0], "", "its workers were lost")
            if status not in (0, *AGAIN) or status and tries == self.retries:
                self.client.cancel(list(futures))
                raise Stopped(status, f"{name}: {message.removeprefix(name + ': ')}")
            if status == 0:
                outputs[name] = output
            else:
                say(f"{name}: again: status {status}: {message.removeprefix(name + ': ')}")
                future = self.submit(commands[name], pause=min(30, 2 ** (tries + 1)))
                futures[future] = name, tries + 1
                ended.add(future)
        return outputs

    def lensctl(self, *arguments):
        return self.run({arguments[0]: [*self.command, *arguments]})[arguments[0]]

    def do(self):
        """Does what is not done, and merges it."""
        status = json.loads(self.lensctl("status", self.directory, "--json"))
        count, labels = status["items"], sum(status["stages"]["labels"].values())
        left = indices(status["open"]) + status["running_items"]
        for stage, ids in (("labels", range(labels)), ("work", range(labels, count))):
            run = [*self.command, "run", self.directory, *self.options, stage]
            items = {f"item {i}": [*run, "--item", f"{i}/{count}"] for i in left if i in ids}
            say(f"{stage}: {len(items)} items to do")
            self.run(items)
        print(self.lensctl("merge", self.directory), end="")


def indices(text):
    """The ids that lensctl lists as 3,7-9."""
    bounds = (part.split("-") for part in text.split(",") if part)
    return [i for bound in bounds for i in range(int(bound[0]), int(bound[-1]) + 1)]


def start(arguments):
    """The cluster whose workers do the items."""
    if arguments.on == "local":
        return LocalCluster(n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None)
    import dask_jobqueue
    asked = {name: vars(arguments)[name] for name in ("cores", "memory", "walltime", "queue", "interface") if vars(arguments)[name]}
    kind = getattr(dask_jobqueue, arguments.on.upper() + "Cluster")
    cluster = kind(**asked, processes=1, worker_extra_args=["--nthreads", "1"], job_extra_directives=arguments.directive)
    # Jobs that end, at their time limit or otherwise, are replaced.
    cluster.adapt(minimum_jobs=arguments.workers, maximum_jobs=arguments.workers)
    return cluster


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("campaign", help="the directory that `lensctl campaign plan` made")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--on", choices=("local", *SYSTEMS), help="where workers are started")
    place.add_argument("--scheduler", metavar="ADDRESS", help="a scheduler that has workers, such as tcp://host:8786")
    parser.add_argument("--lensctl", default="lensctl", help="the program, on all machines (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="how many are started, each a job of its own (%(default)s)")
    parser.add_argument("--cores", type=int, default=1, help="the cores of a worker, and the threads of lensctl (%(default)s)")
    parser.add_argument("--memory", default="4GB", help="the memory of a job (%(default)s)")
    parser.add_argument("--walltime", help="the time limit of a job, as the queueing system writes it")
    parser.add_argument("--queue", help="the queue or partition of jobs")
    parser.add_argument("--interface", help="the network interface by which workers find the scheduler, such as ib0")
    parser.add_argument("--directive", action="append", default=[], help="a further line of the job script's head; repeat it for several")
    parser.add_argument("--retries", type=int, default=20, help="how often an item is tried again (%(default)s)")
    arguments = parser.parse_args()
    if os.path.exists(arguments.campaign):
        arguments.campaign = os.path.abspath(arguments.campaign)
    cluster = arguments.scheduler or start(arguments)
    try:
        with Client(cluster) as client:
            Campaign(client, arguments).do()
    except Stopped as stop:
        say("status {}: {}".format(*stop.args))
        sys.exit(stop.args[0])
    finally:
        if not arguments.scheduler:
            cluster.close()


if __name__ == "__main__":
    main()
