#!/bin/sh
# Opens the app. Everything it needs lies in this folder; no internet is used.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
for version in $(cat "$here/PYTHONS.txt") 3; do
  if "python$version" "$here/start.py" --fits >/dev/null 2>&1; then
    exec "python$version" "$here/start.py" "$@"
  fi
done
cat "$here/NO_PYTHON.txt" "$here/PYTHONS.txt" >&2
exit 1
