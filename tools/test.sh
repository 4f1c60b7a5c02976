#!/usr/bin/env bash
# Everything: once on SQLite; then what asks the database, and the stories marked `both`, on PostgreSQL. Not again what
# PostgreSQL answers no otherwise (`one_database`). Three processes on two cores: one of them often waits for a server, a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
py=.venv/bin/python
unset PYTHONDONTWRITEBYTECODE # each server that a test starts would compile the whole package anew
echo "== SQLite =="
$py -m pytest tests -m "not soak" -n 3 --dist worksteal
echo "== PostgreSQL =="
bash tools/with-postgres.sh bash -c 'DATABASE_URL=$TEST_POSTGRES_URL exec '"$py"' -m pytest tests/rooms tests/whole tests/stories -m "not soak and not one_database and (not story or both)" -n 3 --dist worksteal'
