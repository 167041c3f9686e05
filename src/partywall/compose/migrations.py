"""The last migrations of an app, as far as its files tell; pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

FOLDERS = frozenset({"migrations", "migration", "migrate", "versions"})
"""What folders of migrations are customarily called."""
_SUFFIXES = frozenset({".py", ".sql", ".js", ".ts", ".rb", ".php"})
_NO_MIGRATION = frozenset({"__init__.py", "env.py", "index.js", "index.ts"})
_NUMBERED = re.compile(r"[0-9]|V[0-9]", re.IGNORECASE)


def is_migration(path: str) -> bool:
    """Whether a file is one, by its folder and its name."""
    pure = PurePosixPath(path)
    known = pure.parent.name in FOLDERS and pure.suffix in _SUFFIXES
    return known and pure.name not in _NO_MIGRATION


def heads(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Folder → its last migrations: more than one where two lines of them have not been joined.

    Args:
        texts: path → content of each migration.
    """
    folders: dict[str, dict[str, str]] = {}
    for path, text in texts.items():
        pure = PurePosixPath(path)
        folders.setdefault(str(pure.parent), {})[pure.name] = text
    return {folder: _heads(folder, files) for folder, files in sorted(folders.items())}


def _heads(folder: str, files: Mapping[str, str]) -> tuple[str, ...]:
    app = PurePosixPath(folder).parent.name
    known: dict[str, frozenset[str]] = {}
    for name, text in files.items():
        if name.endswith(".py") and (found := _python(app, name.removesuffix(".py"), text)):
            known[found[0]] = found[1]
    if known:
        before = frozenset[str]().union(*known.values())
        return tuple(sorted(known.keys() - before))
    numbered = [name for name in files if _NUMBERED.match(name)]
    return (max(numbered or files, key=_order),)


def _order(name: str) -> list[tuple[int, str]]:
    """Numbers by their size, whatever zeros are before them."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _python(app: str, name: str, text: str) -> tuple[str, frozenset[str]] | None:
    """What a migration in Python is called, and what it says comes before it."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    said = dict(_assigned(tree.body))
    revision = next(_words(said.get("revision")), None)
    if revision is not None:
        return revision, frozenset(_words(said.get("down_revision")))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            inner = dict(_assigned(node.body))
            return name, frozenset(_of_app(app, inner.get("dependencies")))
    return None


def _assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        yield from ((t.id, value) for t in targets if isinstance(t, ast.Name) and value)


def _words(value: ast.expr | None) -> Iterator[str]:
    """Every text in it."""
    for node in ast.walk(value) if value else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _of_app(app: str, value: ast.expr | None) -> Iterator[str]:
    """Of pairs of an app and a migration those of this app: each app has a `0001_initial`."""
    for node in ast.walk(value) if value else ():
        if isinstance(node, ast.Tuple) and (said := list(_words(node)))[:1] == [app]:
            yield from said[1:]
