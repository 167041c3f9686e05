"""Service names and container paths become what they are on this machine."""

import pytest

from partywall.engines.embedded.allocations import Address
from partywall.engines.embedded.names import in_text, localise

HOSTS = {
    "db": Address("127.70.1.1", {5432: 5432}),
    "cache": Address("127.70.1.2", {6379: 41000}),
    "api": Address("127.70.1.3", {8000: 8000}),
}
PATHS = {"/vault": "/p/data/dev/vault", "/vault/deep": "/p/data/dev/deep"}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("postgresql://u:p@db:5432/app", "postgresql://u:p@127.70.1.1:5432/app"),
        ("postgresql://u:p@db/app", "postgresql://u:p@127.70.1.1/app"),
        ("redis://:p@cache:6379/0", "redis://:p@127.70.1.2:41000/0"),
        ("redis://cache/0", "redis://127.70.1.2:41000/0"),
        ("http://api:8000", "http://127.70.1.3:8000"),
        ("host=db dbname=db", "host=127.70.1.1 dbname=db"),
        ("cache:6379,api:8000", "127.70.1.2:41000,127.70.1.3:8000"),
        ("http://api.example.org", "http://api.example.org"),
        ("http://my-api:8000", "http://my-api:8000"),
        ("a web of db and cache", "a web of db and cache"),
        ("db", "db"),
        ("__PW_SECRET_db_V1__", "__PW_SECRET_db_V1__"),
        ("/vault", "/p/data/dev/vault"),
        ("/vault/a/b", "/p/data/dev/vault/a/b"),
        ("/vault/deep/x", "/p/data/dev/deep/x"),
        ("/vaults", "/vaults"),
    ],
)
def test_a_text_is_localised(text: str, becomes: str) -> None:
    assert in_text(text, HOSTS, PATHS) == becomes


def test_a_bare_name_counts_only_in_a_variable_named_like_a_host() -> None:
    given = {"DB_HOST": "db", "POSTGRES_DB": "db", "REDIS_HOSTS": "cache,api"}
    assert localise(given, HOSTS, {}) == {
        "DB_HOST": "127.70.1.1",
        "POSTGRES_DB": "db",
        "REDIS_HOSTS": "127.70.1.2,127.70.1.3",
    }


def test_a_moved_port_is_followed_beside_its_host() -> None:
    given = {"CACHE_HOST": "cache", "CACHE_PORT": "6379", "OTHER_PORT": "6379"}
    assert localise(given, HOSTS, {}) == {
        "CACHE_HOST": "127.70.1.2",
        "CACHE_PORT": "41000",
        "OTHER_PORT": "6379",
    }
