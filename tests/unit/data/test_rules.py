"""What environments may do on servers that they share, as the servers are told it."""

from __future__ import annotations

import pytest

from partywall.data.mqtt.lists import passwords, topics
from partywall.data.redis.rules import pattern, rules
from partywall.engines.embedded.servers.broker import SPACES, Spaces, _matches
from partywall.model.world import KeySpace, TopicSpace


def keys(prefix: str = "dev:") -> KeySpace:
    return KeySpace(key="dev/keyspace/cache", server="shared/cache", user="a-dev", prefix=prefix)


def said(name: str) -> TopicSpace:
    return TopicSpace(
        key=f"{name}/topicspace/mqtt", server="shared/mqtt", user=f"a-{name}", prefix=f"{name}/"
    )


def test_a_user_begins_with_nothing_and_has_its_prefix_alone() -> None:
    words = rules(keys(), "secret")
    assert words[:5] == ("reset", "on", ">secret", "~dev:*", "&dev:*")
    assert words.index("-@all") < words.index("+@read")
    given = max(i for i, word in enumerate(words) if word.startswith("+"))
    assert all(word.startswith("-") for word in words[given + 1 :])


@pytest.mark.parametrize(
    "word",
    ["-@admin", "-@dangerous", "-scan", "-randomkey", "-dbsize", "-client|tracking", "-function"],
)
def test_what_could_name_or_harm_somebody_elses_is_taken_away(word: str) -> None:
    assert word in rules(keys(), "secret")


def test_the_signs_of_a_prefix_are_no_pattern() -> None:
    assert pattern(keys("a[*]?:")) == r"a\[\*\]\?:*"


def test_a_password_is_kept_hashed_and_the_same_every_time() -> None:
    one, two = (passwords([(said("dev"), "secret")]) for _ in range(2))
    assert one == two
    assert "secret" not in one
    name, _, line = one.strip().partition(":")
    assert name == "a-dev"
    assert _matches(line, "secret")
    assert not _matches(line, "another")
    assert not _matches("", "")


def test_two_users_with_one_password_are_not_seen_to_have_it() -> None:
    lines = passwords([(said("dev"), "same"), (said("prod"), "same")]).splitlines()
    assert len({line.partition(":")[2] for line in lines}) == 2


def test_the_broker_reads_what_is_written_for_mosquitto(tmp_path) -> None:
    (tmp_path / "acl").write_text(topics([said("dev"), said("prod")]))
    spaces = Spaces(tmp_path)

    class Session:
        username = "a-dev"

    assert SPACES == "PARTYWALL_SPACES"
    assert spaces.within(Session(), "dev/news")
    assert spaces.within(Session(), "dev/#")
    for topic in ("prod/news", "#", "+/news", "$SYS/x", "$share/g/dev/#", "devil/news", "", None):
        assert not spaces.within(Session(), topic), topic
    assert not spaces.within(None, "dev/news")
    assert not Spaces(tmp_path / "nowhere").within(Session(), "dev/news")
