#!/bin/sh
# Prints the environment that compose.cluster.yaml needs, with passwords and a key that nobody has had before:
#   (umask 077; deploy/secrets.sh assent.example.com > deploy/.env)
# Letters and digits only in passwords, because some stand in URLs.
set -eu
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

echo "ASSENT_HOST=${1:?say by which host browsers reach this server}"
for name in REDIS_ADMIN_PASSWORD REDIS_PASSWORD CLICKHOUSE_PASSWORD CLICKHOUSE_CLUSTER_SECRET; do
  echo "$name=$(random)"
done
echo "ASSENT_DATA_KEYS=assent-data-key:$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')"
