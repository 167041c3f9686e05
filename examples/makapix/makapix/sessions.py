"""Passwords and signed session cookies; the database only ever sees digests of either."""

import hashlib
import hmac
import secrets

# Interactive logins: 16 MiB and some 40 ms per guess (RFC 7914 names the parameters).
_COST = {"n": 2**14, "r": 8, "p": 1}
SESSION_DAYS = 30


def cookie_name(https: bool) -> str:
    """Return the session cookie's name; over HTTPS no other host can set one with this prefix."""
    return "__Host-makapix" if https else "makapix"


def hash_password(password: str, salt: bytes | None = None) -> str:
    """Return ``salt$digest`` in hexadecimal; a fresh salt unless one is given."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${_digest(password, salt).hex()}"


def password_matches(password: str, stored: str) -> bool:
    """Tell whether the password is the one that was stored."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)).hex(), digest)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)


def session_id(token: str) -> str:
    """Return the row id of a token: reading the table does not let anyone log in."""
    return hashlib.sha256(token.encode()).hexdigest()


class Signer:
    """Makes and checks cookie values of the form ``token.signature``."""

    def __init__(self, secret: str) -> None:
        """Take the environment's own secret: another environment's cookies do not pass."""
        self._secret = secret.encode()

    def new_token(self) -> str:
        """Return a token nobody can guess."""
        return secrets.token_urlsafe(24)

    def sign(self, token: str) -> str:
        """Return the cookie's value."""
        return f"{token}.{self._signature(token)}"

    def token_in(self, cookie: str) -> str | None:
        """Return the token of a cookie that was signed here, else None."""
        token, _, signature = cookie.rpartition(".")
        expected = self._signature(token).encode()
        return token if token and hmac.compare_digest(expected, signature.encode()) else None

    def _signature(self, token: str) -> str:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).hexdigest()
