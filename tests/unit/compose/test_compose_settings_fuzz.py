"""Whatever stands in partywall.yaml, it is either understood or one clear error."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from partywall.compose import envfiles
from partywall.compose.schema import AXES, Edge, Environment, File, Limits, Service
from partywall.compose.settings import Settings, parse
from partywall.model.errors import BadInput

WORDS = sorted(
    {
        *AXES,
        *(
            name
            for shape in (File, Edge, Environment, Limits, Service)
            for name in shape.__struct_fields__
        ),
        *(
            "prod",
            "dev",
            "40%",
            "512M",
            "7d",
            "embedded",
            "dual",
            "dual + limits",
            "/api",
            "a.b",
            "<<",
        ),
    }
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.dates(),
    st.binary(max_size=4),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
SHAPED = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(File.__struct_fields__, TREES)
    | {
        "environments": st.dictionaries(
            st.sampled_from(["prod", "dev", "a/b", ""]), TREES, max_size=3
        )
    }
    | {"services": st.dictionaries(st.text(max_size=4), TREES, max_size=3)},
)


def clear(error: BadInput) -> None:
    assert error.where is not None
    assert error.remedy
    assert "\n" not in error.what


def understood_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse(data, "partywall.yaml", Path("/srv/app")), Settings)
    except BadInput as error:
        clear(error)


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_text(text):
    understood_or_refused(text.encode("utf-8", "surrogatepass"))


@given(st.text(alphabet="{}[]&*!|>'\"%@:-?,# \n\tabed1~<.=\0\x85\u2028", max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_punctuation(text):
    understood_or_refused(text.encode())


@given(st.binary())
@settings(max_examples=200, deadline=None)
def test_any_bytes(data):
    understood_or_refused(data)


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_any_tree(tree):
    understood_or_refused(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(SHAPED)
@settings(max_examples=500, deadline=None)
def test_any_values_at_known_keys(tree):
    understood_or_refused(yaml.safe_dump(tree).encode("utf-8", "surrogatepass"))


@given(st.text(alphabet="ABC=:'\"\\$# \n{}-exportz\t\0", max_size=80))
@settings(max_examples=500, deadline=None)
def test_any_env_file(text):
    try:
        found = envfiles.parse(text.encode(), ".env", {})
    except BadInput as error:
        clear(error)
    else:
        assert all("\0" not in one.value for one in found.values())


@pytest.mark.parametrize(
    "text", ["!!python/object:os.system {}", "!x y", "? a", "%YAML 9.9\n---\n", "=: ="]
)
def test_oddities(text):
    understood_or_refused(text.encode())
