"""Logs in to a Redis-compatible cache and sees how far that goes."""

from __future__ import annotations

from collections.abc import Callable

from partywall.proof.inside.answer import (
    AUTHENTICATED,
    FAILED,
    REFUSED,
    Answer,
    Ask,
    answer,
    of_error,
)
from partywall.proof.inside.resp import Connection, Said


def scratch(ask: Ask) -> Answer:
    """Set, get and delete a key that nobody else uses and that would expire by itself."""

    def work(cache: Connection) -> Answer:
        key = str(ask["key"])
        try:
            cache.call("SET", key, "scratch", "EX", "10")
            value = cache.call("GET", key)
        finally:
            cache.call("DEL", key)
        if value != "scratch":
            return answer(FAILED, "a key that was set could not be read back")
        return answer(AUTHENTICATED, f"set, read and deleted a key; {_flush(cache)}")

    return _connected(ask, work)


def read(ask: Ask) -> Answer:
    """Log in and say how many keys there are; no value is read, nothing is changed."""

    def work(cache: Connection) -> Answer:
        keys = cache.call("DBSIZE")
        return answer(AUTHENTICATED, f"let in, could read {keys} keys; {_flush(cache)}")

    return _connected(ask, work)


def trespass(ask: Ask) -> Answer:
    """Try everything that reaches beyond its own keys; none of it harms, were it allowed."""

    def work(cache: Connection) -> Answer:
        open_ones = [words for words in _beyond(ask["key"], ask["channel"]) if _let(cache, words)]
        if open_ones:
            said = ", ".join(" ".join(words[:2]) for words in open_ones)
            return answer(AUTHENTICATED, f"was allowed: {said}")
        tried = len(_beyond("", ""))
        return answer(REFUSED, f"{tried} of {tried} commands denied, {_NAMED} among them")

    return _connected(ask, work)


_NAMED = "SCAN, EVAL, FLUSHALL, CLIENT KILL, CONFIG, SUBSCRIBE"


def _beyond(key: str, channel: str) -> list[tuple[str, ...]]:
    """Commands on somebody else's key and channel, and on all; wrong enough to change nothing."""
    return [
        *(("GET", key), ("EXISTS", key), ("TYPE", key), ("DUMP", key), ("COPY", key, key)),
        *(
            ("SET", key, "x", "XX", "NX"),
            ("EXPIRE", key, "100"),
            ("WATCH", key),
            ("OBJECT", "FREQ", key),
        ),
        *(("SCAN", "0"), ("KEYS", "*"), ("RANDOMKEY",), ("DBSIZE",), ("MEMORY", "USAGE", key)),
        *(("EVAL", "return redis.call('GET', ARGV[1])", "0", key), ("EVAL", _SCAN, "0")),
        *(("FLUSHALL", "NOTHING"), ("FLUSHDB", "NOTHING"), ("SWAPDB", "x", "y"), ("INFO",)),
        *(("CONFIG", "GET", "maxmemory"), ("CLIENT", "LIST"), ("CLIENT", "KILL", "ID", "0")),
        *(("CLIENT", "TRACKING", "ON", "BCAST"), ("SCRIPT", "FLUSH", "NOTHING"), ("ACL", "LIST")),
        *(("FUNCTION", "FLUSH", "NOTHING"), ("PUBSUB", "CHANNELS"), ("PUBLISH", channel, "x")),
        *(("SUBSCRIBE", channel), ("PSUBSCRIBE", "*"), ("PSUBSCRIBE", f"{channel}*")),
    ]


_SCAN = "return redis.call('SCAN', '0')"


def _let(cache: Connection, words: tuple[str, ...]) -> bool:
    """Whether a command was allowed: any error but a refusal says that it was."""
    try:
        cache.call(*words)
    except Said as error:
        # Scripts say it in words of their own, which differ between Redis and Valkey.
        return words[0] != "EVAL" and not str(error).startswith("NOPERM")
    return True


def _flush(cache: Connection) -> str:
    """Whether everything could be deleted, asked without doing it."""
    try:
        user = cache.call("ACL", "WHOAMI")
        allowed = cache.call("ACL", "DRYRUN", str(user), "FLUSHALL")
    except Said:
        return "whether FLUSHALL is allowed it does not say"
    return "FLUSHALL would be allowed" if allowed == "OK" else "FLUSHALL would be refused"


def _connected(ask: Ask, work: Callable[[Connection], Answer]) -> Answer:
    try:
        with Connection(ask["host"], ask["port"]) as cache:
            _log_in(cache, ask.get("user") or "", ask.get("password") or "")
            cache.call("PING")
            return work(cache)
    except Said as error:
        return answer(REFUSED, error)
    except OSError as error:
        return of_error(error)


def _log_in(cache: Connection, user: str, password: str) -> None:
    if not password:
        return
    try:
        cache.call("AUTH", *([user] if user else []), password)
    except Said as error:
        # A server without a password complains about being given one, and lets everybody in.
        if "without any password configured" not in str(error):
            raise


ACTIONS = {"scratch": scratch, "read": read, "trespass": trespass}
