"""Which files are migrations, by where they lie and what they say."""

from __future__ import annotations

import re
from typing import NamedTuple


class _Way(NamedTuple):
    path: str
    says: str = ""


_DDL = (
    r"\b(?:CREATE|ALTER|DROP|RENAME|TRUNCATE)\s+(?:\w+\s+){0,3}(?:TABLE|INDEX|TYPE|VIEW|COLUMN|SCHEMA"
    r"|SEQUENCE|CONSTRAINT|FUNCTION|TRIGGER|DOMAIN|EXTENSION|POLICY)\b"
)
_FOLDER = r"(?:^|/)(?:migrations?|migrate)/(?:.*/)?"
_WAYS = (
    # Alembic
    _Way(r"(?:^|/)versions/[^/]+\.py$", r"(?m)^down_revision\b"),
    # Django
    _Way(r"(?:^|/)migrations/0\d*[^/]*\.py$"),
    _Way(r"(?:^|/)migrations/[^/]+\.py$", r"\bclass\s+Migration\b"),
    # Plain SQL, Prisma, golang-migrate, dbmate
    _Way(_FOLDER + r"[^/]+\.sql$"),
    _Way(r"(?:^|/)(?:db|database|schema|ddl|sql|drizzle|changelogs?)/(?:.*/)?[^/]+\.sql$", _DDL),
    # Flyway, in SQL and in Java
    _Way(r"(?:^|/)(?:[VU]\d[\w.]*|R)__[^/]+\.(?:sql|java|kt)$"),
    # Liquibase
    _Way(r"(?:^|/)[^/]+\.(?:xml|ya?ml|json)$", r"<databaseChangeLog\b|\bdatabaseChangeLog\"?\s*:"),
    # Rails
    _Way(r"(?:^|/)db/migrate/(?:.*/)?\d+_[^/]+\.rb$"),
    # Knex, Sequelize, TypeORM, node-pg-migrate
    _Way(
        _FOLDER + r"[^/]+\.[cm]?[jt]s$",
        r"\bexports\.(?:up|shorthands)\b|\bup\s*[(:=]|\bMigrationInterface\b|\bfunction\s+up\b",
    ),
    # Laravel, Doctrine, Ecto, Entity Framework, goose
    _Way(_FOLDER + r"[^/]+\.(?:php|exs|cs|go)$", r"\bMigration\b|\bAddMigration"),
)


def is_migration(path: str, text: str) -> bool:
    """Whether a file changes a schema when it is applied.

    Args:
        path: from the top of the repository, with slashes.
        text: its content.
    """
    return any(
        re.search(way.path, path, re.IGNORECASE if "V" not in way.path else 0)
        and re.search(way.says, text, re.IGNORECASE)
        for way in _WAYS
    )
