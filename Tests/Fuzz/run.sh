#!/bin/sh
# Runs the fuzz targets one after another and prints a line for each: what was executed and covered.
# Stops with status 1 if any crashed, took longer than 10 s or more than 2 GiB for one input.
#
#   run.sh SECONDS OUT [TARGET...]
#
# Below OUT: seeds/, corpus/TARGET/ (kept from run to run), TARGET.log, and findings/TARGET-*, each of
# which is run again by `FUZZ_TARGET=TARGET .build/fuzz/release/Fuzz FILE`.
set -u

seconds=$1
out=$2
shift 2
here=$(dirname "$0")
fuzz=$here/../../.build/fuzz/release/Fuzz
targets=${*:-safetensors npy zip pickle container json configuration tokenizer pairs merges labels \
  templates}

# Swift's own report of a crash would only delay that of AddressSanitizer.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=0
FUZZ_DIRECTORY=$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)/fuzz.XXXXXX") || exit 74
export FUZZ_DIRECTORY
trap 'rm -rf "$FUZZ_DIRECTORY"' EXIT

mkdir -p "$out/findings" && python3 "$here/seeds.py" "$here/../EngineTests/Fixtures" "$out/seeds" \
  || exit 74
failed=0
for target in $targets; do
  mkdir -p "$out/corpus/$target" "$out/seeds/$target"
  if FUZZ_TARGET=$target "$fuzz" "$out/corpus/$target" "$out/seeds/$target" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=32768 -detect_leaks=0 \
    -dict="$here/tokens.dict" -artifact_prefix="$out/findings/$target-" -print_final_stats=1 \
    >"$out/$target.log" 2>&1; then
    result=passed
  else
    result=FAILED
    failed=1
  fi
  awk -v target="$target" -v result="$result" '
    $3 == "cov:" { cov = $4; ft = $6 }
    $1 == "stat::number_of_executed_units:" { count = $2 }
    $1 == "stat::peak_rss_mb:" { peak = $2 }
    END { printf "%-14s %s %10d executions, cov %d, ft %d, peak %d MiB\n",
          target, result, count, cov, ft, peak }' "$out/$target.log"
done
[ $failed = 0 ] || echo "see $out/findings and the logs in $out" >&2
exit $failed
