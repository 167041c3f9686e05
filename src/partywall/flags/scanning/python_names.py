"""What the names in a Python module stand for."""

from __future__ import annotations

import ast
import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping

from partywall.flags.scanning.clients import Facts, Noted, ours

_NAMED = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.ClassDef
    | ast.ExceptHandler
    | ast.MatchAs
    | ast.MatchStar
)


def last(node: ast.AST | None) -> str:
    """The last name of what something is called on or made by; "" when it has none."""
    while isinstance(node, ast.Call | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def facts(nodes: list[ast.AST]) -> Facts:
    """What is imported, and what names are made by or declared as."""
    noted = Noted()
    for node in nodes:
        if isinstance(node, ast.Import):
            noted.imports |= any(ours(one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            noted.imports |= not node.level and ours(node.module or "")
        elif isinstance(node, ast.arg):
            noted.declared(node.arg, _type(node.annotation))
        else:
            _bound(node, noted)
    return noted.facts()


def _bound(node: ast.AST, noted: Noted) -> None:
    if isinstance(node, ast.AnnAssign):
        noted.declared(last(node.target), _type(node.annotation))
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call | ast.Await) and last(value):
        for target in filter(None, map(last, targets)):
            noted.made(target, last(value))


def _type(annotation: ast.expr | None) -> str:
    """The name of a type; of one that may be None as well, of the type."""
    if isinstance(annotation, ast.BinOp):
        return _type(annotation.left)
    if isinstance(annotation, ast.Subscript):
        outer = last(annotation.value)
        return _type(annotation.slice) if outer in {"Optional", "Annotated"} else ""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        with contextlib.suppress(SyntaxError, ValueError):
            return _type(ast.parse(annotation.value, mode="eval").body)
        return ""
    return last(annotation)


def constants(nodes: list[ast.AST]) -> Mapping[str, str]:
    """Names that are bound once in the whole module, and to a text."""
    texts: dict[str, str] = {}
    bound: Counter[str] = Counter()
    for node in nodes:
        bound.update(_binds(node))
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    texts[target.id] = node.value.value
    return {name: text for name, text in texts.items() if bound[name] == 1}


def _binds(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    elif isinstance(node, _NAMED) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
