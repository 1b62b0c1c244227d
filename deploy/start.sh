#!/bin/sh
# Opens the app. Everything it needs lies in this folder; no internet is used.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
for version in $(cat "$here/PYTHONS.txt"); do
  if command -v "python$version" >/dev/null 2>&1; then
    exec "python$version" "$here/start.py" "$@"
  fi
done
exec python3 "$here/start.py" "$@"
