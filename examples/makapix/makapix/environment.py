"""Reads settings from environment variables, by name, and says which one is missing."""

import os

DEFAULT_PORT = 8080


def required(name: str) -> str:
    """Return the variable's value; leave the process with one clear line when it is not set."""
    value = os.environ.get(name, "")
    if not value:
        raise SystemExit(f"{name} is not set: see .env.example and compose.yaml")
    return value


def optional(name: str, default: str) -> str:
    """Return the variable's value, or the default when it is unset or empty."""
    return os.environ.get(name) or default


def over_https() -> bool:
    """Tell whether people reach the page over HTTPS."""
    return optional("PUBLIC_URL", "http://localhost:8080").startswith("https:")


def listen_address() -> tuple[str, int]:
    """Return the host and port on which this process serves HTTP."""
    return optional("HOST", "0.0.0.0"), int(optional("PORT", str(DEFAULT_PORT)))


def is_production(environment: str) -> bool:
    """Tell whether an environment's name means the real thing."""
    return environment in {"prod", "production"}
