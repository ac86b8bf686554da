#!/bin/sh
# Installs the Debian packages that are missing, as root or through sudo; otherwise prints the line
# that does it and stops. With --test also those that only the tests need, with --cluster those of the
# cluster that campaigns are tried on.
set -eu

packages="libopenblas-dev libboost-math-dev zlib1g-dev libzstd-dev libxxhash-dev libsqlite3-dev pkg-config"
case "${1:-}" in
  --test) packages="$packages python3-numpy python3-venv chromium strace" ;;
  --cluster) packages="$packages python3-numpy python3-venv munge slurmd slurmctld slurm-client" ;;
esac

if ! command -v swift >/dev/null 2>&1; then
  echo "setup: no swift on the PATH; install Swift 6.2 or newer from https://www.swift.org/install" >&2
  exit 69
fi

missing=""
for package in $packages; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = "installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  apt-get update -q && DEBIAN_FRONTEND=noninteractive $install
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
  sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive $install
else
  echo "setup: missing packages; run as root, then try again:" >&2
  echo "  apt-get update && $install" >&2
  exit 69
fi
