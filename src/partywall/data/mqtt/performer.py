"""Lets an environment into its part of a shared broker, and out again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from partywall.axes.starting import RIGHTS_FILE, SPACES
from partywall.data.mqtt import control
from partywall.data.mqtt.lists import passwords, topics
from partywall.data.mqtt.wire import PORT, Denied, Session
from partywall.data.mqtt.wire import let_in as ask
from partywall.data.spaces import Ground, SpacePerformer, refused
from partywall.model.errors import MachineFailed
from partywall.model.world import AnyThing, TopicSpace
from partywall.system.filelock import locked

_KEEP = f"""set -eu; umask 077; mkdir -p "${SPACES}"; cd "${SPACES}"
[ ! -f {RIGHTS_FILE} ] || {{ echo itself; exit 0; }}
cat > .new
sed -n '/^#$/q;p' .new > .passwords; sed '1,/^#$/d' .new > .acl; rm .new
mv .passwords passwords; mv .acl acl
"""
"""Both files come in one text with a line `#` between; a broker that keeps its users says so."""

_ROUNDS = 100
"""A broker may say little by little what it keeps, and the app may still say more."""


class TopicSpacePerformer(SpacePerformer[TopicSpace]):
    """Performs steps on environments' parts of shared brokers."""

    kind: type[AnyThing] = TopicSpace

    def __init__(self, ground: Ground, lock: Path) -> None:
        """`lock` keeps two command lines from writing a broker's lists at once."""
        super().__init__(ground)
        self._lock = lock

    def admit(self, space: TopicSpace) -> None:
        """A user with its prefix; others' connections stay as they are."""
        if self._keeps_itself(space):
            password = self._ground.password(space).reveal()
            with self._admin(space) as session:
                control.admit(session, space, password)
        if why := let_in(self._ground, space):
            raise refused(space, why)

    def empty(self, space: TopicSpace) -> None:
        """Take back what it had the broker keep for who comes later."""
        host, port = self._ground.reach.address(space.server, PORT)
        password = self._ground.password(space).reveal()
        try:
            with Session(host, port, space.user, password) as session:
                for _ in range(_ROUNDS):
                    for topic in (kept := session.kept(f"{space.prefix}#")):
                        session.publish(topic, b"", retain=True)
                    if not kept:
                        break
                session.leave()
        except Denied:
            return  # a user that was never made keeps nothing
        except OSError as error:
            raise refused(space, error) from None

    def dismiss(self, space: TopicSpace) -> None:
        """It is recorded no longer, and so in no list."""
        if self._keeps_itself(space):
            with self._admin(space) as session:
                control.dismiss(session, space)

    @contextlib.contextmanager
    def _admin(self, space: TopicSpace) -> Iterator[Session]:
        secret = self._ground.admin(space.admin_password)
        host, port = self._ground.reach.address(space.server, PORT)
        try:
            with control.opened(host, port, secret.reveal()) as session:
                yield session
        except (OSError, Denied) as error:
            raise refused(space, error) from None

    def _keeps_itself(self, space: TopicSpace) -> bool:
        """Whether a broker keeps its users itself; one that reads lists has them written."""
        server = space.server
        with locked(self._lock, f"the users of {server}"):
            spaces = [
                entry.thing
                for _, entry in sorted(self._ground.records.read_all().items())
                if isinstance(entry.thing, TopicSpace) and entry.thing.server == server
            ]
            known = [(one, self._ground.password(one).reveal()) for one in spaces]
            text = f"{passwords(known)}#\n{topics(spaces)}"
            done = self._ground.reach.run_beside(server, ("/bin/sh", "-c", _KEEP), text=text)
        if done.code:
            says = (done.err or done.out).strip().splitlines()[-1:]
            raise MachineFailed(f"{server} cannot be told its users: {''.join(says)}")
        return done.out.strip() == "itself"


def let_in(ground: Ground, space: TopicSpace) -> str:
    """Why an environment's user is not let in at this moment; empty when it is."""
    try:
        host, port = ground.reach.address(space.server, PORT)
        return ask(host, port, space.user, ground.password(space).reveal())
    except OSError as error:
        return str(error)
