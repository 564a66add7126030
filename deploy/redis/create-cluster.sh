#!/bin/sh
# Makes one Cluster of the nodes given as ADDRESS:PORT, half of them masters, unless they are one already, and waits until
# all slots are served.
set -eu
export REDISCLI_AUTH="${REDISCLI_AUTH:?}" # The administrator's password, which redis-cli reads.

state() { redis-cli -h "${1%:*}" -p "${1#*:}" cluster info | tr -d '\r' | sed -n "s/^$2://p"; }

if [ "$(state "$1" cluster_known_nodes)" -lt "$#" ]; then
  redis-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes
fi
for node in "$@"; do
  tries=60
  until [ "$(state "$node" cluster_state)" = ok ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "$node is not part of a working Cluster after a minute." >&2 && exit 1; }
    sleep 1
  done
done
