"""Python, read as what it means: calls of an SDK's methods, and addresses of OFREP.

A key is a text, one of two texts, or a name that the module binds once and to a text. A method that
is handed on together with its key, as to `asyncio.to_thread`, counts as called.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from partywall.flags.scanning import urls
from partywall.flags.scanning.clients import is_client
from partywall.flags.scanning.found import Found, gathered
from partywall.flags.scanning.methods import KEYWORDS, PYTHON
from partywall.flags.scanning.python_names import constants, facts, last

_Seen = Iterator[tuple[str | None, int]]


def read(name: str, text: str) -> Found:
    """What a module asks for; one that is no Python of today cannot be read at all."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it warns of is its author's business
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return gathered("python", name, [(None, getattr(error, "lineno", None) or 1)])
    return gathered("python", name, _Module(tree).asked())


class _Module:
    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._above = {below: node for node in self._nodes for below in ast.iter_child_nodes(node)}
        self._facts = facts(self._nodes)
        self._texts = constants(self._nodes)

    def asked(self) -> _Seen:
        for node in self._nodes:
            if isinstance(node, ast.Attribute) and node.attr in PYTHON:
                yield from self._method(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from self._bare(node, node.func)
            elif isinstance(node, ast.JoinedStr | ast.Constant):
                yield from self._address(node)

    def _method(self, node: ast.Attribute) -> _Seen:
        """A method, called or handed on; it is neither where a test makes it answer something."""
        above = self._above[node]
        if not is_client(last(node.value), self._facts):
            return
        line = node.end_lineno or node.lineno
        if isinstance(above, ast.Call) and above.func is node:
            if _enough(above):
                yield from self._keys(_key(above), line)
        elif isinstance(above, ast.Call) and node in above.args:
            after = above.args[above.args.index(node) + 1 :]
            yield from self._keys(after[0] if after else _keyword(above), line)
        elif isinstance(node.ctx, ast.Load) and not isinstance(above, ast.Attribute):
            yield None, line

    def _bare(self, call: ast.Call, called: ast.Name) -> _Seen:
        """A method that was given a name of its own, or a function that stands for it."""
        if called.id in PYTHON and self._facts.imports and _enough(call):
            line = called.end_lineno or called.lineno
            yield from ((key, line) for key, line in self._keys(_key(call), line) if key)

    def _keys(self, key: ast.expr | None, line: int) -> _Seen:
        if isinstance(key, ast.IfExp):
            yield from self._keys(key.body, line)
            yield from self._keys(key.orelse, line)
        elif isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, line
        elif isinstance(key, ast.Name):
            yield self._texts.get(key.id), line
        else:
            yield None, line

    def _address(self, node: ast.JoinedStr | ast.Constant) -> _Seen:
        above = self._above.get(node)
        text = _written(node)
        if urls.MARK not in text or isinstance(above, ast.Expr | ast.JoinedStr):
            return
        inner: ast.AST = node
        while isinstance(above, ast.BinOp | ast.keyword | ast.IfExp):
            if isinstance(above, ast.BinOp) and inner is above.left:
                text += urls.HOLE
            inner, above = above, self._above.get(above)
        if isinstance(above, ast.Call) and inner is not above.func:
            if urls.only_says(last(above.func)):
                return
        elif isinstance(above, ast.Raise):
            return
        yield from ((key, node.lineno) for key in urls.asked(text))


def _written(node: ast.JoinedStr | ast.Constant) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (one.value if isinstance(one, ast.Constant) else urls.HOLE for one in node.values)
    return "".join(map(str, parts))


def _enough(call: ast.Call) -> bool:
    """Whether it can be the SDK's, which wants a key and something to fall back on."""
    spread = any(isinstance(one, ast.Starred) for one in call.args)
    spread = spread or any(one.arg is None for one in call.keywords)
    return spread or len(call.args) + len(call.keywords) >= 2


def _key(call: ast.Call) -> ast.expr | None:
    return call.args[0] if call.args else _keyword(call)


def _keyword(call: ast.Call) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg in KEYWORDS), None)
