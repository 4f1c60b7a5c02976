#!/usr/bin/env bash
# Everything: once on SQLite; then what touches the database, and the stories marked `both`, on PostgreSQL.
set -euo pipefail
cd "$(dirname "$0")/.."
py=.venv/bin/python
echo "== SQLite =="
$py -m pytest tests -m "not soak" -n 2 --dist worksteal
echo "== PostgreSQL =="
bash tools/with-postgres.sh bash -c 'DATABASE_URL=$TEST_POSTGRES_URL exec '"$py"' -m pytest tests/rooms tests/whole tests/stories -m "not soak and (not story or both)" -n 3 --dist worksteal'
