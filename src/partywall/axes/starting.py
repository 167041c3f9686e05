"""How a shared server starts: with the users that it had before, whoever starts it; pure.

These texts are run by `sh`, inside a container or as a process; secrets come from variables.
"""

from __future__ import annotations

import json
from typing import Any

from partywall.axes.site import called
from partywall.model.app import Role, Service

SPACES = "PARTYWALL_SPACES"
"""The folder where a shared server keeps whom it lets in: among its data."""
ACL_FILE = "users.acl"
SPACES_FOLDER = ".partywall"
_DATA = {Role.CACHE: "/data", Role.BROKER: "/mosquitto/data"}

ADMIN = "PARTYWALL_ADMIN"
"""The variable with the password of a shared broker's administrator."""
BROKER_ADMIN = "partywall"
RIGHTS_FILE = "rights.json"
_CONTROL = "$CONTROL/dynamic-security/#"
_RIGHTS = json.dumps(
    {
        "defaultACLAccess": {
            "publishClientSend": False,
            "publishClientReceive": False,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [
            {
                "username": BROKER_ADMIN,
                "password": "%s",
                "salt": "%s",
                "iterations": 101,
                "roles": [{"rolename": BROKER_ADMIN}],
            }
        ],
        "groups": [],
        "roles": [
            {
                "rolename": BROKER_ADMIN,
                "acls": [
                    {"acltype": kind, "topic": _CONTROL, "allow": True}
                    for kind in ("publishClientSend", "publishClientReceive", "subscribePattern")
                ],
            }
        ],
    }
)

REDIS = f"""set -eu; umask 077; mkdir -p "${SPACES}"
[ -s "${SPACES}/{ACL_FILE}" ] || \
printf 'user default on >%s ~* &* +@all\\n' "$REDISCLI_AUTH" > "${SPACES}/{ACL_FILE}"
exec "$0" "$@"
"""
"""At first the administrator alone is let in, and never somebody without a password."""

MOSQUITTO = f"""set -eu; umask 077; mkdir -p "${SPACES}"; cd "${SPACES}"
for plugin in /usr/lib/mosquitto_dynamic_security.so /usr/lib/*/mosquitto_dynamic_security.so; do
  [ ! -e "$plugin" ] || break
done
if [ ! -s {RIGHTS_FILE} ]; then
  printf '{BROKER_ADMIN}:%s\\n' "${ADMIN}" > .admin
  mosquitto_passwd -U .admin
  IFS='$' read -r name kind rounds salt hash < .admin
  printf '{_RIGHTS}' "$hash" "$salt" > {RIGHTS_FILE}
  rm .admin
fi
cat > mosquitto.conf <<END
listener 1883
allow_anonymous false
plugin $plugin
plugin_opt_config_file ${SPACES}/{RIGHTS_FILE}
persistence true
persistence_location $(dirname "${SPACES}")/
log_dest stdout
END
[ "$(id -u)" != 0 ] || chown -R mosquitto "$(dirname "${SPACES}")"
exec mosquitto -c "${SPACES}/mosquitto.conf"
"""
"""Its lists of names and topics would let everybody subscribe, and so take part in the shared
subscriptions of others; its plugin for users that come and go refuses that."""


def told(service: Service) -> dict[str, str]:
    """The variable that says where; a server of another kind keeps it among its own data."""
    data = _DATA.get(service.role)
    if data is None:
        return {}
    mounted = (mount.target for mount in service.mounts if mount.kind == "volume")
    return {SPACES: f"{next(mounted, data).rstrip('/')}/{SPACES_FOLDER}"}


def defined(service: Service) -> dict[str, Any]:
    """What of its definition is otherwise for that, for engines that hand it on."""
    if service.role is Role.CACHE:
        first = service.definition.get("entrypoint") or ["docker-entrypoint.sh"]
        server = "valkey-server" if "valkey" in called(service.image) else "redis-server"
        command = service.definition.get("command") or [server]
        file = f"{told(service)[SPACES]}/{ACL_FILE}"
        return {
            "entrypoint": [*_shell(REDIS), *first],
            "command": [*command, "--aclfile", file],
        }
    if service.role is Role.BROKER:
        return {"entrypoint": _shell(MOSQUITTO), "command": []}
    return {}


def _shell(script: str) -> list[str]:
    """Compose takes a single `$` for a variable of its own."""
    return ["/bin/sh", "-c", script.replace("$", "$$")]
