#!/bin/sh
# Starts Redis in a container with redis.conf and two passwords from the environment: REDISCLI_AUTH of the administrator
# and of replicas (so named because redis-cli reads it), REDIS_PASSWORD of Assent. They go into a configuration that Redis
# reads from its standard input, so that they stand in no list of processes. Arguments are further lines of it, such as
# "include /etc/assent/cluster.conf".
set -eu

for password in "${REDISCLI_AUTH:?}" "${REDIS_PASSWORD:?}"; do
  case "$password" in
    *[!0-9A-Za-z]*) echo "Passwords of Redis stand in a URL: letters and digits only." >&2 && exit 1 ;;
    ????????????????*) ;;
    *) echo "A password of Redis has fewer than 16 characters." >&2 && exit 1 ;;
  esac
done

# Assent may do with keys what it likes, look at how this Redis is set and have its files written anew after an erasure, but
# neither change settings nor stop it.
exec redis-server - <<CONFIGURATION
include ${0%/*}/redis.conf
$(printf '%s\n' "$@")
requirepass $REDISCLI_AUTH
masterauth $REDISCLI_AUTH
user assent on >$REDIS_PASSWORD ~* resetchannels -@all +@read +@write +@transaction +@scripting +@connection -@dangerous -@admin +info +time +wait +bgrewriteaof +bgsave +config|get +cluster|slots +cluster|shards +cluster|nodes +cluster|info
CONFIGURATION
