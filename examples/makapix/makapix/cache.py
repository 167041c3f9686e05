"""What Makapix keeps in Redis: the gallery's first page, rate limits, the worker's heartbeat."""

import logging
import time
from typing import cast

from makapix.healthy import heartbeat_key, prefixed

GALLERY = "gallery"
EDITION = "gallery:edition"
GALLERY_SECONDS = 5
HEARTBEAT_SECONDS = 20
TIMEOUT = 2.0

log = logging.getLogger("makapix.cache")


class Cache:
    """One connection pool to Redis or Valkey; it reconnects by itself."""

    def __init__(self, url: str) -> None:
        """Name the server; nothing is connected yet."""
        from redis import Redis, RedisError  # late: slow to import, and pure tests do without

        self._broken = RedisError
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    def gallery(self) -> tuple[bytes, bytes | None]:
        """Return the gallery's edition and its first page, or None where that is not kept.

        A lost cache makes things slower, it is no error.
        """
        try:
            answer = cast(
                "list[bytes | None]", self._redis.mget(prefixed(EDITION), prefixed(GALLERY))
            )
        except self._broken as error:
            log.warning("gallery not read from the cache: %s", type(error).__name__)
            return b"", None
        edition = answer[0] or b"0"
        of, _, page = (answer[1] or b"").partition(b"\n")
        return edition, page if of == edition else None

    def remember_gallery(self, edition: bytes, page: bytes) -> None:
        """Keep the first page for a few seconds.

        ``edition`` is the one from before the page was read: a page that was overtaken by a
        change meanwhile is kept under an old edition, where nobody looks.
        """
        try:
            self._redis.set(prefixed(GALLERY), edition + b"\n" + page, ex=GALLERY_SECONDS)
        except self._broken as error:
            log.warning("gallery not kept in the cache: %s", type(error).__name__)

    def forget_gallery(self) -> None:
        """Begin a new edition because something on the first page changed."""
        try:
            self._redis.incr(prefixed(EDITION))
        except self._broken as error:
            log.warning("gallery not renewed in the cache: %s", type(error).__name__)

    def may(self, action: str, who: str, per_minute: int) -> bool:
        """Count one more ``action`` by ``who`` and tell whether it is within the limit.

        Errors: RedisError when the cache is away; a limit that cannot be counted does not hold.
        """
        key = prefixed(f"rate:{action}:{who}:{int(time.time() // 60)}")
        with self._redis.pipeline() as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, 120)
            count = pipeline.execute()[0]
        return bool(count <= per_minute)

    def beat(self) -> None:
        """Say that the worker is alive."""
        self._redis.set(heartbeat_key(), "alive", ex=HEARTBEAT_SECONDS)

    def ping(self) -> None:
        """Raise RedisError unless the server answers."""
        self._redis.ping()

    def close(self) -> None:
        """Hang up."""
        self._redis.close()
