#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every fuzz target for a while, two at a time: tests/fuzz/run.sh BUILD_DIR SECONDS [TARGET…]
# Each inspector of file formats is a target of its own, inspect_NAME.
# The corpora grow in BUILD_DIR/corpus, findings land in BUILD_DIR/artifacts; a finding fails the run and is printed with
# the command that reproduces it.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '4,7s/^# //p' "$0" >&2; exit 2; }
build=$(realpath "$1") seconds=$2
shift 2
here=$(dirname "$(realpath "$0")")
targets=("$@")
if [ $# -eq 0 ]; then
    targets=(decode defrag engine smtp pop3 imap tls mail config resp wire)
    mapfile -t inspectors < <("$build/fuzz/fuzz_inspect" --list)
    targets+=("${inspectors[@]/#/inspect_}")
fi

export LSAN_OPTIONS="suppressions=$here/leaks.txt:print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1

# Longer inputs say nothing new to a target and slow it down.
max_len() {
    case $1 in
    mail | tls | inspect_*) echo 16384 ;;
    config | resp) echo 2048 ;;
    *) echo 4096 ;;
    esac
}

fuzz() {
    local name=$1 corpus=$build/corpus/$1 artifacts=$build/artifacts/$1 log=$build/artifacts/$1.log
    mkdir -p "$corpus" "$artifacts"
    local seeds=$here/seeds/$name
    if [[ $name == inspect_* ]]; then
        seeds=$here/../fixtures/files
        ln -sf fuzz_inspect "$build/fuzz/fuzz_$name"
    fi
    if "$build/fuzz/fuzz_$name" "$corpus" "$seeds" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len="$(max_len "$name")" -artifact_prefix="$artifacts/" -print_final_stats=1 >"$log" 2>&1; then
        echo "$name: $(awk '/stat::number_of_executed_units/ { print $2 }' "$log") executions, $(find "$corpus" -type f | wc -l) inputs kept"
        return 0
    fi
    tail -n 40 "$log" >&2
    for finding in "$artifacts"/*; do
        [ -e "$finding" ] && echo "$name: found; to reproduce: $build/fuzz/fuzz_$name $finding" >&2
    done
    return 1
}

failed=0 running=0
for name in "${targets[@]}"; do
    fuzz "$name" &
    running=$((running + 1))
    [ "$running" -eq 2 ] || continue
    wait -n || failed=1
    running=$((running - 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || failed=1
    running=$((running - 1))
done
exit $failed
