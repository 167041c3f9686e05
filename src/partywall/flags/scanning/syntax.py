"""How each language writes comments and texts, as far as it takes to tell them from code."""

from __future__ import annotations

import re
from functools import cache, cached_property

import msgspec

SIMPLE = r"\\."


class Quote(msgspec.Struct, frozen=True):
    """One way to write a text, in regular expressions."""

    opens: str
    closes: str
    """What its first group has matched, if there is one, comes on top."""
    escape: str = SIMPLE
    hole: str = ""
    """Where code begins inside of it, up to a brace."""
    broken: str = ""
    """Something that is put in without a brace."""
    lines: bool = False
    """Whether it may go over several lines."""

    def stops(self, opened: re.Match[str], group: str) -> re.Pattern[str]:
        """Finds what is not simply part of the text that was opened by a group of a match."""
        inner = opened.groups()[opened.re.groupindex[group] :]
        return _stops(self, next(filter(None, inner), ""))


@cache
def _stops(quote: Quote, more: str) -> re.Pattern[str]:
    ends = {"escape": quote.escape, "close": quote.closes + re.escape(more)}
    ends |= {"hole": quote.hole, "broken": quote.broken, "end": "" if quote.lines else r"\n"}
    return _alternatives(ends)


class Syntax(msgspec.Struct, frozen=True, dict=True):
    """How a language is told apart."""

    quotes: tuple[Quote, ...]
    comment: str = r"//[^\n]*"
    block: tuple[str, str] | None = ("/*", "*/")
    nests: bool = False
    """Whether a block of comment may hold another."""
    heredoc: str = ""
    """How a text begins that starts on the next line; its last group names its end."""
    has_patterns: bool = False
    """Whether regular expressions stand between slashes."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """One token from where it is asked."""
        parts = {"newline": r"\n", "space": r"[^\S\n]+", "comment": self.comment}
        parts["block"] = re.escape(self.block[0]) if self.block else ""
        parts["heredoc"] = self.heredoc
        parts |= {f"quote{count}": quote.opens for count, quote in enumerate(self.quotes)}
        parts |= {"number": r"\d\w*", "name": r"[@$]*[^\W\d][\w$]*", "mark": r"."}
        return _alternatives(parts)


def _alternatives(parts: dict[str, str]) -> re.Pattern[str]:
    given = (f"(?P<{name}>{part})" for name, part in parts.items() if part)
    return re.compile("|".join(given), re.DOTALL | re.MULTILINE)


_DOUBLE = Quote('"', '"')
_SINGLE = Quote("'", "'")
_NO_ESCAPE = r"(?!)"

_APOSTROPHE = (
    r"(?:(?<![\w$])|(?<=\breturn)|(?<=\bfrom)|(?<=\bimport)|(?<=\bcase)|(?<=\bof)|(?<=\bin))'"
)
"""Not the one of a word in what a component shows: "don't"."""

JAVASCRIPT = Syntax(
    (_DOUBLE, Quote(_APOSTROPHE, "'"), Quote("`", "`", hole=r"\$\{", lines=True)),
    comment=r"(?<!https:)(?<!http:)//[^\n]*|\A\#![^\n]*",
    has_patterns=True,
)
GO = Syntax((_DOUBLE, _SINGLE, Quote("`", "`", escape=_NO_ESCAPE, lines=True)))
JAVA = Syntax((Quote('"""', '"""', lines=True), _DOUBLE, _SINGLE))
KOTLIN = Syntax(
    (
        Quote('"""', '"""', escape=_NO_ESCAPE, hole=r"\$\{", broken=r"\$[A-Za-z_]", lines=True),
        Quote('"', '"', hole=r"\$\{", broken=r"\$[A-Za-z_]"),
        _SINGLE,
    ),
    nests=True,
)
CSHARP = Syntax(
    (
        Quote(r'\$+("{3,})', "", escape=_NO_ESCAPE, hole=r"\{", lines=True),
        Quote(r'("{3,})', "", escape=_NO_ESCAPE, lines=True),
        Quote(r'(?:\$@|@\$)"', '"', escape=r'""|\{\{', hole=r"\{", lines=True),
        Quote(r'@"', '"', escape='""', lines=True),
        Quote(r'\$"', '"', escape=r"\\.|\{\{", hole=r"\{"),
        _DOUBLE,
        _SINGLE,
    ),
    comment=r"//[^\n]*|\#[^\n]*",
)
PHP = Syntax(
    (
        Quote('"', '"', hole=r"\{(?=\$)", broken=r"\$\{?[A-Za-z_]", lines=True),
        Quote("'", "'", lines=True),
    ),
    comment=r"//[^\n]*|\#(?!\[)[^\n]*",
    heredoc=r"<<<[ \t]*[\"']?([A-Za-z_]\w*)[\"']?",
)
RUBY = Syntax(
    (Quote('"', '"', hole=r"\#\{", lines=True), Quote("'", "'", lines=True)),
    comment=r"^=begin\b.*?(?:^=end\b[^\n]*|\Z)|^__END__$.*|\#[^\n]*",
    block=None,
    heredoc=r"<<[~-]?[\"'`]?([A-Za-z_]\w*)[\"'`]?",
    has_patterns=True,
)
RUST = Syntax(
    (
        Quote(r'\b[bc]?r(#*)"', '"', escape=_NO_ESCAPE, lines=True),
        Quote('"', '"', lines=True),
        Quote(r"'(?=\\|[^\n]')", "'"),
    ),
    nests=True,
)
SYNTAX = {
    "javascript": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "html": JAVASCRIPT,
    "vue": JAVASCRIPT,
    "svelte": JAVASCRIPT,
    "go": GO,
    "java": JAVA,
    "kotlin": KOTLIN,
    "c#": CSHARP,
    "php": PHP,
    "ruby": RUBY,
    "rust": RUST,
}
SUFFIXES = {
    ".py": "python",
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".ts", ".mts", ".cts", ".tsx"), "typescript"),
    ".go": "go",
    ".java": "java",
    **dict.fromkeys((".kt", ".kts"), "kotlin"),
    ".cs": "c#",
    ".php": "php",
    **dict.fromkeys((".rb", ".rake"), "ruby"),
    ".rs": "rust",
    **dict.fromkeys((".html", ".htm", ".jinja", ".j2"), "html"),
    ".vue": "vue",
    ".svelte": "svelte",
}
"""What a file is written in, by the end of its name."""
