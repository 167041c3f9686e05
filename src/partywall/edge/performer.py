"""Steps on routes: each one rewrites its environment's fragment and loads the whole."""

from __future__ import annotations

from partywall.edge import fragments
from partywall.edge.drain import drained, settle
from partywall.edge.fragment import Fragment, Served, address_of
from partywall.edge.home import EdgeHome
from partywall.edge.load import change_fragment
from partywall.edge.ready import wait_for_certificate
from partywall.interfaces import SecretStore, Ways
from partywall.model.errors import BadInput
from partywall.model.secret import Secret
from partywall.model.world import AnyThing, Entry, Key, Route, environment_of
from partywall.system.clock import SystemClock

_COST = 10
"""Doublings of bcrypt's work: about 60 ms per guess, and Caddy remembers who has passed."""
_BCRYPT_BYTES = 72
_LAST_SECONDS = 5.0
"""How long requests may still take whose address is taken away."""


class RoutePerformer:
    """Makes, changes and removes routes of one project; several threads may use it at once."""

    kind: type[AnyThing] = Route

    def __init__(self, home: EdgeHome, ways: Ways, secrets: SecretStore, project: str) -> None:
        self._home = home
        self._ways = ways
        self._secrets = secrets
        self._project = project

    def create(self, entry: Entry) -> None:
        """Serve the route.

        Raises:
            BadInput: when it, or its password, cannot be served.
            Refused: when another environment has its host.
            MachineFailed: when the edge refuses it.
        """
        route = _route(entry)
        upstream = "" if route.away else self._way(route)

        def change(fragment: Fragment) -> Fragment:
            served = Served(
                thing=route,
                fingerprint=entry.fingerprint,
                upstream=upstream,
                hash=self._hash(route, fragment),
            )
            return fragment.with_route(served)

        change_fragment(self._home, self._project, environment_of(route.key), change)
        wait_for_certificate(self._home.settings, route)

    def _way(self, route: Route) -> str:
        self._ways.open(route.instance)
        return address_of(*self._ways.way(route.instance, route.target))

    def change(self, before: Entry, after: Entry) -> None:
        """Serve it as it should be from now on; raises as `create` does."""
        if before.thing.key != after.thing.key:
            self.create(after)
            self.remove(before)
            return
        former = fragments.stored(self._home).get(self._fragment(before.thing.key))
        self.create(after)
        if former is not None and _route(after).away:
            self._let_end(former.find(before.thing.key))

    def start(self, entry: Entry) -> None:
        """Load it again, with its instance's present address; raises as `create` does."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """The same as `start`: nothing of a route can be stopped; raises as `create` does."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Answer 404 in its place; raises as `create` does."""
        key = entry.thing.key
        change_fragment(
            self._home, self._project, environment_of(key), lambda fragment: fragment.without(key)
        )

    def _fragment(self, key: Key) -> str:
        return Fragment(project=self._project, environment=environment_of(key)).name

    def _let_end(self, former: Served | None) -> None:
        """Wait for visitors who came before: what they have handed in is still being taken."""
        if former is not None and former.upstream:
            settle(self._home)
            drained(self._home, former.upstream, clock=SystemClock(), seconds=_LAST_SECONDS)

    def _hash(self, route: Route, fragment: Fragment) -> str:
        """The hash of the route's password; one that the environment has already, if it has."""
        if route.auth is None:
            return ""
        for served in fragment.routes:
            if served.thing.auth and served.thing.auth.password == route.auth.password:
                return served.hash
        password = self._secrets.value(environment_of(route.key), route.auth.password)
        return hashed(route.key, password)


def hashed(key: str, password: Secret) -> str:
    """The bcrypt hash of a password.

    Raises:
        BadInput: when it is empty or longer than bcrypt can tell apart.
    """
    # A compiled extension: only needed when a password is new.
    import bcrypt  # noqa: PLC0415

    value = password.reveal().encode()
    if not 0 < len(value) <= _BCRYPT_BYTES or b"\0" in value:
        raise BadInput(
            f"the password of {key} must have 1 to {_BCRYPT_BYTES} bytes, without a zero byte",
            remedy="choose another one",
        )
    return bcrypt.hashpw(value, bcrypt.gensalt(_COST)).decode()


def _route(entry: Entry) -> Route:
    assert isinstance(entry.thing, Route)  # noqa: S101  (the executor hands on by kind)
    return entry.thing
