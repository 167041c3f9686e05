"""What containers write: frames, lines, times, and going on where the last look ended."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.labels import KEY
from partywall.engines.docker.logs import ContainerLogs
from partywall.engines.docker.names import Naming
from partywall.engines.docker.streams import lines, since, timed
from partywall.engines.docker.unnamed import Unnamed
from partywall.engines.docker.volume_names import VolumeNames

NAMING = Naming(project="app", project_id="1", commons="commons")


def frame(stream: int, text: str) -> bytes:
    data = text.encode()
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def test_lines_are_read_with_and_without_frames() -> None:
    framed = frame(1, "one\ntw") + frame(1, "o\n")
    assert list(lines([framed], framed=True)) == ["one", "two"]
    assert list(lines([b"one\r\ntwo"], framed=False)) == ["one", "two"]


def test_the_halves_of_two_streams_are_not_mixed() -> None:
    framed = frame(1, "o") + frame(2, "err\n") + frame(1, "ut\n")
    assert list(lines([framed], framed=True)) == ["err", "out"]


@pytest.mark.parametrize("size", [1, 3, 9])
def test_frames_may_be_cut_anywhere(size: int) -> None:
    whole = frame(1, "one\n") + frame(2, "two\n") + frame(1, "three")
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert list(lines(pieces, framed=True)) == ["one", "two", "three"]


def test_a_line_comes_as_soon_as_it_is_whole() -> None:
    def pieces() -> Iterator[bytes]:
        yield frame(1, "one\n")
        raise AssertionError("nobody needs more")

    assert next(lines(pieces(), framed=True)) == "one"


def test_a_time_is_asked_for_to_the_nanosecond() -> None:
    time, text = timed("2026-11-27T03:57:38.123456789Z all is well")
    assert text == "all is well"
    assert since(time) == "1795751858.123456789"
    assert since("2026-11-27T03:57:38Z") == "1795751858.0"


class Scripted(Api):
    """One container after the other, each with the streams that it gives in turn."""

    def __init__(self, *turns: tuple[str, list[str]]) -> None:
        super().__init__(Path("/nowhere"))
        self.turns = list(turns)
        self.asked: list[dict[str, object]] = []

    def get(self, path: str, **query: object) -> Any | None:
        if not self.turns:
            return [] if path == "/containers/json" else None
        name = self.turns[0][0]
        if path == "/containers/json":
            return [{"Id": name, "Created": 1, "Labels": {KEY: "dev/web"}}]
        return {"Id": name, "Config": {"Tty": False}}

    def stream(self, path: str, **query: object) -> Iterator[bytes]:
        self.asked.append({"path": path, **query})
        name, texts = self.turns.pop(0)
        assert path == f"/containers/{name}/logs"
        return iter([frame(1, f"{text}\n") for text in texts])


class Patient:
    """A clock that nobody waits for."""

    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0


def stamped(second: int, text: str) -> str:
    return f"2026-11-27T03:57:{second:02}.000000000Z {text}"


def logs(api: Api) -> ContainerLogs:
    clock = Patient()
    unnamed = Unnamed(api, VolumeNames(Path("/none")), Path("/none"))
    containers = Containers(api, NAMING, clock, lambda _, text: text, unnamed)
    return ContainerLogs(api, containers, clock)


def test_following_goes_on_over_a_restart_and_a_new_container() -> None:
    first, second, third = stamped(1, "first"), stamped(2, "second"), stamped(3, "third")
    api = Scripted(
        ("a", [first]),
        ("a", [first, second]),  # the engine gives the line of that very time once more
        ("a", [second, third]),
        ("b", [stamped(0, "anew")]),
    )
    log = logs(api).of("dev/web")
    assert log.last(5) == ["first"]
    assert list(islice(log.follow(), 3)) == ["second", "third", "anew"]
    assert [one.get("since") for one in api.asked] == [
        None,
        "1795751821.000000000",
        "1795751822.000000000",
        None,
    ]


def test_a_late_line_of_the_other_stream_is_not_lost() -> None:
    api = Scripted(("a", [stamped(2, "out"), stamped(1, "err")]))
    assert logs(api).of("dev/web").last(5) == ["out", "err"]


def test_without_a_look_back_following_starts_at_the_end() -> None:
    old, new = stamped(1, "old"), stamped(2, "new")
    api = Scripted(("a", [old]), ("a", [old, new]))
    assert next(iter(logs(api).of("dev/web").follow())) == "new"
    assert api.asked[0]["tail"] == "1"


def test_what_never_wrote_has_no_lines() -> None:
    assert logs(Scripted()).of("dev/web").last(5) == []
    assert logs(Scripted()).written("dev") == []
