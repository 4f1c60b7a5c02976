#!/usr/bin/env bash
# need-debian.sh GROUP: installs the packages of that group of debian-packages.txt that are missing, in one call.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
wanted=$(awk -v g="$1" '$1 == g { print $2 }' "$here/debian-packages.txt")
missing=
for name in $wanted; do
  dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $name"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Máy này không có apt. Hãy cài:$missing" >&2; exit 2
fi
as=
if [ "$(id -u)" != 0 ]; then
  if sudo -n true 2>/dev/null; then as="sudo -n"; else
    echo "Cần quyền quản trị để cài:$missing" >&2
    echo "Hãy nhờ người quản trị chạy: apt-get install --no-install-recommends$missing" >&2; exit 2
  fi
fi
echo "Cài bằng apt:$missing …"
$as apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends $missing >/dev/null
