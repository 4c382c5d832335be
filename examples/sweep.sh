#!/bin/sh
# A sweep from a script: in slices, each going on where the one before ended, then its JSON as a table.
#
#   sh sweep.sh [RUN]
set -eu
here=$(dirname "$0")
run=${1:-sweep.run}

# Exit code 4: stopped early, here by --limit; the same command goes on. Any other is an error.
until secondsource sweep quickstart "$here/sweep.toml" -o "$run" --limit 4 --json > "$run.json"; do
    [ $? -eq 4 ] || exit 1
done

# What each point costs, and what it decides otherwise than the base.
jq -r '.base.objectives.cost as $base | .runs[]
    | [(.inputs | to_entries[] | select(.value != null) | "\(.key) \(.value)"),
       .status, (.objectives.cost - $base | round), .decisions]
    | @tsv' "$run.json"
