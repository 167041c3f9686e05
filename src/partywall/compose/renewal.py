"""New values for the secrets of a file that several environments read, for one that must not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from partywall.compose.envfiles import fresh_secret, is_secret

_ISSUED = re.compile(
    r"CLIENT_(ID|SECRET)|API_?KEY|ACCESS_KEY|WEBHOOK|OAUTH|STRIPE|PAYPAL|TWILIO|SENDGRID|MAILGUN"
    r"|POSTMARK|SMTP|MAIL|AWS|AZURE|GCP|GOOGLE|GITHUB|GITLAB|DISCORD|SLACK|TELEGRAM|SENTRY|OPENAI"
    r"|ANTHROPIC|CLOUDFLARE|HCAPTCHA|RECAPTCHA|TURNSTILE|VAPID|LICEN[CS]E"
)
"""Names of values that a provider gives out: what we could make up would not work."""
_IN_ADDRESS = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^/\s:@]*:)(?P<password>[^@/\s]+)(?=@)")
_TELLING = 12
"""Characters from which on a value inside another one is no coincidence."""


def is_issued(name: str) -> bool:
    """Whether a value is given out by somebody else, who must be asked for another one."""
    return _ISSUED.search(name.upper()) is not None


def renewed(shared: Mapping[str, str], environment: str) -> dict[str, str]:
    """Variable → another value, for every one whose value is secret or has a secret in it.

    The same secret becomes the same new one wherever it stands, so that what logs in and what
    lets in still agree. What only a provider can give out becomes a word that says so: with
    production's value, development would act in production's name.
    """
    new: dict[str, str] = {}
    for name, value in shared.items():
        if is_secret(name, value) and not _IN_ADDRESS.search(value):
            mark = f"not-registered-for-{environment}"
            new[value] = mark if is_issued(name) else new.get(value) or fresh_secret()
        for found in _IN_ADDRESS.finditer(value):
            new.setdefault(found["password"], fresh_secret())
    changed = {name: _with(name, value, new) for name, value in shared.items()}
    return {name: value for name, value in changed.items() if value != shared[name]}


def _with(name: str, value: str, new: Mapping[str, str]) -> str:
    # A user that is called like the password (postgres, postgres) keeps the name.
    if value in new and (is_secret(name, value) or len(value) >= _TELLING):
        return new[value]

    def password(found: re.Match[str]) -> str:
        return f"{found['before']}{new[found['password']]}"

    value = _IN_ADDRESS.sub(password, value)
    for old in sorted(new, key=len, reverse=True):
        if len(old) >= _TELLING:
            value = value.replace(old, new[old])
    return value
