#!/usr/bin/env bash
# Format, lint, types, import layers, templates, migrations complete.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff format --check -q caicach tests bench tools
$bin/ruff check -q caicach tests bench tools
$bin/mypy caicach --no-error-summary
$bin/lint-imports >/dev/null || $bin/lint-imports
# letters carry their styles in themselves: no mail program fetches ours
$bin/djlint caicach/templates --lint --quiet --extend-exclude letters
CAICACH_DATA=$(mktemp -d) $bin/python -m caicach manage makemigrations --check --dry-run >/dev/null ||
  { echo "Thiếu migration: chạy .venv/bin/caicach manage makemigrations" >&2; exit 1; }
echo "lint: sạch"
