#!/bin/sh
# Does a campaign of lensctl on machines that are reached by SSH, with GNU parallel.
#
#   lensctl campaign plan campaign.toml
#   parallel_campaign.sh campaign/ 8/node1,8/node2 [OPTION OF PARALLEL]...
#
# 8/node1 is a machine and how many items it does at a time; : is this machine. All need lensctl on their PATH, or
# under LENSCTL, and the campaign and what it reads under the same paths. An item that fails, or whose machine
# does not answer, is tried five times, elsewhere if it can be. The same command again does what is left.
# Needs parallel and jq here.
set -eu
lensctl=${LENSCTL:-lensctl}
campaign=$(realpath "$1")
machines=$2
shift 2

status=$("$lensctl" campaign status "$campaign" --json)
items=$(printf %s "$status" | jq .items)
labels=$(printf %s "$status" | jq '.stages.labels | add')

run() { # STAGE FIRST LAST: --quote, for the shell of the other machine takes paths apart too
  stage=$1 first=$2 last=$3
  shift 3
  seq "$first" "$last" | parallel --sshlogin "$machines" --retries 5 --quote "$@" \
    "$lensctl" campaign run "$campaign" --stage "$stage" --item "{}/$items" --threads 1
}
run labels 0 $((labels - 1)) "$@"
run work "$labels" $((items - 1)) "$@"
exec "$lensctl" campaign merge "$campaign"
