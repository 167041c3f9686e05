"""New values for the secrets of a file that several environments read, for one that must not."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping

from partywall.compose.envfiles import fresh_secret, is_secret

_ISSUED = re.compile(
    r"CLIENT_(ID|SECRET)|API_?KEY|ACCESS_KEY|WEBHOOK|OAUTH|STRIPE|PAYPAL|TWILIO|SENDGRID|MAILGUN"
    r"|POSTMARK|SMTP|MAIL|AWS|AZURE|GCP|GOOGLE|GITHUB|GITLAB|DISCORD|SLACK|TELEGRAM|SENTRY|OPENAI"
    r"|ANTHROPIC|CLOUDFLARE|HCAPTCHA|RECAPTCHA|TURNSTILE|VAPID|LICEN[CS]E"
)
"""Names of values that a provider gives out: what we could make up would not work."""
IN_ADDRESS = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^/\s:@]*:)(?P<password>[^@/\s]+)(?=@)")
TELLING = 12
"""Characters from which on a value inside another one is no coincidence."""
_SHAPED = 24
_PREFIX = re.compile(r"(?:base64|hex):|[a-z]{2,6}[-_](?=\w{20})")


def another(value: str) -> str:
    """A fresh secret; of the same shape where the shape may matter, and it is long enough.

    Keys are wanted in hexadecimal, in base64 or with a prefix, and of a certain length.
    """
    # Late: it brings in every generator of the standard library, and few commands need it.
    import secrets  # noqa: PLC0415

    if len(value) < _SHAPED:
        return fresh_secret()
    sets = ("0123456789abcdef", "0123456789ABCDEF")
    for digits in sets:
        if set(value) <= set(digits):
            return "".join(secrets.choice(digits) for _ in value)
    prefix = _PREFIX.match(value)
    kept = prefix.end() if prefix else 0
    return value[:kept] + "".join(_alike(one, secrets.choice) for one in value[kept:])


def _alike(one: str, choose: Callable[[str], str]) -> str:
    for letters in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        if one in letters:
            return choose(letters)
    return one


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
        if is_secret(name, value) and not IN_ADDRESS.search(value):
            mark = f"not-registered-for-{environment}"
            new[value] = mark if is_issued(name) else new.get(value) or another(value)
        for found in IN_ADDRESS.finditer(value):
            new.setdefault(found["password"], another(found["password"]))
    changed = {name: _with(name, value, new) for name, value in shared.items()}
    return {name: value for name, value in changed.items() if value != shared[name]}


def _with(name: str, value: str, new: Mapping[str, str]) -> str:
    # A user that is called like the password (postgres, postgres) keeps the name.
    if value in new and (is_secret(name, value) or len(value) >= TELLING):
        return new[value]

    def password(found: re.Match[str]) -> str:
        return f"{found['before']}{new[found['password']]}"

    value = IN_ADDRESS.sub(password, value)
    for old in sorted(new, key=len, reverse=True):
        if len(old) >= TELLING:
            value = value.replace(old, new[old])
    return value
