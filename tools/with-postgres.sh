#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs COMMAND with TEST_POSTGRES_URL pointing to a throw-away PostgreSQL, stopped afterwards.
# fsync is off: nothing in it outlives the command. PG_SAFE=1 leaves fsync on (benchmarks).
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "Chưa có PostgreSQL: bash tools/need-debian.sh test" >&2; exit 2; }
dir=$(mktemp -d); chmod 755 "$dir"; as=
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; as="setpriv --reuid=postgres --regid=postgres --init-groups"; fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
fast="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
[ "${PG_SAFE:-}" = 1 ] && fast=
stop() { (cd / && $as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1) || true; rm -rf "$dir"; }
trap stop EXIT
(cd / && $as "$bin/initdb" -D "$dir/data" -U caicach --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null
 $as "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir $fast" start >/dev/null)
export TEST_POSTGRES_URL="postgres://caicach@127.0.0.1:$port/postgres"
"$@"
