"""Secrets of a shared file are other ones in an environment that must not have them."""

from partywall.compose.renewal import is_issued, renewed

SHARED = {
    "POSTGRES_USER": "postgres",
    "POSTGRES_PASSWORD": "postgres",
    "POSTGRES_DB": "postgres",
    "DATABASE_URL": "postgresql://postgres:postgres@db:5432/postgres",
    "SESSION_SECRET": "a-long-secret-of-production",
    "SESSION_OPTIONS": "name=x;secret=a-long-secret-of-production",
    "REDIS_URL": "redis://:cache-word@cache/0",
    "STRIPE_SECRET_KEY": "sk_live_1234567890",
    "COLOUR": "blue",
    "DEBUG": "false",
}


def test_what_logs_in_and_what_lets_in_still_agree():
    new = renewed(SHARED, "dev")
    password = new["POSTGRES_PASSWORD"]
    assert password != "postgres"
    assert new["DATABASE_URL"] == f"postgresql://postgres:{password}@db:5432/postgres"
    assert new["REDIS_URL"].startswith("redis://:")
    assert "cache-word" not in new["REDIS_URL"]


def test_names_and_plain_values_stay():
    assert not {"POSTGRES_USER", "POSTGRES_DB", "COLOUR", "DEBUG"} & renewed(SHARED, "dev").keys()


def test_a_secret_inside_another_value_is_followed():
    new = renewed(SHARED, "dev")
    assert new["SESSION_OPTIONS"] == f"name=x;secret={new['SESSION_SECRET']}"


def test_what_a_provider_gives_out_is_not_made_up():
    assert renewed(SHARED, "dev")["STRIPE_SECRET_KEY"] == "not-registered-for-dev"
    assert is_issued("GOOGLE_CLIENT_SECRET")
    assert not is_issued("POSTGRES_PASSWORD")


def test_every_environment_gets_others():
    assert renewed(SHARED, "dev")["SESSION_SECRET"] != renewed(SHARED, "next")["SESSION_SECRET"]
    assert renewed({}, "dev") == {}
