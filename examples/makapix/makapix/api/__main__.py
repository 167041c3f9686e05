"""Starts the API from its environment variables: ``python -m makapix.api``."""

from pathlib import Path

from makapix.api.app import api_app
from makapix.api.call import Services
from makapix.broker import Broker
from makapix.cache import Cache
from makapix.database import Database
from makapix.environment import optional, over_https, required
from makapix.features import Features
from makapix.serve import serve
from makapix.sessions import Signer
from makapix.vault import Vault


def services() -> Services:
    """Build what the API works with; nothing is connected yet."""
    return Services(
        environment=optional("ENVIRONMENT", "production"),
        https=over_https(),
        database=Database(required("DATABASE_URL")),
        cache=Cache(required("REDIS_URL")),
        broker=Broker("api"),
        vault=Vault(Path(required("VAULT_DIR"))),
        signer=Signer(required("SESSION_SECRET")),
        features=Features(optional("FLAGS_URL", "")),
    )


if __name__ == "__main__":
    serve(api_app(services()))
