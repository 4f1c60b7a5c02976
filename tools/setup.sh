#!/usr/bin/env bash
# setup.sh PYTHON LOCK: makes .venv, installs LOCK by hash, puts the command `caicach` into it.
set -euo pipefail
python=$1 lock=$2
cd "$(dirname "$0")/.."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Cần Python 3.11 trở lên (đã thử: $python). Cài python3.11 rồi chạy: make setup PYTHON=python3.11" >&2; exit 2; }
if [ ! -x .venv/bin/python ]; then
  "$python" -c 'import venv, ensurepip' 2>/dev/null || bash tools/need-debian.sh venv
  echo "Tạo môi trường .venv …"
  "$python" -m venv .venv
fi
echo "Cài các thư viện trong $lock …"
.venv/bin/python -m pip install -qq --require-hashes -r "$lock"
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd > "$site/caicach.pth"
printf '#!%s/.venv/bin/python\nfrom caicach.cli import main\n\nraise SystemExit(main())\n' "$(pwd)" > .venv/bin/caicach
chmod +x .venv/bin/caicach
