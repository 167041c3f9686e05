"""Lets an environment into its part of a shared Redis, and out again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from partywall.data.redis.rules import pattern, rules
from partywall.data.redis.wire import PORT, Connection, Said
from partywall.data.spaces import Ground, SpacePerformer, refused
from partywall.model.world import AnyThing, KeySpace

_AT_ONCE = "500"
_ADMIN = "default"


class KeySpacePerformer(SpacePerformer[KeySpace]):
    """Performs steps on environments' parts of shared Redis servers."""

    kind: type[AnyThing] = KeySpace

    def admit(self, space: KeySpace) -> None:
        """A user with its prefix, kept in the server's own file for its next start."""
        password = self._ground.password(space).reveal()
        with self._admin(space) as server:
            server.call("ACL", "SETUSER", space.user, *rules(space, password))
            server.call("ACL", "SAVE")
        if why := let_in(self._ground, space):
            raise refused(space, why)

    def empty(self, space: KeySpace) -> None:
        """Remove its keys, in every database."""
        with self._admin(space) as server:
            for number in range(_databases(server)):
                server.call("SELECT", str(number))
                for keys in _found(server, pattern(space)):
                    server.call("UNLINK", *keys)

    def dismiss(self, space: KeySpace) -> None:
        """Remove the user; who is logged in as it loses the connection."""
        with self._admin(space) as server:
            server.call("ACL", "DELUSER", space.user)
            server.call("ACL", "SAVE")

    @contextlib.contextmanager
    def _admin(self, space: KeySpace) -> Iterator[Connection]:
        secret = self._ground.admin(space.admin_password)
        try:
            with Connection(*self._ground.reach.address(space.server, PORT)) as server:
                server.call("AUTH", _ADMIN, secret.reveal())
                yield server
        except (OSError, Said) as error:
            raise refused(space, error) from None


def let_in(ground: Ground, space: KeySpace) -> str:
    """Why an environment's user is not let in at this moment; empty when it is."""
    try:
        with Connection(*ground.reach.address(space.server, PORT)) as server:
            server.call("AUTH", space.user, ground.password(space).reveal())
    except (OSError, Said) as error:
        return str(error)
    return ""


def _databases(server: Connection) -> int:
    answer = server.call("CONFIG", "GET", "databases")
    return int(str(answer[1])) if isinstance(answer, list) and len(answer) > 1 else 1


def _found(server: Connection, pattern: str) -> Iterator[list[str]]:
    """Keys that match, a page at a time."""
    cursor = "0"
    while True:
        answer = server.call("SCAN", cursor, "MATCH", pattern, "COUNT", _AT_ONCE)
        assert isinstance(answer, list)  # noqa: S101  (that is how SCAN answers)
        cursor, keys = str(answer[0]), answer[1]
        if isinstance(keys, list) and keys:
            yield [str(key) for key in keys]
        if cursor == "0":
            return
