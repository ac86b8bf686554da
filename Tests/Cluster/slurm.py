#!/usr/bin/python3
"""A Slurm of its own on this machine: munged, slurmctld and a slurmd for each node, on loopback, without systemd.

    slurm.py start DIR [--nodes N] [--cpus N]
    slurm.py wait-idle DIR [--seconds N]
    slurm.py stop DIR

Everything lies below DIR: configuration, key, sockets, state, logs. Slurm's commands find it by `SLURM_CONF`, which `start` prints.
Nothing is read from /etc/slurm or /etc/munge, and other daemons are left alone. Needs root, and Debian's packages slurmd, slurmctld,
slurm-client and munge (`scripts/setup.sh --cluster`); exits 77 where they are missing or root is.

What a user of a real cluster waits for is cut short where Slurm 22.05 lets it be: the time between SIGTERM and SIGKILL (KillWait, 30 s by
default), that until a silent node is given up (SlurmdTimeout, 300 s), the passes of the scheduler. Not configurable are time limits in
whole minutes, looked at every 30 s, and the two minutes for which a requeued job is held back (`scontrol update JobId=… StartTime=now`
lets it go at once).
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SKIPPED = 77
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
PATH = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"

# Cgroups are not to be had everywhere: processes of a job are found by who started them.
CONFIGURATION = """\
ClusterName=proof
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmctldPort={port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdParameters=config_overrides
SlurmdTimeout=15
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=1
ReturnToService=2
JobRequeue=1
KillWait=5
OverTimeLimit=0
"""


class Unavailable(Exception):
    """Why this machine cannot have a Slurm of its own."""


class Failure(Exception):
    """What went wrong."""


class Slurm:
    """The daemons whose files lie below one folder."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.configuration = self.folder / "slurm.conf"
        self.environment = {**os.environ, "PATH": PATH, "SLURM_CONF": str(self.configuration)}

    def start(self, nodes=1, cpus=2):
        """Starts the daemons, and returns when every node is idle."""
        check_machine(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        # Sockets are for all users of the machine, and munged insists on that.
        self.folder.chmod(0o755)
        names = [f"node{index}" for index in range(1, nodes + 1)]
        for name in ("munge", "state", *(f"spool-{name}" for name in names)):
            (self.folder / name).mkdir(parents=True)
        self._configure(names, cpus)
        try:
            self._daemon(
                "munged", f"--socket={self.folder}/munge/socket", f"--key-file={self.folder}/munge/key",
                f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munge/log",
                f"--seed-file={self.folder}/munge/seed", "--num-threads=2")  # fmt: skip
            self._daemon("slurmctld", "-f", self.configuration, "-i")
            for name in names:
                self._daemon("slurmd", "-f", self.configuration, "-N", name)
            self._wait_for_nodes(60)
        except BaseException:
            self.stop()
            raise

    def run(self, *command, check=True):
        """What a command of Slurm's prints."""
        command = [str(part) for part in command]
        return subprocess.run(command, env=self.environment, text=True, capture_output=True, check=check, timeout=60).stdout

    def jobs(self):
        """Jobs that have not ended, one for each task of an array: (id, task or 'N/A', state, reason)."""
        lines = self.run("squeue", "--noheader", "--array", "--format=%F|%K|%T|%r").splitlines()
        return [tuple(line.strip().split("|")) for line in lines]

    def wait_idle(self, seconds):
        """Waits until no job is left that could still run; returns those that never can."""
        end = time.monotonic() + seconds
        while True:
            jobs = self.jobs()
            stuck = [job for job in jobs if job[3] == "DependencyNeverSatisfied"]
            if len(stuck) == len(jobs):
                return stuck
            if time.monotonic() > end:
                raise Failure(f"jobs are left after {seconds} s: {jobs}")
            time.sleep(0.5)

    def tasks(self, node=None):
        """The processes of jobs that run under this Slurm, or of those on one node: id and variables of the environment."""
        own, on = f"SLURM_CONF={self.configuration}", f"SLURMD_NODENAME={node or ''}"
        for entry in Path("/proc").iterdir():
            try:
                variables = (entry / "environ").read_text(errors="replace").split("\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if own in variables and any(line == on or not node and line.startswith(on) for line in variables):
                yield int(entry.name), dict(line.split("=", 1) for line in variables if "=" in line)

    def lose_node(self, name):
        """Ends a node as a power cut would: its slurmd and all that runs under it, at once."""
        tasks = [process for process, _ in self.tasks(name)]
        # Steps first, or they would tell slurmctld of what ends.
        for process in [self._daemon_process(f"slurmd-{name}"), *steps_of(tasks), *tasks]:
            if process and is_running(process):
                os.kill(process, signal.SIGKILL)

    def stop(self):
        """Ends the jobs, then the daemons, and waits until they are gone."""
        if self._daemon_process("slurmctld"):
            self.run("scancel", "--user=root", check=False)
            self.run("scancel", "--user=root", "--signal=KILL", check=False)
        nodes = sorted(path.stem for path in self.folder.glob("slurmd-*.pid"))
        for name in (*nodes, "slurmctld", "munged"):
            process = self._daemon_process(name)
            if process:
                end_process(process, within=15)
        # Steps and their jobs outlive the slurmd that started them.
        tasks = [process for process, _ in self.tasks()]
        for process in [*steps_of(tasks), *tasks]:
            end_process(process, within=0)

    def _configure(self, names, cpus):
        key = self.folder / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        host = socket.gethostname()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        text = CONFIGURATION.format(host=host, folder=self.folder, port=free_port())
        for name in names:
            node = f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()}"
            text += f"{node} CPUs={cpus} RealMemory={memory} State=UNKNOWN\n"
        text += "PartitionName=main Nodes=ALL Default=YES MaxTime=UNLIMITED State=UP\n"
        self.configuration.write_text(text, encoding="utf-8")

    def _daemon(self, program, *arguments):
        command = [program, *map(str, arguments)]
        # What is left open would be held open by the daemon.
        with open(self.folder / f"{program}.err", "w+", encoding="utf-8") as messages:
            done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages, timeout=60)
            messages.seek(0)
            if done.returncode:
                raise Failure(f"{program}: status {done.returncode}: {messages.read().strip()}")

    def _wait_for_nodes(self, seconds):
        end = time.monotonic() + seconds
        while True:
            states = set(self.run("sinfo", "--noheader", "--Node", "--format=%T", check=False).split())
            if states == {"idle"}:
                return
            if time.monotonic() > end:
                raise Failure(f"{self.folder}: found nodes {' and '.join(sorted(states)) or 'unknown'} after {seconds} s, expected idle")
            time.sleep(0.2)

    def _daemon_process(self, name):
        """The id of the daemon of that name, if it is running and is one of these."""
        try:
            identifier = int((self.folder / f"{name}.pid").read_text())
            own = str(self.folder).encode() in Path(f"/proc/{identifier}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return identifier if own else None


def check_machine(folder):
    """Refuses a machine or a folder that no Slurm can be started in."""
    missing = [program for program in PROGRAMS if not shutil.which(program, path=PATH)]
    if missing:
        raise Unavailable(f"missing programs: {' '.join(missing)}; scripts/setup.sh --cluster installs them")
    if os.geteuid() != 0:
        raise Unavailable("needs root")
    if len(str(folder)) > 80:
        raise Failure(f"{folder}: found a path of {len(str(folder))} bytes, expected at most 80: sockets have short names")
    if (folder / "slurm.conf").exists():
        raise Failure(f"{folder}: found the files of another Slurm, expected a new folder")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def steps_of(processes):
    """The slurmstepds that started some of these processes."""
    parents = {int(fields(process)[1]) for process in processes if is_running(process)}
    return [parent for parent in parents if is_running(parent) and Path(f"/proc/{parent}/comm").read_text().startswith("slurmstepd")]


def fields(process):
    """State, parent and more of a process, as `proc(5)` lists them behind its name."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def is_running(identifier):
    """Whether a process is there and not a zombie."""
    try:
        return fields(identifier)[0] != "Z"
    except OSError:
        return False


def end_process(identifier, within):
    """Ends a process by SIGTERM, and by SIGKILL if that takes longer than `within` seconds."""
    for number, seconds in ((signal.SIGTERM, within), (signal.SIGKILL, 5)):
        if seconds and is_running(identifier):
            os.kill(identifier, number)
            end = time.monotonic() + seconds
            while is_running(identifier) and time.monotonic() < end:
                time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("start", "stop", "wait-idle"))
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--cpus", type=int, default=2, help="processors of a node, as many as you like (%(default)s)")
    parser.add_argument("--seconds", type=float, default=600, help="how long wait-idle waits (%(default)s)")
    arguments = parser.parse_args()
    slurm = Slurm(arguments.folder)
    try:
        if arguments.command == "start":
            slurm.start(arguments.nodes, arguments.cpus)
            print(f"export SLURM_CONF={slurm.configuration}")
        elif arguments.command == "stop":
            slurm.stop()
        else:
            for job in slurm.wait_idle(arguments.seconds):
                print("never:", *job)
    except Unavailable as reason:
        print(f"slurm: skipped: {reason}", file=sys.stderr)
        sys.exit(SKIPPED)
    except Failure as failure:
        sys.exit(f"slurm: {failure}")


if __name__ == "__main__":
    main()
