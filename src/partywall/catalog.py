"""Finds architectures, engines and probes by looking in their folders."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from partywall import architectures, engines
from partywall.architectures.preset import Preset
from partywall.interfaces import BuildsEngine
from partywall.model.choices import Choices
from partywall.model.errors import BadInput

_ENGINES: dict[str, BuildsEngine] = {}


def presets() -> dict[str, Preset]:
    """Every architecture by name."""
    modules = (import_module(f"{architectures.__name__}.{name}") for name in _names(architectures))
    found = (module.PRESET for module in modules if hasattr(module, "PRESET"))
    return {preset.name: preset for preset in found}


def choices(names: Sequence[str]) -> Choices:
    """The point that architectures laid over each other make; without any, `dual`.

    Raises:
        BadInput: when there is no such architecture, or more than one base.
    """
    known = presets()
    chosen = [known[name] if name in known else _unknown(name, known) for name in names]
    bases = _bases(chosen)
    if len(bases) > 1:
        raise BadInput(
            f"{' and '.join(base.name for base in bases)} cannot be combined",
            remedy="name one architecture, and any of the overlays: "
            + ", ".join(preset.name for preset in known.values() if preset.lies_over),
        )
    point = Choices()
    for preset in [*bases, *(preset for preset in chosen if preset not in bases)]:
        point = preset.over(point, alone=preset in bases)
    return point


def _bases(chosen: Sequence[Preset]) -> list[Preset]:
    """Those that are no overlay; of several, those that can be laid over others are."""
    bases = [preset for preset in chosen if not preset.overlay]
    firm = [preset for preset in bases if preset.laid is None]
    return firm or bases[:1]


def engine_names() -> list[str]:
    """Every engine that can be chosen."""
    return sorted({*_complete(), *_ENGINES})


def engine(name: str) -> BuildsEngine:
    """What builds an engine of this name.

    Raises:
        BadInput: when there is none.
    """
    if name in _ENGINES:
        return _ENGINES[name]
    if name not in _complete():
        raise BadInput(
            f"there is no engine `{name}` in this version",
            remedy="say `partywall --engine NAME …`, or `engine: NAME` in partywall.yaml; "
            f"there is: {', '.join(engine_names())}",
        )
    module = import_module(f"{engines.__name__}.{name}.build")
    build: BuildsEngine = module.build
    return build


def register(name: str, build: BuildsEngine) -> None:
    """Add an engine that lives elsewhere (the tests' own)."""
    _ENGINES[name] = build


def _complete() -> list[str]:
    """The engines that can be built: one in the making has no `build` module yet."""
    folders = [Path(folder) for folder in engines.__path__]
    return [
        name
        for name in _names(engines)
        if any((folder / name / "build.py").is_file() for folder in folders)
    ]


def _names(package: ModuleType) -> list[str]:
    return [module.name for module in pkgutil.iter_modules(package.__path__)]


def _unknown(name: str, known: Iterable[str]) -> Preset:
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    raise BadInput(
        f"there is no architecture `{name}` in this version",
        remedy=f"{hint}choose from: {', '.join(known)}",
    )
