#!/bin/sh
# Makes the password file from the environment, then starts the broker as its image does.
set -eu

: "${MQTT_USERNAME:?set MQTT_USERNAME}" "${MQTT_PASSWORD:?set MQTT_PASSWORD}"

# Written plain and hashed in place, so that the password never is a command's argument.
umask 077
printf '%s:%s\n' "$MQTT_USERNAME" "$MQTT_PASSWORD" > /mosquitto/passwords
mosquitto_passwd -U /mosquitto/passwords
chown mosquitto:mosquitto /mosquitto/passwords
unset MQTT_PASSWORD

exec /docker-entrypoint.sh "$@"
