"""Rewrites the stored canonical files and the golden plans; look at the difference before use."""

from __future__ import annotations

from tests.architectures import counsel, plans, portions

from partywall.compose import cli
from partywall.model.secret import SecretRef

_SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "MQTT_PASSWORD", "SESSION_SECRET")


def canonical(name: str) -> str:
    """The Compose CLI's answer for one environment, the folder's own path taken out.

    Raises:
        RuntimeError: when it has none.
    """
    domain = "makapix.localhost" if name == "prod" else f"{name}.makapix.localhost"
    said = cli.answer(
        cli.ask(
            cli.Question(
                folder=plans.COMPOSE.parent,
                files=(plans.COMPOSE,),
                project=f"makapix-{name}",
                variables={
                    "PARTYWALL_ENVIRONMENT": name,
                    "PARTYWALL_DOMAIN": domain,
                    "PARTYWALL_URL": f"https://{domain}:8443",
                    "PARTYWALL_URL_VAULT": f"https://vault.{domain}:8443",
                    "HOME": "/root",
                    **{secret: str(SecretRef(secret, 1)) for secret in _SECRETS},
                },
            )
        )
    )
    if said.code:
        raise RuntimeError(said.err)
    return said.out.replace(str(plans.COMPOSE.parent), plans.FOLDER)


def regenerate() -> None:
    """Ask the Compose CLI, then write what follows from its answers."""
    plans.STORED.mkdir(exist_ok=True)
    plans.GOLDEN.mkdir(exist_ok=True)
    for name in plans.NAMES:
        (plans.STORED / f"{name}.yaml").write_text(canonical(name))
    plans.DIGEST.write_text(plans.digest())
    for old in plans.GOLDEN.glob("*.txt"):
        old.unlink()
    for name, made in plans.PLANS.items():
        plans.file(name).write_text(plans.text(made()))
    portions.FILE.write_text(portions.text())
    counsel.regenerate()


if __name__ == "__main__":
    regenerate()
