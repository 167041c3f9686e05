#!/bin/sh
# Gives the broker's folders to its user when started as root, then becomes the broker (which drops root itself).
set -e
if [ "$(id -u)" = 0 ] && [ -d /mosquitto ]; then chown -R mosquitto:mosquitto /mosquitto || true; fi
exec "$@"
