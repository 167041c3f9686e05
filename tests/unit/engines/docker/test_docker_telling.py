"""What containers were told, from the engine's answers."""

from __future__ import annotations

import pytest

from partywall.engines.docker.labels import COMPOSE_SERVICE, KEY
from partywall.engines.docker.telling import told


def inspected(**config: object) -> dict[str, object]:
    return {"Config": {"Labels": {KEY: "dev/web"}, **config}}


def test_variables_are_as_the_engine_has_them_and_are_not_shown() -> None:
    one = told("dev", inspected(Env=["A=1", "B=x=y", "EMPTY="], Image="club/web:2"))
    assert (one.key, one.image) == ("dev/web", "club/web:2")
    assert one.variables == {"A": "1", "B": "x=y", "EMPTY": ""}
    assert repr(one) == "Told('dev/web')"


def test_what_is_attached_is_called_by_its_service_and_may_say_nothing() -> None:
    one = told("prod", {"Config": {"Labels": {COMPOSE_SERVICE: "web"}}})
    assert (one.key, one.image, one.words, one.variables) == ("prod/web", "", (), {})


def test_an_image_that_was_built_here_has_no_name() -> None:
    assert told("dev", inspected(Image="partywall/mailer:3f2a")).image == ""


@pytest.mark.parametrize(
    ("entrypoint", "command", "words"),
    [
        (None, ["crond", "-f"], ("crond", "-f")),
        (["crond"], ["-f"], ("crond", "-f")),
        (["/docker-entrypoint.sh"], ["crond", "-f"], ("crond", "-f")),
        (["/sbin/tini", "--", "docker-entrypoint.sh"], ["redis-server"], ("redis-server",)),
        (["/entrypoint.sh"], None, ("/entrypoint.sh",)),
    ],
)
def test_programs_that_only_start_another_one_are_left_out(
    entrypoint: list[str] | None, command: list[str] | None, words: tuple[str, ...]
) -> None:
    assert told("dev", inspected(Entrypoint=entrypoint, Cmd=command)).words == words
