"""Files of `secrets:` and `configs:`: written for one program alone, and where it finds them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from partywall.engines.embedded.folders import make_lent
from partywall.engines.embedded.supervise.program import Account
from partywall.model.app import Attachment
from partywall.model.errors import MachineFailed, Place
from partywall.model.secret import Secret, SecretRef, resolve
from partywall.system.files import failed, read_bytes

_SECRETS = "/run/secrets"


def places(folder: Path, attachments: tuple[Attachment, ...]) -> dict[str, Path]:
    """Target → the file in a folder that only its owner's programs may read."""
    return {one.target: _place(folder, one.target) for one in attachments}


def paths(folder: Path, attachments: tuple[Attachment, ...]) -> dict[str, str]:
    """Container path → host path; the customary folder of secrets counts as well."""
    found = {target: str(place) for target, place in places(folder, attachments).items()}
    if any(str(PurePosixPath(target).parent) == _SECRETS for target in found):
        found[_SECRETS] = str(_place(folder, f"{_SECRETS}/any").parent)
    return found


def content(
    attachment: Attachment,
    resolve_path: Callable[[str], Path],
    value: Callable[[SecretRef], Secret],
) -> bytes:
    """What a file holds.

    Raises:
        MachineFailed: when the host's file is gone, or a secret is not in the store.
    """
    if attachment.text is not None:
        encoding = "latin-1" if attachment.binary else "utf-8"
        return resolve(attachment.text, value).encode(encoding)
    path = resolve_path(attachment.file)
    data = read_bytes(path)
    if data is None:
        raise MachineFailed(
            f"the {attachment.kind} {attachment.source} is read from {path.name}, which is missing",
            where=Place(str(path)),
            remedy="write it, then run the same command again",
        )
    return data


def lay(folder: Path, contents: dict[str, bytes], account: Account | None, home: Path) -> None:
    """Write the files of a program, and remove those that it has no longer.

    The folders stay ours: a program cannot plant a link there that we would follow.

    Args:
        folder: that of the program.
        contents: target → what it holds.
        account: who may read, None for our own user.
        home: the installation's home.

    Raises:
        MachineFailed: when one cannot be written or removed.
    """
    wanted = {_place(folder, target): data for target, data in contents.items()}
    for path, data in wanted.items():
        make_lent(path.parent, account, home)
        _write(path, data, account)
    for path in folder.glob("*/*"):
        if path not in wanted:
            path.unlink(missing_ok=True)


def _place(folder: Path, target: str) -> Path:
    pure = PurePosixPath(target)
    return folder / str(pure.parent).replace("/", "-") / pure.name


def _write(path: Path, data: bytes, account: Account | None) -> None:
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            if account is not None:
                os.fchown(file.fileno(), account.uid, account.gid)
            file.write(data)
        Path(draft).replace(path)
    except OSError as error:
        raise failed(error, "write", path) from error
