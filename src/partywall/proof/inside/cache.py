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
    """Try everything that reaches beyond its own keys; none of it harms, were it allowed.

    What is done to somebody's key or channel is done to its own first, where it has to work.
    """

    def work(cache: Connection) -> Answer:
        own, key, channel = str(ask["own"]), str(ask["key"]), str(ask["channel"])
        home = _aimed(own, own, own)
        if odd := [words for words in home if not _let(cache, words, absent=True)]:
            return answer(FAILED, f"not even on its own keys: {_named(odd)}")
        beyond = [*_aimed(own, key, channel), *_at_all(own, key, channel)]
        open_ones = [*_elsewhere(cache, key), *(words for words in beyond if _let(cache, words))]
        if open_ones:
            return answer(AUTHENTICATED, f"was allowed: {_named(open_ones)}")
        says = f"{len(beyond)} of {len(beyond)} commands denied, {_AMONG} among them"
        return answer(REFUSED, f"{says}; {len(home)} work on its own keys")

    return _connected(ask, work)


_AMONG = "SCAN, EVAL, FLUSHALL, CLIENT KILL, CONFIG, SUBSCRIBE"
_DENIALS = ("NOPERM", "ERR DEBUG command not allowed")
_SCAN = "return redis.call('SCAN', '0')"
_GET = "return redis.call('GET', ARGV[1])"
Words = tuple[str, ...]


def _aimed(own: str, key: str, channel: str) -> list[Words]:
    """Commands on a key and a channel, alone or beside an own one; none changes anything."""
    return [
        *(("GET", key), ("EXISTS", key), ("TYPE", key), ("DUMP", key), ("EXPIRE", key, "100")),
        *(("SET", key, "x", "XX", "NX"), ("OBJECT", "FREQ", key), ("WATCH", key)),
        *(("COPY", key, f"{own}:2"), ("COPY", f"{own}:2", key), ("RENAME", f"{own}:2", key)),
        *(("LMOVE", key, f"{own}:2", "LEFT", "LEFT"), ("SINTERSTORE", f"{own}:2", key)),
        *(("BLPOP", key, "0.01"), ("XREAD", "COUNT", "1", "STREAMS", key, "0")),
        ("XREADGROUP", "GROUP", "partywall", "partywall", "COUNT", "1", "STREAMS", key, ">"),
        *(("EVAL", _GET, "0", key), ("EVAL", _GET, "1", key, key)),
        *(("PUBLISH", channel, "x"), ("SUBSCRIBE", channel)),
        *(("SPUBLISH", channel, "x"), ("SSUBSCRIBE", channel)),
    ]


def _at_all(own: str, key: str, channel: str) -> list[Words]:
    """Commands that reach everybody, or that nobody has; wrong enough to change nothing."""
    return [
        *(("SCAN", "0"), ("KEYS", "*"), ("RANDOMKEY",), ("DBSIZE",), ("MEMORY", "USAGE", key)),
        *(("EVAL", _SCAN, "0"), ("SORT", own, "BY", f"{key}*", "GET", f"{key}*")),
        *(
            ("SORT", own, "LIMIT", "x", "y", "STORE", key),
            ("SORT_RO", key),
            ("RESTORE", key, "0", "x"),
        ),
        *(("MOVE", own, "1"), ("MIGRATE", "127.0.0.1", "1", key, "0", "1"), ("SWAPDB", "x", "y")),
        *(("FLUSHALL", "NOTHING"), ("FLUSHDB", "NOTHING"), ("SHUTDOWN", "NOTHING"), ("INFO",)),
        *(("CONFIG", "GET", "maxmemory"), ("CONFIG", "SET", "maxmemory", "x"), ("ACL", "LIST")),
        *(("ACL", "GETUSER", "default"), ("ACL", "SETUSER", "partywall", "nonsense")),
        *(("CLIENT", "LIST"), ("CLIENT", "KILL", "ID", "0"), ("CLIENT", "UNBLOCK", "0")),
        *(("CLIENT", "PAUSE", "x"), ("CLIENT", "TRACKING", "ON", "BCAST"), ("SLOWLOG", "GET")),
        *(("DEBUG", "OBJECT", key), ("REPLICAOF", "x", "y"), ("MODULE", "LIST")),
        *(("SCRIPT", "FLUSH", "NOTHING"), ("SCRIPT", "KILL"), ("FUNCTION", "LIST")),
        *(("FUNCTION", "FLUSH", "NOTHING"), ("FUNCTION", "LOAD", "x"), ("FCALL", "x", "0")),
        *(("PUBSUB", "CHANNELS"), ("PSUBSCRIBE", "*"), ("PSUBSCRIBE", f"{channel}*")),
        ("MONITOR",),
    ]


def _elsewhere(cache: Connection, key: str) -> list[Words]:
    """The same key by another number of the database: a prefix counts in all of them."""
    try:
        cache.call("SELECT", "1")
    except Said:
        return []
    found = [words for words in (("GET", key), ("TYPE", key)) if _let(cache, words)]
    cache.call("SELECT", "0")
    return [("SELECT", "1", *words) for words in found]


def _named(several: list[Words]) -> str:
    return ", ".join(" ".join(words[:2]) for words in several)


def _let(cache: Connection, words: Words, *, absent: bool = False) -> bool:
    """Whether a command was allowed: any error but a refusal says that it was.

    `absent` is what is said of a command that the server does not know.
    """
    try:
        cache.call(*words)
        if words[0].endswith("SUBSCRIBE"):
            cache.call(words[0].replace("SUB", "UNSUB"), words[1])
    except Said as error:
        # Scripts say it in words of their own, which differ between Redis and Valkey.
        says = str(error)
        if says.startswith("ERR unknown command"):
            return absent
        return words[0] != "EVAL" and not says.startswith(_DENIALS)
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
