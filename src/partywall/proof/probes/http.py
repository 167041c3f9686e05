"""Wall `http`: what the network sees of an environment through the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from partywall.model.world import Route
from partywall.proof.callers import stranger
from partywall.proof.case import Case
from partywall.proof.cookies import Cookie, reaches, set_in
from partywall.proof.doors import call, credentials, no_address
from partywall.proof.edge import NoAnswer, Page, get
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.robots import disallows_all

_SPELLINGS = (
    "/{}/",
    "{}//",
    "{}/./",
    "{}/%2e/",
    "{}/x/../",
    "{}/%2F",
    "{}/;/",
    "{}/?x=/robots.txt",
)


def outside(case: Case) -> Iterable[Attempt]:
    """Callers, password, search engines; and, for production, hosts that nobody has."""
    limited = [route for route in case.other.routes if route.allow]
    for route in limited[:1]:
        yield _limit(case, route)
    if case.other.environment == case.premises.production:
        yield _unknown_host(case)
        return
    for route in case.other.routes:
        closed = _password(case, route)
        yield closed
        if closed.verdict is Verdict.HELD:
            yield _spellings(case, route)
    route = _first(case)
    yield _robots_file(case, route)
    yield _robots_header(case, route)


def _limit(case: Case, route: Route) -> Attempt:
    """Call from an address that may not: nothing may come back, not even a refusal."""
    door = case.premises.door
    if door is None:
        raise CouldNotTry(no_address(case, case.other))
    source = stranger(door, route)
    tried = f"open {_host(route)} from {source or 'an address'}, which `allow` does not name"
    if not source:
        words = "every address that this machine could call from is named"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    case.run.count(case.other.environment)
    called = msgspec.structs.replace(door.at(route.port), source=source)
    try:
        page = get(called, route.host, route.path)
    except NoAnswer as error:
        # An edge that is not there at all lets nobody in either.
        closed = isinstance(error.__cause__, ConnectionResetError)
        return case.attempt(Verdict.HELD if closed else Verdict.COULD_NOT_TRY, tried, str(error))
    return case.attempt(Verdict.CROSSED, tried, f"{page} came back")


def across(case: Case) -> Iterable[Attempt]:
    """Whether what a browser keeps from one environment means anything to the other."""
    tried = f"carry {case.own.environment}'s cookies to {case.other.environment}"
    own, other = case.own.route(), case.other.route()
    if own is None or other is None:
        return
    page = _home(case, case.own.environment, own)
    yield _read_by_pages(case, own, other)
    cookies = set_in(page.headers)
    if not cookies:
        words = f"{own.host} sets none on its first page that could be carried"
        yield case.attempt(Verdict.HELD, tried, words)
        return
    carried = [cookie.name for cookie in cookies if reaches(cookie, own.host, other.host)]
    if carried and own.cookies is not None and other.cookies is not None:
        browser = f"a browser sends {', '.join(carried)}, and the edge keeps it from the app"
        yield _forced(case, other, cookies, tried, browser)
    elif carried and own.host == other.host:
        words = f"one host name for both, and cookies ignore ports: {', '.join(carried)}"
        yield case.attempt(Verdict.SHARED, tried, words)
    elif carried:
        yield case.attempt(Verdict.CROSSED, tried, f"a browser sends it: {', '.join(carried)}")
    else:
        names = ", ".join(cookie.name for cookie in cookies)
        browser = f"a browser would not send {names}; sent by hand"
        yield _forced(case, other, cookies, tried, browser)


def _read_by_pages(case: Case, own: Route, other: Route) -> Attempt:
    """A script of one page may read another's answers, with their cookies, where those say so.

    Source: https://fetch.spec.whatwg.org/#http-access-control-allow-credentials
    """
    whose = case.other.environment
    tried = f"have a script of {case.own.environment}'s pages read {whose}'s as their visitor"
    _home(case, f"{whose}{other.path}", other)
    origin = _origin(case, own)
    sent = {**credentials(case, case.other, other), "Origin": origin}
    page = call(case, case.other, other, headers=sent)
    allowed = page.header("Access-Control-Allow-Origin")
    with_cookies = page.header("Access-Control-Allow-Credentials").lower() == "true"
    if allowed == origin and with_cookies:
        words = f"it lets {origin} read what it answers, cookies and all"
        return case.attempt(Verdict.CROSSED, tried, words)
    words = f"asked as {origin}, it allows {allowed or 'no other origin'}"
    return case.attempt(Verdict.HELD, tried, f"{words}{' without cookies' if allowed else ''}")


def _origin(case: Case, route: Route) -> str:
    door = case.premises.door
    assert door is not None  # noqa: S101  (home has been called through it)
    there = door.at(route.port)
    return f"{'https' if there.tls else 'http'}://{there.authority(route.host)}"


def _forced(case: Case, other: Route, cookies: list[Cookie], tried: str, browser: str) -> Attempt:
    """Sent by hand, the cookies must not change what the other answers."""
    sent = credentials(case, case.other, other)
    header = {"Cookie": "; ".join(cookie.pair for cookie in cookies)}
    names = ", ".join(cookie.name for cookie in cookies)
    ways = ({**sent}, {**sent}, {**sent, **header})
    # A page may change by itself meanwhile: what cookies do, they do each time.
    for _ in range(2):
        plain, again, given = (call(case, case.other, other, headers=way) for way in ways)
        steady = (plain.status, plain.body) == (again.status, again.body)
        alike = plain.status == again.status == given.status
        if alike and (not steady or given.body == plain.body):
            compared = "the same page" if steady else "the same status (its pages always differ)"
            return case.attempt(Verdict.HELD, tried, f"{browser}, {compared} comes back")
    if plain.status != again.status:
        words = f"it answers {plain}, then {again}, without any"
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    return case.attempt(Verdict.CROSSED, tried, f"it answers differently when sent {names}")


def _password(case: Case, route: Route) -> Attempt:
    tried = f"open {_host(route)}{route.path} without the password"
    if route.auth is None:
        return case.attempt(Verdict.SHARED, tried, "its settings ask for no password")
    page = _home(case, route.key, route)
    refused = call(case, case.other, route)
    words = f"{refused} without, {page} with the password"
    if refused.status >= 500:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, words)
    return case.judged(refused.status not in (401, 403), tried, words)


def _spellings(case: Case, route: Route) -> Attempt:
    """The same path as other programs would write it, which a careless rule lets through."""
    base = route.path.rstrip("/")
    ways = [one.format(base) for one in _SPELLINGS]
    tried = f"open {_host(route)}{route.path} without the password, in {len(ways)} other spellings"
    _home(case, route.key, route)
    pages = [(way, call(case, case.other, route, way)) for way in ways]
    opened = [f"{way}: {page}" for way, page in pages if 200 <= page.status < 300]
    if opened:
        return case.attempt(Verdict.CROSSED, tried, "; ".join(opened))
    said = sorted({str(page) for _, page in pages})
    return case.attempt(Verdict.HELD, tried, "; ".join(said))


def _host(route: Route) -> str:
    return f"{route.host}:{route.port}" if route.port else route.host


def _robots_file(case: Case, route: Route) -> Attempt:
    tried = f"index {_host(route)} as a search engine that reads robots.txt"
    if route.robots:
        return case.attempt(Verdict.SHARED, tried, "its settings let search engines in")
    _home(case, case.other.environment, route)
    page = call(case, case.other, route, "/robots.txt", credentials(case, case.other, route))
    if page.status >= 500:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, str(page))
    closed = page.status == 200 and disallows_all(page.body.decode(errors="replace"))
    words = "disallows everything" if closed else "does not disallow everything"
    return case.judged(not closed, tried, f"{page}, {words}")


def _robots_header(case: Case, route: Route) -> Attempt:
    tried = f"index {_host(route)} as a search engine that reads only headers"
    if route.robots:
        return case.attempt(Verdict.SHARED, tried, "its settings let search engines in")
    page = _home(case, case.other.environment, route)
    header = page.header("X-Robots-Tag")
    closed = {"noindex", "nofollow"} <= {word.strip().lower() for word in header.split(",")}
    return case.judged(not closed, tried, f"X-Robots-Tag: {header or 'missing'}")


def _unknown_host(case: Case) -> Attempt:
    """An unknown name in the handshake, and production's name there with an unknown `Host`."""
    route = _first(case)
    host = f"unknown-{case.run.nonce}.{route.host}"
    tried = f"reach {case.other.environment} by a host name that nobody has ({host})"
    home = _home(case, case.other.environment, route)
    ways: list[Callable[[], Page]] = [
        lambda: _at(case, route, host, host),
        lambda: _at(case, route, host, route.host),
        lambda: _at(case, route, "unknown.invalid", route.host),
    ]
    said = []
    for way in ways:
        try:
            page = way()
        except NoAnswer as error:
            said.append(str(error))
            continue
        said.append(str(page))
        if page.status not in (404, 421) or (page.body and page.body == home.body):
            return case.attempt(Verdict.CROSSED, tried, f"{page}, not 404")
    words = "; ".join(dict.fromkeys(said))
    return case.attempt(Verdict.HELD, tried, f"{words} (its own name: {home})")


def _at(case: Case, route: Route, host: str, sni: str) -> Page:
    door = case.premises.door
    assert door is not None  # noqa: S101  (home has been called through it)
    case.run.count(case.other.environment)
    return get(door.at(route.port), host, route.path, sni=sni)


def _first(case: Case) -> Route:
    route = case.other.route()
    if route is None:
        raise CouldNotTry(no_address(case, case.other))
    return route


def _home(case: Case, name: str, route: Route) -> Page:
    """What the route answers to those who may: it has to, or nothing is shown."""

    def make() -> Page:
        where = case.run.targets((route.key.partition("/")[0],)).popitem()[1]
        page = call(case, where, route, headers=credentials(case, where, route))
        if page.status in (401, 403) or page.status >= 500:
            raise CouldNotTry(f"{route.host} does not answer even those who may: {page}")
        return page

    return case.run.once(f"http/{name}", make)


PROBE = Probe(
    name="http",
    shows="only production is open to the world, and nothing leads from one to the other",
    across=across,
    outside=outside,
)
