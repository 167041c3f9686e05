"""Memory in use is what `docker stats` would say, for cgroup v1 and v2."""

from pathlib import Path
from typing import Any

import pytest

from partywall.engines.docker.api import Api
from partywall.engines.docker.use import in_use, memory
from partywall.model.errors import MachineFailed

V1 = {"usage": 1000, "stats": {"total_inactive_file": 400, "inactive_file": 100}}
V2 = {"usage": 1000, "stats": {"inactive_file": 300}}


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        (V1, 600),
        (V2, 700),
        ({"usage": 1000}, 1000),
        ({"usage": 1000, "stats": {"inactive_file": 2000}}, 1000),
        ({}, None),
        ({"usage": 0}, None),
        (None, None),
    ],
)
def test_the_file_cache_is_left_out(said: dict[str, Any] | None, figure: int | None) -> None:
    assert in_use({"memory_stats": said}) == figure


class CountingApi(Api):
    """An engine with one container that runs, one that does not, and one that it stumbles over."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))

    def get(self, path: str, **query: object) -> Any | None:
        assert query == {"stream": False, "one-shot": True}
        if "broken" in path:
            raise MachineFailed("the Docker engine refuses")
        return {"/containers/a/stats": {"memory_stats": V2}}.get(path)


def test_what_cannot_be_said_is_left_out() -> None:
    assert memory(CountingApi(), ["a", "absent", "broken"]) == {"a": 700}


def test_nobody_asks_nothing() -> None:
    assert memory(CountingApi(), []) == {}
