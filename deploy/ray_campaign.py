#!/usr/bin/env python3
"""Does a campaign of lensctl with Ray: on this machine, or with `--address` on a cluster that runs.

    lensctl campaign plan campaign.toml
    ray_campaign.py campaign/ --cores 4

All machines must have lensctl, the campaign and what it reads under the same paths. An item is tried again if its worker is lost, or if it
ends with status 75; any other status stops everything, and its message is printed. The same command again does what is left.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import ray


class Again(Exception):
    """An item was stopped, killed, or is held by another process."""


def call(*command):
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode in (75, -9, -15):
        time.sleep(5)
        raise Again(done.stderr)
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("campaign", type=os.path.abspath)
    parser.add_argument("--lensctl", default="lensctl")
    parser.add_argument("--address", help="of a cluster, such as auto; default: one of its own on this machine")
    parser.add_argument("--cores", type=int, default=1, help="the cores of an item, and its threads (%(default)s)")
    arguments = parser.parse_args()
    ray.init(address=arguments.address or "local", include_dashboard=False)
    task = ray.remote(num_cpus=arguments.cores, max_retries=20, retry_exceptions=[Again])(call)

    def run(command, endings=((),)):
        for each in [task.remote(arguments.lensctl, "campaign", command, arguments.campaign, *ending) for ending in endings]:
            status, output, message = ray.get(each)
            if status:
                print(f"ray_campaign: status {status}: {message}", file=sys.stderr)
                sys.exit(status)
        return output if endings else ""

    status = json.loads(run("status", [("--json",)]))
    count, labels = status["items"], sum(status["stages"]["labels"].values())
    for stage, ids in (("labels", range(labels)), ("work", range(labels, count))):
        run("run", [("--stage", stage, "--item", f"{i}/{count}", "--threads", str(arguments.cores)) for i in ids])
    print(run("merge"), end="")


if __name__ == "__main__":
    main()
