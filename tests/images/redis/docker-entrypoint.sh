#!/bin/sh
# Gives the data folder to the redis user, then becomes the server; protected mode is off unless set.
set -e

if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi

if [ "$1" = redis-server ]; then
  case "$2" in *.conf) settings=$2 ;; *) settings=/dev/null ;; esac
  if ! grep -q '^protected-mode' "$settings" && [ "${*#*--protected-mode}" = "$*" ]; then
    set -- "$@" --protected-mode no
  fi
  if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    if [ "$(umask)" = 0022 ]; then umask 0077; fi
    exec setpriv --reuid=redis --regid=redis --init-groups "$@"
  fi
fi
exec "$@"
