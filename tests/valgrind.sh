#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Replays captures under valgrind with both engines: tests/valgrind.sh BUILD_DIR [CAPTURE_OR_FOLDER…]
# BUILD_DIR holds mailtap, built without sanitizers (RelWithDebInfo). By default the captures are our own and those of a corpus
# where there is one (MAILTAP_CORPUS, else ../shared/corpus). Several captures go through one process; files above 5 MB are
# passed over with a message. What libraries keep on purpose is listed in tests/valgrind.supp.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '4,7s/^# //p' "$0" >&2; exit 2; }
build=$(realpath "$1")
shift
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
batch_size=12 size_max=$((5 * 1024 * 1024))

python3 -B "$here/functional/captures/make_captures.py" "$folder/own"
corpus=${MAILTAP_CORPUS:-$here/../../shared/corpus}
places=("$@")
if [ $# -eq 0 ]; then
    places=("$folder/own")
    if [ -d "$corpus/pcaps" ]; then places+=("$corpus/pcaps"); else echo "no corpus of captures here (MAILTAP_CORPUS): own captures only"; fi
fi

captures=()
while IFS= read -r -d '' file; do
    if [ "$(stat -c %s "$file")" -gt $size_max ]; then
        echo "passed over (above 5 MB): $file"
    else
        captures+=("$file")
    fi
done < <(find "${places[@]}" -type f -name '*.pcap*' -print0 | sort -z)

# mailtap's own exit status may be 1 (a capture that ends early); 9 is valgrind's.
replay() {
    local engine=$1 status=0
    shift
    nice -n 10 valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect,possible \
        --errors-for-leak-kinds=definite,indirect,possible --suppressions="$here/valgrind.supp" --num-callers=25 \
        "$build/mailtap" replay --quiet --records all --engine "$engine" "$@" >/dev/null 2>"$folder/log" || status=$?
    [ "$status" -gt 1 ] || return 0
    printf 'exit %d, engine %s:\n' "$status" "$engine"
    printf '  %s\n' "$@"
    head -c 20000 "$folder/log"
    return 1
}

failed=0
for engine in native libnids; do
    for ((at = 0; at < ${#captures[@]}; at += batch_size)); do
        replay "$engine" "${captures[@]:at:batch_size}" || failed=$((failed + 1))
    done
    echo "$engine: ${#captures[@]} captures, $failed batches with findings so far"
done
[ "$failed" -eq 0 ]
