"""One file per wall; each exports `PROBE` and is found by looking in this folder."""

from __future__ import annotations

import importlib
import pkgutil

from partywall.proof.probe import Probe


def found() -> tuple[Probe, ...]:
    """Every probe there is, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(module.PROBE for module in modules)
