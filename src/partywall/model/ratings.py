"""The five ratings by which architectures are customarily compared."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class ParallelRun(StrEnum):
    """Whether production and development answer at the same moment."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "n.a."
    """There is no second environment."""


class Isolation(StrEnum):
    """What keeps one environment's data from the other, from thickest to thinnest."""

    FULL = "full"
    """Every server and every folder is an environment's own."""
    DATABASE = "database only"
    """Rows have a server or a database of their own; keys, messages or files are kept by rights."""
    SCHEMA = "schema-level"
    """Rows of both are in one database."""
    NONE = "none"
    """There is no second environment's data, or nothing keeps them apart."""
    CROSSED = "crossed"
    """A probe got through; never a customary rating."""


class Efficiency(StrEnum):
    """How little is taken beside production alone."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very high"


class SchemaTesting(StrEnum):
    """Whether a migration can be tried with production's schema untouched."""

    YES = "yes"
    NO = "no"


class Complexity(StrEnum):
    """How much there is to run, to write and to do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Ratings(msgspec.Struct, frozen=True, kw_only=True):
    """All five of one architecture."""

    parallel_run: ParallelRun
    data_isolation: Isolation
    resource_efficiency: Efficiency
    schema_testing: SchemaTesting
    complexity: Complexity
