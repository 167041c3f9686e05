"""What each service is for, guessed from its image, command, volumes, ports, labels and name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import msgspec

from partywall.compose import telling
from partywall.model.app import Condition, Role, Service

CUSTOMARY_PORT = {Role.DATABASE: 5432, Role.CACHE: 6379, Role.BROKER: 1883}
"""Where a service of this role listens when neither it nor its image says so."""


def customary_port(image: str, role: Role) -> int | None:
    """Where such a service customarily listens."""
    base = bare(image).rpartition("/")[2]
    for pattern, port in telling.PORTS:
        if re.fullmatch(pattern, base):
            return port
    return CUSTOMARY_PORT.get(role)


class Guess(msgspec.Struct, frozen=True):
    """A role, the sentence that explains it, and how sure it is (0 to 1)."""

    role: Role
    why: str
    confidence: float


class Clues(msgspec.Struct, frozen=True, kw_only=True):
    """What a service shows of itself."""

    name: str
    image: str = ""
    """Without registry, tag and digest: `library/postgres`, `bitnami/redis`."""
    words: str = ""
    """Entrypoint and command as one line."""
    built: bool = False
    ports: frozenset[int] = frozenset()
    published: frozenset[int] = frozenset()
    targets: tuple[str, ...] = ()
    """Where volumes are mounted."""
    variables: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    restart: str = ""
    checked: bool = False
    """Whether it has a health check."""
    waiters: tuple[str, ...] = ()
    """Services that wait until it is done."""

    @property
    def base(self) -> str:
        """The last part of the image's name."""
        return self.image.rpartition("/")[2]


def clues(service: Service, others: Iterable[Service]) -> Clues:
    """What this service shows, and what the others show about it."""
    return Clues(
        name=service.name,
        image=bare(service.image),
        words=" ".join([*(service.entrypoint or ()), *(service.command or ())]),
        built=service.build is not None,
        ports=frozenset(service.exposed),
        published=frozenset(port.target for port in service.ports if port.protocol == "tcp"),
        targets=tuple(mount.target for mount in service.mounts),
        variables=frozenset(service.environment),
        labels=tuple(service.labels),
        restart=service.restart,
        checked=service.health is not None,
        waiters=tuple(
            other.name
            for other in others
            for wait in other.depends_on
            if wait.service == service.name and wait.condition is Condition.DONE
        ),
    )


def guesses(services: Mapping[str, Service]) -> dict[str, Guess]:
    """A guess for every service."""
    every = list(services.values())
    return {name: guess(clues(service, every)) for name, service in services.items()}


def guess(seen: Clues) -> Guess:
    """The role that the first fitting rule gives; rules stand from telling to vague."""
    for rule in _RULES:
        found = rule(seen)
        if found is not None:
            return found
    return Guess(
        Role.APP, "nothing tells what it is for, so it is taken for a part of the app", 0.3
    )


def bare(image: str) -> str:
    """An image's name without registry, tag and digest."""
    path = PurePosixPath(image.partition("@")[0])
    last = path.name.partition(":")[0]
    parts = [*path.parts[:-1], last]
    # A first part with a dot or a port is a registry.
    if len(parts) > 1 and re.search(r"[.:]|^localhost$", parts[0]):
        parts = parts[1:]
    return "/".join(parts).lower()


def _waited_for(seen: Clues) -> Guess | None:
    if not seen.waiters:
        return None
    names = sorted(set(seen.waiters))
    wait = "waits" if len(names) == 1 else "wait"
    return Guess(Role.JOB, f"{' and '.join(names[:3])} {wait} until it has completed", 0.95)


def _client(seen: Clues) -> Guess | None:
    """Server images are often used for the client in them."""
    found = telling.CLIENTS.search(seen.words)
    serves = telling.SERVERS.search(seen.words) or telling.SERVES.search(seen.words)
    if found is None or seen.published or serves:
        return None
    if seen.restart in ("", "no", "on-failure") or seen.restart.startswith("on-failure"):
        return Guess(Role.JOB, f"it runs {found[1]} and ends", 0.85)
    return Guess(Role.WORKER, f"it runs {found[1]} again and again", 0.7)


def _prepares(seen: Clues) -> Guess | None:
    """A server's image is also used to hand its folder to the user it runs as."""
    ends = seen.restart == "no" or seen.restart.startswith("on-failure")
    if not ends or seen.ports or telling.SERVERS.search(seen.words):
        return None
    if telling.PREPARES.search(seen.words):
        return Guess(Role.JOB, "it prepares folders and ends", 0.85)
    return None


def _lookalike(seen: Clues) -> Guess | None:
    for pattern, role, what in telling.LOOKALIKES:
        if re.fullmatch(pattern, seen.base) or re.fullmatch(pattern, seen.image):
            return Guess(role, f"the image {seen.image} {what}", 0.85)
    return None


def _known_image(seen: Clues) -> Guess | None:
    for pattern, role, what, confidence in telling.IMAGES:
        if re.fullmatch(pattern, seen.base):
            return Guess(role, f"the image {seen.image} {what}", confidence)
    return None


def _proxy(seen: Clues) -> Guess | None:
    """Caddy and nginx are a front door, or just serve pages."""
    if not re.fullmatch(r"(.*[-_])?(caddy|nginx|openresty|httpd|angie)([-_].*)?", seen.base):
        return None
    config = any(
        re.search(r"Caddyfile|/etc/caddy|nginx\.conf|conf\.d|templates", t) for t in seen.targets
    )
    front = seen.published & {80, 443, 8080, 8443}
    pages = any(re.search(r"/usr/share/nginx/html|/srv$|htdocs|/var/www", t) for t in seen.targets)
    if 443 in front or (front and config) or re.fullmatch(telling.NAMES[3][0], seen.name):
        return Guess(Role.EDGE, f"the image {seen.image} answers on the host's web ports", 0.85)
    if pages and re.fullmatch(telling.NAMES[2][0], seen.name):
        return Guess(Role.FILES, f"the image {seen.image} serves files from a volume", 0.7)
    return Guess(Role.WEB, f"the image {seen.image} serves pages", 0.7)


def _data_server(seen: Clues) -> Guess | None:
    """A server built here shows itself by port, data folder and name."""
    for role, folder, name, port in telling.DATA:
        listens = port in seen.ports
        stores = any(re.search(folder, target) for target in seen.targets)
        named = re.fullmatch(name, seen.name, re.IGNORECASE) is not None
        signs = [f"it listens on {port}"] * listens
        signs += ["its data folder is that of such a server"] * stores
        signs += [f"it is named {seen.name}"] * named
        # A data folder alone may be a backup's, another port alone another program's.
        if len(signs) >= 2 or ((listens or named) and not seen.ports - {port}):
            return Guess(role, " and ".join(signs), min(0.9, 0.45 + 0.2 * len(signs)))
    for number, what in telling.DATA_PORTS.items():
        if seen.ports == {number}:
            return Guess(Role.DATABASE, f"it listens on {number}, as {what} does", 0.65)
    if re.search(r"^(/\S*/)?(mosquitto|emqx|amqtt)\b", seen.words):
        return Guess(Role.BROKER, "its command starts an MQTT broker", 0.85)
    if re.search(r"^(/\S*/)?(redis-server|valkey-server)\b", seen.words):
        return Guess(Role.CACHE, "its command starts a Redis server", 0.85)
    return None


def _once(seen: Clues) -> Guess | None:
    command = telling.ONCE.search(seen.words) and not telling.SERVES.search(seen.words)
    named = telling.ONCE_NAME.search(seen.name) is not None
    ends = seen.restart == "no" or seen.restart.startswith("on-failure")
    if command:
        return Guess(Role.JOB, "its command prepares something and ends", 0.9 if ends else 0.8)
    if named and not seen.ports:
        return Guess(Role.JOB, f"it is named {seen.name} and listens nowhere", 0.8 if ends else 0.6)
    return None


def _works(seen: Clues) -> Guess | None:
    if telling.WORKS.search(seen.words) and not seen.published:
        return Guess(Role.WORKER, "its command works off a queue or a schedule", 0.85)
    if telling.WORK_NAME.search(seen.name) and not seen.ports:
        return Guess(Role.WORKER, f"it is named {seen.name} and listens nowhere", 0.75)
    return None


def _mail(seen: Clues) -> Guess | None:
    if seen.published & telling.MAIL_PORTS and not seen.published & {80, 443}:
        return Guess(Role.APP, "it publishes ports of mail", 0.7)
    return None


def _front_door(seen: Clues) -> Guess | None:
    if 443 in seen.published:
        return Guess(Role.EDGE, "it answers on the host's port 443", 0.6)
    return None


def _named(seen: Clues) -> Guess | None:
    for pattern, role in telling.NAMES:
        for word in (seen.name.lower(), *re.split(r"[-_]", seen.name.lower())):
            if re.fullmatch(pattern, word):
                return Guess(role, f"it is named {seen.name}", 0.7 if seen.ports else 0.5)
    return None


def _ends(seen: Clues) -> Guess | None:
    """Only a `restart: "no"` that is written down counts: left out, it is merely Compose's default.

    `on-failure` says nothing: programs that shall stay have it as often as those that end.
    """
    if seen.restart != "no" or seen.ports or seen.checked:
        return None
    return Guess(
        Role.JOB, "it is not to be restarted, listens nowhere and has no health check", 0.6
    )


def _listens(seen: Clues) -> Guess | None:
    routed = any(re.match(r"(traefik\.http|caddy)", label) for label in seen.labels)
    if routed or seen.published:
        what = "its labels route pages to it" if routed else "it publishes a port on the host"
        return Guess(Role.WEB, what, 0.5)
    if seen.ports:
        return Guess(Role.APP, "it listens for the other services only", 0.5)
    return None


_RULES: tuple[Callable[[Clues], Guess | None], ...] = (
    _waited_for,
    _client,
    _prepares,
    _lookalike,
    _known_image,
    _proxy,
    _once,
    _data_server,
    _works,
    _mail,
    _front_door,
    _named,
    _ends,
    _listens,
)
