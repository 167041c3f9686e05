"""The sheet's colours, for light and for dark surroundings, as one style sheet."""

from __future__ import annotations

import re

_KINDS = {
    "address": ("#fff6dc", "#b98a1e", "#382f17", "#d9b65f"),
    "web": ("#e5f0ff", "#3674c4", "#1b2c47", "#82b4f5"),
    "app": ("#eaeaff", "#585dc4", "#272850", "#a7abff"),
    "worker": ("#f2e9fc", "#8450b8", "#34254d", "#c9a0f4"),
    "job": ("#f3f3f1", "#777b82", "#2a2d33", "#a6abb4"),
    "database": ("#e2f5ec", "#27866a", "#153529", "#6bd1ab"),
    "cache": ("#e0f4f8", "#237f90", "#13333a", "#70c9d9"),
    "broker": ("#fceef7", "#af4a88", "#3d2234", "#e899c8"),
    "files": ("#f6f0e1", "#8a6f3a", "#362f1f", "#d0b57d"),
    "edge": ("#ffffff", "#3f4752", "#20252d", "#c4ccd6"),
}
_MARKS = {
    "create": ("#1f9d4d", "#4fd884"),
    "change": ("#d18400", "#ffbc42"),
    "remove": ("#d22f2f", "#ff7b72"),
}
_WIRES = (
    ("#5b7fb0", "#7fa3d6"),
    ("#8a6bb5", "#b394de"),
    ("#3f8f79", "#68bda5"),
    ("#a86a8e", "#d595ba"),
    ("#7d8590", "#a3acb8"),
)
WIRES = len(_WIRES)
_PLAIN = """
text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.name{font-size:14px;font-weight:600}.small{font-size:11px}.title{font-size:17px;font-weight:700}
.head{font-size:20px;font-weight:700}.badge{font-size:10px;font-weight:700}
.mid{text-anchor:middle}.wire,.sign{fill:none;stroke-linecap:round;stroke-linejoin:round}
.wire{stroke-width:1.7}.sign{stroke-width:1.6}.box{stroke-width:1.4}.room{stroke-width:1.6}
.job{stroke-dasharray:5 3.5}.sign.job,.marked{stroke-dasharray:none}.production{stroke-width:2.6}
.marked{stroke-width:2.8}.badge{fill:#fff}.mortar{fill:none;stroke-width:1.4}
"""
_LIGHT = """
.paper{fill:#f6f5f1}.room{fill:#fff;stroke:#98a1ad}.shared{fill:#fafaf7}
.production{stroke:#cc3333}.plate{fill:#cc3333}.title.red{fill:#b32424}
text{fill:#1c222b}.small,.soft{fill:#5a636f}.brick{fill:#c0694f}.mortar{stroke:#f1dfd5}
.wire.door{stroke:#b98a1e}.tip.door{fill:#b98a1e}
"""
_DARK = """
.paper{fill:#12151a}.room{fill:#191d24;stroke:#67707d}.shared{fill:#161a20}
.production{stroke:#f0605c}.plate{fill:#c93a37}.title.red{fill:#ff8f88}
text{fill:#eceff3}.small,.soft{fill:#a9b2be}.brick{fill:#a5533b}.mortar{stroke:#3a231b}
.wire.door{stroke:#d9b65f}.tip.door{fill:#d9b65f}.badge{fill:#fff}.badge.on{fill:#12151a}
"""


def style_sheet() -> str:
    """The rules for light surroundings, and those that dark ones put over them."""
    return f"{_light()}@media (prefers-color-scheme:dark){{{_dark()}}}"


def scoped(scope: str) -> str:
    """The same for pictures within elements of this selector; a printed one is a light one."""
    dark = f"@media screen and (prefers-color-scheme:dark){{{_within(scope, _dark())}}}"
    return f"{_within(scope, _light())}{dark}"


def _within(scope: str, rules: str) -> str:
    """Rules without blocks in blocks, for what is within a selector alone."""

    def narrowed(rule: re.Match[str]) -> str:
        selectors = [f"{scope} {one.strip()}" for one in rule[1].split(",")]
        return f"{','.join(selectors)}{{{rule[2]}}}\n"

    return re.sub(r"\s*([^{}]+)\{([^{}]*)\}", narrowed, rules)


def _light() -> str:
    return f"{_PLAIN}{_LIGHT}{_rules(dark=False)}"


def _dark() -> str:
    return _DARK + _rules(dark=True)


def _rules(*, dark: bool) -> str:
    rules = []
    for kind, inks in _KINDS.items():
        fill, stroke = inks[2:] if dark else inks[:2]
        rules.append(f".box.{kind}{{fill:{fill};stroke:{stroke}}}.sign.{kind}{{stroke:{stroke}}}")
    for mark, pair in _MARKS.items():
        ink = pair[dark]
        rules.append(f".box.marked.{mark}{{stroke:{ink}}}.dot.{mark}{{fill:{ink}}}")
    for at, pair in enumerate(_WIRES):
        ink = pair[dark]
        rules.append(f".wire.w{at}{{stroke:{ink}}}.tip.w{at}{{fill:{ink}}}")
    return "\n".join(rules) + "\n"
