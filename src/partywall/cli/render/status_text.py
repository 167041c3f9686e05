"""The status document as tables, one per environment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from partywall.cli.render.amounts import memory
from partywall.cli.render.budget_text import budget_lines, portion_lines
from partywall.cli.render.columns import clean, count, hang, last_line, sendable
from partywall.cli.render.service_table import Document, Services, health_word, service_tables
from partywall.cli.render.style import Style


def status_text(
    document: Document,
    style: Style,
    production: Collection[str] = ("prod",),
    limits: Sequence[str] = (),
) -> str:
    """The document of `status --json` for people; `limits` are the engine's, as a footnote."""
    sections = [*_environments(document, style, production), *_common(document, style)]
    tables = service_tables([services for _, services, _ in sections], style)
    blocks = [_title(document, style)]
    for (head, services, budget), lines in zip(sections, tables, strict=True):
        held = budget_lines(budget, services, style)
        shared = portion_lines(budget, style) if limits else []
        blocks.append([head, *lines, *_last_words(services, style), *held, *shared])
    blocks.append(_unwatched(document, style))
    blocks.append(_footnote(str(document.get("engine", "")), limits, style))
    return sendable("\n\n".join("\n".join(block) for block in blocks if any(block)), style)


def _last_words(services: Services, style: Style) -> Iterable[str]:
    """What the services that are not well said last."""
    for name, one in services.items():
        if one.get("says") and health_word(one) in {"unhealthy", "stopped", "unknown"}:
            mark = style.paint(style.symbol("bad"), "red")
            yield from hang(f"  {mark} {clean(name)}: ", clean(last_line(one["says"])), style)


def _environments(
    document: Document, style: Style, production: Collection[str]
) -> Iterable[tuple[str, Services, Document | None]]:
    environments: Mapping[str, Document] = document.get("environments") or {}
    for place, (name, one) in enumerate(environments.items()):
        marked = bool(one.get("production", name in production))
        head = style.environment(clean(name), production=marked, place=place)
        lines = [_header(head, one, style, marked), *_source(one, style)]
        lines += [*_unread(one, style), *_beside(one, style)]
        yield "\n".join(lines), one.get("services") or {}, one.get("limits")


def _common(document: Document, style: Style) -> Iterable[tuple[str, Services, None]]:
    """What all environments use: a mapping of services, and the edge, which is one service."""
    if document.get("shared"):
        saved = document.get("saved_bytes")
        said = f"  {memory(saved)} less than with a server for each" if saved else ""
        yield style.paint("shared", "bold") + said, document["shared"], None
    if edge := document.get("edge"):
        one = not all(isinstance(value, Mapping) for value in edge.values())
        services = {"edge": {"role": "edge", **edge}} if one else edge
        yield style.paint("edge", "bold"), services, None


def _title(document: Document, style: Style) -> list[str]:
    dot = f" {style.symbol('dot')} "
    said = (document.get("project"), document.get("architecture"), document.get("engine"))
    return [style.paint(dot.join(clean(one) for one in said if one), "bold")]


def _header(head: str, one: Document, style: Style, production: bool) -> str:
    mark = style.paint("production", "red") if production else ""
    where = f"attached to {clean(one['attached'])}" if one.get("attached") else ""
    url = style.paint(clean(one.get("url") or ""), "cyan")
    parts = (head, mark, where, url, _state(one, style))
    return "  ".join(part for part in (*parts, _protection(one), _expiry(one)) if part)


def _state(one: Document, style: Style) -> str:
    if not one.get("present"):
        return style.paint(_away(one), "dim")
    if one.get("healthy") is None:
        return style.paint("unknown", "amber")
    good = bool(one["healthy"])
    symbol = style.symbol("good" if good else "bad")
    return style.paint(f"{symbol} {'healthy' if good else 'unhealthy'}", "green" if good else "red")


def _away(one: Document) -> str:
    """Who waits for its turn says so at its address; others have none."""
    if not one.get("asleep"):
        return "absent"
    return "asleep" if one.get("url") else "not made: production stands alone"


def _protection(one: Document) -> str:
    protected = one.get("protected")
    if not protected:
        return ""
    user = one.get("user") or (protected if isinstance(protected, str) else "")
    return f"password for user {clean(user)}" if user else "password"


def _source(one: Document, style: Style) -> list[str]:
    """The branch and commit that it is made from, and what its files take."""
    said = one.get("checkout")
    if not said:
        return []
    where = f"{clean(said['branch'])} at {clean(said['commit'])[:10]}"
    return [style.paint(f"  {where}, {memory(said['disk_bytes'])} on disk", "dim")]


def _unread(one: Document, style: Style) -> list[str]:
    if not one.get("unreadable"):
        return []
    head = f"  {style.paint(style.symbol('unsure'), 'amber')} drift unknown: "
    return hang(head, clean(one["unreadable"]), style)


def _beside(one: Document, style: Style) -> Iterable[str]:
    """Drift of what has no line in the table: a lost volume or network is said all the same."""
    for name, said in (one.get("drift") or {}).items():
        mark = style.paint(style.symbol("bad"), "red")
        yield from hang(f"  {mark} {clean(name)}: ", clean(last_line(said)), style)


def _unwatched(document: Document, style: Style) -> list[str]:
    """Said on every engine alike: a change is what brings the watchers back."""
    if not document.get("unwatched"):
        return []
    head = f"{style.paint(style.symbol('bad'), 'red')} nobody watches: "
    return [
        *hang(head, clean(document["unwatched"]), style),
        *hang(f"  {style.symbol('to')} ", "`partywall up` brings both back", style),
    ]


def _expiry(one: Document) -> str:
    return f"expires {clean(one['expires'])}" if one.get("expires") else ""


def _footnote(engine: str, limits: Sequence[str], style: Style) -> list[str]:
    if not limits:
        return []
    head = (
        f"{count(len(limits), 'thing')} that the engine {clean(engine)} deliberately does not do:"
    )
    dot = f"  {style.symbol('dot')} "
    return [
        style.paint(head, "dim"),
        *(line for one in limits for line in hang(dot, clean(one), style)),
    ]
