"""Settings that nobody would write: whatever is in the file, `plan` answers or says one error."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partywall.axes.world import AXES as AXIS_OPTIONS
from partywall.cli.main import main
from partywall.compose import schema
from partywall.compose.schema import AXES
from partywall.model.app import Role
from scenarios.bad_input.ground import APP

pytestmark = pytest.mark.scenario

WORDS = st.sampled_from(
    [
        *("dual", "limits", "dual + limits", "embedded", "docker", "internal", "off", "acme"),
        *("server", "schema", "domain", "port", "none", "budget", "40%", "512M", "1.5", "7d", ""),
        *("prod", "dev", "web", "a b", "x/y", "../..", "; rm", "$HOME", "${X:?}", "$(id)", "~"),
        *("example.com", "localhost", "*.localhost", "ä.de", "/", "/api", "vault", "\x00", "é\n"),
        *(".env", "/etc/passwd", "/dev/null", "compose.yaml", "partywall.yaml", "web.py", "."),
        *(role.value for role in Role),
    ]
)
KEYS = st.sampled_from(
    [
        *schema.File.__struct_fields__,
        *schema.Environment.__struct_fields__,
        *schema.Service.__struct_fields__,
        *schema.Edge.__struct_fields__,
        *("prod", "dev", "web", "other", "x/y", "1", ""),
    ]
)
SCALARS = (
    WORDS | st.integers(-1, 1 << 40) | st.floats() | st.booleans() | st.none() | st.text(max_size=9)
)
VALUES = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3)
)
"""Anything of any shape, made of words that mean something somewhere."""
RIGHT = {
    "project": ["small", "a_b"],
    "architecture": ["dual", "dual + limits", ["dual", "limits"]],
    **{axis: [option.value for option in AXIS_OPTIONS[axis]] for axis in AXES},
    "domain": ["example.com", "small.localhost"],
    "edge": [{"http": 2080}, {"http": 2080, "https": 2443, "tls": "internal"}, {"tls": "off"}],
    "trash": ["7d", "12h"],
    "environments": [
        {"prod": {}, "dev": {}},
        {"live": {"production": True}, "dev": {"seed": "python seed.py", "protected": False}},
        {"prod": {"limits": {"cpus": 1.5, "memory": "1G"}}, "dev": {"profiles": ["a"]}},
        {"prod": {"domain": "a.b"}, "dev": {"variables": {"WORD": "x"}, "user": "me"}},
        {"prod": {"env": []}, "dev": {"env": ".env.dev"}},
    ],
    "services": [
        {"web": {"role": "app", "run": ["python", "web.py"], "route": "/", "port": 80}},
        {"web": {"memory": "64M"}},
    ],
}
"""Values that fit, for every key."""
SOME_RIGHT = st.fixed_dictionaries(
    {"engine": st.just("embedded")},
    optional={key: st.sampled_from(values) for key, values in RIGHT.items()},
)


def paths(document: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where something stands in a document."""
    for key, inner in document.items() if isinstance(document, dict) else ():
        yield (*path, key)
        yield from paths(inner, (*path, key))


def replaced(document: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    """The document with something else in one place."""
    key, *rest = path
    return {**document, key: replaced(document[key], tuple(rest), value) if rest else value}


@st.composite
def nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """Right settings with at most two things in it that are not."""
    document = draw(SOME_RIGHT)
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(sorted(paths(document))))
        document = replaced(document, path, draw(VALUES))
    return document


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with the small app's Compose file."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "compose.yaml").write_text((APP / "compose.yaml").read_text())
        yield place


def plan(folder: Path, content: bytes) -> None:
    """Plan with these settings, and look that one of the two things happened."""
    (folder / "partywall.yaml").write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["-C", str(folder), "plan", "--json"])
    said = err.getvalue()
    assert "Partywall has a mistake" not in said, said
    assert "Traceback" not in said, said
    if code == 0:
        assert said == ""
        assert json.loads(out.getvalue())["changes"] >= 0
    else:
        assert code in {2, 3, 5}, said
        assert said.startswith("error: "), said
        assert said.count("\nerror: ") == 0, said
        assert "\n  do: " in said, said
    assert sorted(path.name for path in folder.iterdir()) == ["compose.yaml", "partywall.yaml"]


SLOW = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@SLOW
@given(nearly_right())
def test_nearly_right_settings(folder, document):
    """JSON is YAML, but for characters that YAML forbids: those are tried below."""
    plan(folder, json.dumps(document).encode())


@SLOW
@given(VALUES)
def test_settings_of_any_shape(folder, document):
    plan(folder, json.dumps(document, ensure_ascii=False).encode(errors="replace"))


@SLOW
@given(st.data())
def test_settings_with_a_slip_of_the_hand(folder, data):
    """Some characters of a right file taken out, doubled or replaced."""
    text = (APP / "partywall.yaml").read_text().replace("HTTPS", "2443").replace("HTTP", "2080")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(at + 9, len(text))))
        new = data.draw(
            st.sampled_from(
                ["", " ", "\t", "\n", ":", "- ", "'", '"', "{", "]", "&a", "*a", "|", "#"]
            )
        )
        text = text[:at] + new + text[end:]
    plan(folder, text.encode())


@SLOW
@given(st.binary(max_size=200))
def test_settings_that_are_no_text(folder, content):
    plan(folder, content)
