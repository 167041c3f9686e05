"""A rehearsal as JUnit's XML, for servers that run checks."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from partywall.cli.render import rehearsal_words as words
from partywall.cli.render.columns import clean
from partywall.cli.render.rehearsal_words import Document
from partywall.rehearsal.reasons import Kind

_SUITE = "partywall rehearse"


def rehearsal_junit(document: Document) -> str:
    """The document of `rehearse --json`: a case for each kind of reason there is.

    What is accepted is skipped with its reason; what was not found passes.
    """
    found: dict[str, list[Document]] = {str(kind): [] for kind in Kind}
    for one in document["reasons"]:
        found[str(one["kind"])].append(one)
    bad = [kind for kind, reasons in found.items() if _is_bad(reasons)]
    suite = Element(
        "testsuite",
        name=_SUITE,
        tests=str(len(found)),
        failures=str(len(bad)),
        errors="0",
        skipped=str(sum(bool(reasons) and not _is_bad(reasons) for reasons in found.values())),
        time=f"{document['seconds']:.3f}",
    )
    for kind, reasons in found.items():
        _case(suite, kind, reasons)
    SubElement(suite, "system-out").text = clean(words.summary(document))
    indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suite, encoding="unicode")}'


def _is_bad(reasons: list[Document]) -> bool:
    return any(not one["accepted"] for one in reasons)


def _case(suite: Element, kind: str, reasons: list[Document]) -> None:
    case = SubElement(suite, "testcase", classname=_SUITE, name=kind)
    if not reasons:
        return
    tag = "failure" if _is_bad(reasons) else "skipped"
    first = next((one for one in reasons if not one["accepted"]), reasons[0])
    SubElement(case, tag, message=clean(first["what"])).text = "\n".join(map(_said, reasons))


def _said(one: Document) -> str:
    parts = (one["what"], one["where"], one["sql"], one["remedy"] and f"do: {one['remedy']}")
    return "\n".join(clean(part) for part in parts if part)
