"""Where an artwork's file lies: ``{a}/{b}/{key}.{format}``, named by the SHA-256 of its content."""

import hashlib
import re
import secrets
from pathlib import Path

CONTENT_TYPES = {"png": "image/png", "gif": "image/gif", "webp": "image/webp"}
_NAME = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/((?:\1\2)[0-9a-f]{60})\.(png|gif|webp)", re.ASCII)


def key_of(content: bytes) -> str:
    """Return the key of a file's content: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def name_of(key: str, file_format: str) -> str:
    """Return the path inside the vault, with slashes."""
    return f"{key[:2]}/{key[2:4]}/{key}.{file_format}"


def content_type(name: str) -> str | None:
    """Return the content type of a well-formed name, or None for anything else.

    Only the one layout is well formed, so no name with ``..``, a NUL or a second slash ever is.
    """
    match = _NAME.fullmatch(name)
    return CONTENT_TYPES[match[4]] if match else None


class Vault:
    """A folder of files that never change once written."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it has to exist."""
        self.folder = folder

    def find(self, name: str) -> Path | None:
        """Return a file's path, or None when the name is malformed, missing or leads elsewhere."""
        if content_type(name) is None:
            return None
        path = self.folder / name
        # A symbolic link in the vault could lead out of it, to where nobody may even look.
        return path if path.resolve() == self.folder.resolve() / name and path.is_file() else None

    def read(self, name: str) -> bytes:
        """Return a file's content; FileNotFoundError when it is not there."""
        path = self.find(name)
        if path is None:
            raise FileNotFoundError(name)
        return path.read_bytes()

    def store(self, content: bytes, file_format: str) -> str:
        """Write the content, unless it is already there, and return its key.

        Readers see the whole file or none: it is written aside and renamed.
        """
        key = key_of(content)
        path = self.folder / name_of(key, file_format)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{secrets.token_hex(8)}")
            aside.write_bytes(content)
            aside.replace(path)
        return key
