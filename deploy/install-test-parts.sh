#!/bin/sh
# Installs what the tests need and this machine lacks: Redis, ClickHouse, ZooKeeper, nginx, Caddy, Chromium and what
# lint.sh checks with, from Debian's or Ubuntu's own packages. Does nothing, and quickly, when all is there. The tests start
# the servers themselves, on free ports, so none of those installed here is started now or at boot.
set -eu

missing=''
# needs PROGRAM PACKAGE
needs() {
  PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

needs redis-server redis-server
needs redis-cli redis-tools
needs clickhouse-server clickhouse-server
# ZooKeeper, by which ClickHouse replicates: its classes alone, without the service.
needs java default-jre-headless
[ -e /usr/share/java/zookeeper.jar ] || missing="$missing libzookeeper-java"
needs nginx nginx
needs caddy caddy
needs promtool prometheus
needs shellcheck shellcheck
needs systemd-analyze systemd
needs openssl openssl
if [ -z "${CHROMIUM:-}" ]; then
  needs chromium chromium
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need$missing, and this machine has no apt-get to install them: install them yourself, so that" >&2
  echo "redis-server, redis-cli, clickhouse-server, java, nginx, caddy, promtool, shellcheck, systemd-analyze and openssl" >&2
  echo "are on the PATH and /usr/share/java/zookeeper.jar is there; CHROMIUM may name another Chromium." >&2
  exit 1
fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  if ! command -v sudo >/dev/null 2>&1; then
    echo "The tests need$missing: install them as root (apt-get install$missing), then run this again." >&2
    exit 1
  fi
fi

# Packages ask policy-rc.d whether they may start their service; 101 means no (Debian Policy 9.3.3.1).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
fi

echo "Installing$missing for the tests" >&2
install() {
  # shellcheck disable=SC2086 # The list is meant to be split.
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $missing >&2
}
# The lists may be missing or old on a fresh machine: fetch them only when needed.
install 2>/dev/null || { $as_root apt-get update -qq >&2 && install; } || {
  echo "Cannot install$missing with apt-get; see above." >&2
  exit 1
}

# Not at the next boot either, as far as this script brought the service here.
if command -v systemctl >/dev/null 2>&1; then
  for service in redis-server clickhouse-server nginx caddy prometheus; do
    case " $missing " in *" $service "*) $as_root systemctl disable "$service" >/dev/null 2>&1 || true ;; esac
  done
fi
