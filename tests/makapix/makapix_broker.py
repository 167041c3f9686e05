"""An MQTT broker for one test, with one user and password from the environment."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path

from amqtt.broker import Broker
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


def settings(folder: Path) -> dict[str, object]:
    """Write the password file and return the broker's settings."""
    passwords = folder / "passwords"
    digest = PasswordHash((Argon2Hasher(),)).hash(os.environ["MQTT_PASSWORD"])
    passwords.write_text(f"{os.environ['MQTT_USERNAME']}:{digest}\n")
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{os.environ['PORT']}"}},
        "plugins": {
            "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)}
        },
    }


async def main() -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(settings(Path(folder)))
        await broker.start()
        await stop.wait()
        await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
