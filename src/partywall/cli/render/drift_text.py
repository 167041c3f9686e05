"""The document of `drift` for people: a heading per pair, a line per difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from partywall.cli.render.columns import clean, count
from partywall.cli.render.style import Style

Document = Mapping[str, Any]
_NAMED = {
    "compose": "Compose file",
    "services": "service",
    "volumes": "volume",
    "networks": "network",
    "secrets": "secret",
    "configs": "config",
    "variables": "variable",
}


def drift_text(document: Document, style: Style) -> str:
    """Where each environment is, then each pair with what differs."""
    heads = [_standing(name, one, style) for name, one in document["environments"].items()]
    blocks = ["\n".join(_pair(pair, style)) for pair in document["pairs"]]
    return "\n\n".join(["\n".join(heads), *blocks])


def _standing(name: str, one: Document, style: Style) -> str:
    waiting = f"; {one['waiting']} more on the branch, `partywall pull {clean(name)}`"
    head = f"{style.paint(clean(name), 'bold')}  {clean(one['branch'])} at {one['commit'][:10]}"
    return head + (waiting if one["waiting"] else "")


def _pair(pair: Document, style: Style) -> Iterator[str]:
    one, other = clean(pair["one"]), clean(pair["other"])
    yield style.paint(f"{one} and {other}", "bold")
    if not pair["differences"]:
        yield "  no difference"
        return
    yield from (f"  {line}" for line in _commits(pair["commits"], one, other))
    for part, word in _NAMED.items():
        yield from (f"  {line}" for line in _named(pair[part], word, (one, other)))
    for service, both in pair["images"].items():
        first, second = (_short(both[side]) for side in ("one", "other"))
        yield f"  image of {clean(service)}: {first} in {one}, {second} in {other}"
    for side, name in (("one", one), ("other", other)):
        yield from (
            f"  {clean(file)}: changed by hand in the checkout of {name}"
            for file in pair["edited"][side]
        )
    for folder, both in pair["migrations"].items():
        first, second = (_heads(both[side]) for side in ("one", "other"))
        yield f"  migrations in {clean(folder)}: {first} in {one}, {second} in {other}"


def _commits(said: Document, one: str, other: str) -> Iterator[str]:
    for way, name in (("ahead", other), ("behind", one)):
        if said[way]:
            yield f"{count(said[way], 'commit')} in {name} alone"
            yield from (f"  {clean(subject)}" for subject in said[f"{way}_subjects"])


def _named(said: Document, word: str, names: tuple[str, str]) -> Iterator[str]:
    for side, name in zip(("one", "other"), names, strict=True):
        yield from (f"{word} {clean(each)}: in {name} alone" for each in said[side])
    differ = said.get("differ") or []
    if isinstance(differ, Mapping):
        for each, keys in differ.items():
            yield f"{word} {clean(each)}: {', '.join(map(clean, keys))}"
    else:
        yield from (f"{word} {clean(each)}: differs" for each in differ)


def _short(image: str | None) -> str:
    return clean(image or "none").removeprefix("sha256:")[:12]


def _heads(heads: list[str] | None) -> str:
    return ", ".join(map(clean, heads or [])) or "none"
