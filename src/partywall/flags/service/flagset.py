"""One set of flags, and what it says to a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import OpenFeatureError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails

from .unusable import Unusable

_CODES = frozenset({"FLAG_NOT_FOUND", "PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT"})
"""What OFREP has a word for; everything else is GENERAL."""
Resolve = Callable[[str, EvaluationContext], FlagResolutionDetails[Any]]


class Said(NamedTuple):
    """What a flag says to a user."""

    key: str
    value: object
    reason: str
    variant: str
    """Empty: there is no value, and the app's own default holds."""
    metadata: Mapping[str, object]


class SaysNothing(Exception):
    """A flag that cannot be evaluated; `code` is one of OpenFeature's error codes."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(details)
        self.code = code
        self.details = details


class _Flag(NamedTuple):
    variants: Mapping[str, object]
    ways: tuple[Resolve, ...]
    """How to ask for it: one for each type that its variants have."""


class FlagSet:
    """Never changed: a new definition is a new set."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        """Check a definition in which every rule is in its place.

        Raises:
            Unusable: when it does not have the shape of one.
        """
        flags = definition["flags"]
        core = FlagdCore()
        try:
            # It takes the flags apart, so it is given copies of them.
            core.set_flags({**definition, "flags": {key: {**flags[key]} for key in flags}})
        except Exception as error:
            raise Unusable(_reason(error)) from error
        self.metadata = core.get_flag_set_metadata()
        ways = _ways(core)
        self._flags = {
            key: _Flag(flag["variants"], tuple(_fitting(ways, flag["variants"].values())))
            for key, flag in flags.items()
        }

    def __len__(self) -> int:
        return len(self._flags)

    def __iter__(self) -> Iterator[str]:
        return iter(self._flags)

    def evaluate(self, key: str, context: EvaluationContext) -> Said:
        """What one flag says.

        Raises:
            SaysNothing: when there is no such flag, or its definition leads nowhere.
        """
        flag = self._flags.get(key)
        if flag is None:
            raise SaysNothing("FLAG_NOT_FOUND", f"flag {key!r} was not found")
        for resolve in flag.ways:
            try:
                found = resolve(key, context)
            except TypeMismatchError:
                continue
            except OpenFeatureError as error:
                code = error.error_code.value
                raise SaysNothing(code if code in _CODES else "GENERAL", _reason(error)) from error
            except Exception as error:
                # Rules may do anything to values that callers choose.
                raise SaysNothing("GENERAL", f"its rules fail: {type(error).__name__}") from error
            variant = found.variant or ""
            # The value as it is defined: asked for as a number, 1 would come back as 1.0.
            value = flag.variants.get(variant)
            return Said(key, value, found.reason or "UNKNOWN", variant, found.flag_metadata)
        raise SaysNothing("GENERAL", "its variant has no value")


def _ways(core: FlagdCore) -> Mapping[type, Resolve]:
    """How to ask for values of each type; a number's own type is that of its definition."""
    numbers: Resolve = lambda key, context: core.resolve_float_value(key, 0.0, context)  # noqa: E731
    objects: Resolve = lambda key, context: core.resolve_object_value(key, {}, context)  # noqa: E731
    return {
        bool: lambda key, context: core.resolve_boolean_value(key, False, context),
        str: lambda key, context: core.resolve_string_value(key, "", context),
        int: numbers,
        float: numbers,
        dict: objects,
        list: objects,
    }


def _fitting(ways: Mapping[type, Resolve], values: Any) -> Iterator[Resolve]:  # noqa: ANN401
    """Each way once, in the order of the variants."""
    found = dict.fromkeys(ways[type(value)] for value in values if type(value) in ways)
    return iter(found or (ways[bool],))


def _reason(error: Exception) -> str:
    """What the evaluator says, or what it stumbled over."""
    words = error.error_message if isinstance(error, OpenFeatureError) else str(error)
    return words or str(error.__cause__ or type(error).__name__)
