"""Secrets that are written down for all become others, wherever what they open is spoken to."""

import re

import pytest

from partywall.compose.ownsecrets import OwnSecrets
from partywall.compose.renewal import another
from partywall.model.secret import SecretRef

NEW, ISSUED, KEPT = 1, 2, 3


def _shown(name: str, what: int = NEW) -> str:
    return str(SecretRef(name, what))


def renewed(services, files=(), written=()):
    """The services as they are in dev, each version of a secret saying how it was made."""
    own = OwnSecrets(
        "dev",
        lambda name, make: _shown(name, ISSUED if "not-registered" in make() else NEW),
        lambda name, value: _shown(name, KEPT),
    )
    own.learn(services, files, written)
    return {name: own.applied(name, said) for name, said in services.items()}, own


def variables(**said):
    made, _ = renewed({"web": {"environment": said}})
    return made["web"]["environment"]


def test_one_secret_is_one_other_secret_wherever_it_stands():
    made, own = renewed(
        {
            "db": {
                "environment": {"POSTGRES_USER": "app", "POSTGRES_PASSWORD": "app"},
                "healthcheck": {"test": ["CMD", "mysqladmin", "ping", "-papp"], "retries": 3},
            },
            "cache": {
                "command": ["redis-server", "--requirepass", "s3cret"],
                "healthcheck": {"test": "redis-cli -a s3cret ping"},
            },
            "web": {
                "environment": {
                    "DATABASE_URL": "postgres://app:app@db/app",
                    "CACHE_URL": "redis://:s3cret@cache",
                    "NAME": "app",
                },
                "command": "serve --password=s3cret --name app",
                "entrypoint": None,
            },
        }
    )
    of_db, of_cache = _shown("OWN_DB_POSTGRES_PASSWORD"), _shown("OWN_CACHE_PASSWORD")
    assert made["db"]["environment"] == {"POSTGRES_USER": "app", "POSTGRES_PASSWORD": of_db}
    assert made["db"]["healthcheck"]["test"][3] == f"-p{of_db}"
    assert made["cache"]["command"] == ["redis-server", "--requirepass", of_cache]
    assert made["cache"]["healthcheck"]["test"] == f"redis-cli -a {of_cache} ping"
    assert made["web"]["environment"] == {
        "DATABASE_URL": f"postgres://app:{of_db}@db/app",
        "CACHE_URL": f"redis://:{of_cache}@cache",
        "NAME": "app",
    }
    assert made["web"]["command"] == f"serve --password={of_cache} --name app"
    assert own.shared == []


def test_a_long_secret_is_followed_into_any_value():
    made = variables(APP_SECRET="a-long-secret-of-all", OPTIONS="a=1;s=a-long-secret-of-all;b=2")
    assert made["OPTIONS"] == f"a=1;s={_shown('OWN_WEB_APP_SECRET')};b=2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("SSL_KEY", "/certs/tls.key"), ("SSL_KEY", "tls.pem"), ("AUTH", "plain")],
        *[("API_TOKEN", "__PW_SECRET_X_V1__"), ("API_TOKEN", "${UNKNOWN}"), ("API_TOKEN", "true")],
    ],
)
def test_what_is_no_secret_of_all_stays(name, value):
    made = variables(**{name: value})
    assert value in made[name]


@pytest.mark.parametrize(
    ("name", "value", "new"),
    [
        ("NEO4J_AUTH", "neo4j/word", "neo4j/" + _shown("OWN_WEB_NEO4J_AUTH")),
        ("SMTP_PASSWORD", "word", _shown("OWN_WEB_SMTP_PASSWORD", ISSUED)),
        ("APP_PASSWORD", "pa$$word", _shown("OWN_WEB_APP_PASSWORD")),
        # Signed, and so nothing that could be made up: hidden, and shared.
        ("ANON_KEY", "eyJhbGciOi.x.y", _shown("OWN_WEB_ANON_KEY", KEPT)),
    ],
)
def test_what_becomes_of_it(name, value, new):
    assert variables(**{name: value}) == {name: new}


def test_a_store_of_the_apps_own_is_told_the_same_as_who_asks_it():
    made, _ = renewed(
        {
            "a": {"environment": {"AWS_SECRET_ACCESS_KEY": "minio-word"}},
            "b": {"environment": {"MINIO_ROOT_PASSWORD": "minio-word"}},
        }
    )
    values = [value for one in made.values() for value in one["environment"].values()]
    assert values == [_shown("OWN_B_MINIO_ROOT_PASSWORD")] * 2


def test_what_stands_in_a_file_of_settings_stays_and_is_said(tmp_path):
    file = tmp_path / "app.conf"
    file.write_text("name: other\npassword: word-7\n")
    said = {"web": {"environment": {"DB_PASSWORD": "word-7", "APP_SECRET": "other"}}}
    made, own = renewed(said, [file, tmp_path / "nowhere"])
    assert made["web"]["environment"] == {
        "DB_PASSWORD": _shown("OWN_WEB_DB_PASSWORD", KEPT),
        "APP_SECRET": _shown("OWN_WEB_APP_SECRET"),
    }
    assert own.shared == [("web", "DB_PASSWORD")]


def test_a_shared_file_of_a_secret_is_another_one_unless_nobody_could_make_it():
    _, own = renewed({"db": {"environment": {"PASSWORD": "word"}}})
    assert own.of_file("db_root", "word") == _shown("OWN_DB_PASSWORD")
    assert own.of_file("db_root", "else") == _shown("OWN_FILE_DB_ROOT")
    assert own.of_file("tls", "-----BEGIN PRIVATE KEY-----\nx") is None


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("word", r"[A-Za-z0-9]{32}"),
        ("0123456789abcdef" * 4, r"[0-9a-f]{64}"),
        ("0123456789ABCDEF" * 2, r"[0-9A-F]{32}"),
        ("base64:" + "aB3/" * 10 + "abc=", r"base64:([a-z][A-Z]\d/){10}[a-z]{3}="),
        ("123e4567-e89b-42d3-a456-426614174000", r"\d{3}[a-z]\d{4}-.{4}-\d{2}[a-z]\d-[a-z].*"),
    ],
)
def test_another_secret_has_the_shape_that_may_matter(value, shape):
    made = another(value)
    assert re.fullmatch(shape, made)
    assert made not in (value, another(value))


def test_the_public_half_of_a_key_stays_where_it_is_a_users_name():
    made, _ = renewed(
        {
            "store": {"environment": {"STORE_ROOT_USER": "keeper", "STORE_PASSWORD": "deep-one"}},
            "web": {"environment": {"S3_ACCESS_KEY_ID": "keeper", "S3_SECRET": "deep-one"}},
            "mail": {"environment": {"SES_ACCESS_KEY_ID": "AKSOMETHING"}},
        }
    )
    assert made["web"]["environment"]["S3_ACCESS_KEY_ID"].endswith(f"_V{KEPT}__")
    assert made["web"]["environment"]["S3_SECRET"] == made["store"]["environment"]["STORE_PASSWORD"]
    assert made["mail"]["environment"]["SES_ACCESS_KEY_ID"].endswith(f"_V{ISSUED}__")


def test_a_secret_in_settings_that_the_compose_file_holds_stays_as_it_is():
    services = {"db": {"environment": {"POSTGRES_PASSWORD": "of-the-$$-club"}}}
    made, own = renewed(services, written=["db:\n  password: of-the-$$-club\n"])
    assert made["db"]["environment"]["POSTGRES_PASSWORD"] == _shown(
        "OWN_DB_POSTGRES_PASSWORD", KEPT
    )
    assert own.shared == [("db", "POSTGRES_PASSWORD")]


def test_what_runs_after_a_start_and_before_a_stop_knows_the_other_secret():
    hook = {"command": ["mc", "alias", "set", "s3cret-of-files"], "user": "root"}
    said = {"environment": {"ROOT_PASSWORD": "s3cret-of-files"}, "post_start": [hook]}
    made, _ = renewed({"files": {**said, "pre_stop": [{"command": "bye --token=s3cret-of-files"}]}})
    new = _shown("OWN_FILES_ROOT_PASSWORD")
    assert made["files"]["post_start"] == [{**hook, "command": ["mc", "alias", "set", new]}]
    assert made["files"]["pre_stop"] == [{"command": f"bye --token={new}"}]
