#!/bin/sh
# Checks what stands in deploy/ with the tools that will read it. Started servers are not its affair: the tests of
# server/cmd/assent run the real ones with these files. deploy/install-test-parts.sh installs what is missing.
set -eu
cd "$(dirname "$0")"
PATH="$PATH:/usr/sbin:/sbin"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "shell scripts"
shellcheck ./*.sh redis/*.sh

echo "Prometheus' rules"
promtool check rules prometheus/alerts.yaml >/dev/null
promtool test rules prometheus/alerts_test.yaml >/dev/null

echo "systemd's unit"
# The unit is looked at as if the program were installed.
sed "s|^ExecStart=/usr/local/bin/assent|ExecStart=/bin/true|" systemd/assent.service >"$work/assent.service"
systemd-analyze verify --man=no "$work/assent.service"
# The number is the most exposure that is let through, in tenths.
systemd-analyze security --offline=yes --threshold=11 --no-pager "$work/assent.service" >"$work/exposure" ||
  { cat "$work/exposure" && exit 1; }

echo "Caddy's file"
caddy fmt proxy/Caddyfile | diff - proxy/Caddyfile
{ cat proxy/Caddyfile && printf 'http://shop.example {\n\timport assent_first_party\n}\n'; } >"$work/Caddyfile"
HOME=$work caddy validate --config "$work/Caddyfile" --adapter caddyfile >"$work/caddy" 2>&1 || { cat "$work/caddy" && exit 1; }

echo "nginx' files"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
sed "s|/etc/ssl/assent/fullchain.pem|$work/cert.pem|; s|/etc/ssl/assent/privkey.pem|$work/key.pem|; s|/var/cache/nginx/assent|$work/cache|" \
  proxy/nginx.conf >"$work/assent.conf"
cat >"$work/nginx.conf" <<CONFIGURATION
pid $work/pid;
events {}
http {
  include $work/assent.conf;
  server { listen 127.0.0.1:8081; include $PWD/proxy/nginx-first-party.conf; }
}
CONFIGURATION
nginx -t -q -e "$work/log" -c "$work/nginx.conf"

echo "Dockerfile, compose files, Helm chart"
cd lint
test -z "$(gofmt -l .)"
go vet .
# The test cache does not notice a change of files outside its module.
go test -count=1 .
