#!/usr/bin/env bash
# setup.sh PYTHON LOCK: makes .venv, installs LOCK by hash, puts the command `caicach` into it. PYTHON empty: the system's own
# where it is new enough: distributions build theirs with profiles of use, and beside one built without them a first start took a
# sixth less of the processor, plain loops a third less; else whatever `python3` is.
set -euo pipefail
python=$1 lock=$2
cd "$(dirname "$0")/.."
is_new() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }
if [ ! -x .venv/bin/python ]; then
  if [ -z "$python" ]; then
    python=python3 own=/usr/bin/python3
    if is_new $own && { makes_venv $own || bash tools/need-debian.sh venv; }; then python=$own; fi
  fi
  is_new "$python" || {
    echo "Cần Python 3.11 trở lên (đã thử: $python). Cài python3.11 rồi chạy: make setup PYTHON=python3.11" >&2; exit 2; }
  makes_venv "$python" || bash tools/need-debian.sh venv
  echo "Tạo môi trường .venv …"
  "$python" -m venv .venv
fi
echo "Cài các thư viện trong $lock …"
.venv/bin/python -m pip install -qq --require-hashes -r "$lock"
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd > "$site/caicach.pth"
printf '#!%s/.venv/bin/python\nfrom caicach.cli import main\n\nraise SystemExit(main())\n' "$(pwd)" > .venv/bin/caicach
chmod +x .venv/bin/caicach
