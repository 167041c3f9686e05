"""Python: calls of the SDK's methods are found, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.flags.asking import keys, seen

IMPORT = "from openfeature import api\n"
FOUND = [
    ('client.get_boolean_value("a", False)', ["a"]),
    ('client.get_boolean_details("a", False, context)', ["a"]),
    ('async def f(client): await client.get_string_value_async("a", "")', ["a"]),
    ('client.get_integer_details_async("a", 1)', ["a"]),
    ('client.get_float_value("a", 1.5) + client.get_object_value("b", {})', ["a", "b"]),
    ('client.get_boolean_value(flag_key="a", default_value=False)', ["a"]),
    ('client.get_boolean_value(default_value=False, flag_key="a")', ["a"]),
    ('api.get_client().get_boolean_value("a", False)', ["a"]),
    ('self.shop_flags.get_boolean_value("a", False)', ["a"]),
    ('ffClient.get_boolean_value("a", False)', ["a"]),
    ('KEY = "a"\nclient.get_boolean_value(KEY, False)', ["a"]),
    ('KEY: Final = "a"\nclient.get_boolean_value(KEY, False)', ["a"]),
    ('client.get_boolean_value("a" if new else "b", False)', ["a", "b"]),
    ('client.get_boolean_value("a" "b", False)', ["ab"]),
    ('asyncio.to_thread(client.get_boolean_value, "a", False)', ["a"]),
    ('partial(client.get_boolean_value, flag_key="a")(default_value=False)', ["a"]),
    ('def f(features: OpenFeatureClient): features.get_boolean_value("a", False)', ["a"]),
    ('def f(of: "api.Client | None"): of.get_boolean_value("a", False)', ["a"]),
    ('def f(of: Optional[Client]): of.get_boolean_value("a", False)', ["a"]),
    ('of = make_client()\nof.get_boolean_value("a", False)', ["a"]),
    ('of = await FeatureFlags.of(app)\nflags = of\nflags.get_boolean_value("a", False)', ["a"]),
    (f'{IMPORT}anything.get_boolean_value("a", False)', ["a"]),
    (f'{IMPORT}get = 1\nget_boolean_value("a", False)', ["a"]),
    ("print(f\"{client.get_boolean_value('a', False)}\")", ["a"]),
    ('client.get_boolean_value(*["a", False])', [None]),
    ("client.get_boolean_value(key, False)", [None]),
    ('client.get_boolean_value(f"a-{b}", False)', [None]),
    ('client.get_boolean_value(names["a"], False)', [None]),
    ("client.get_boolean_value(**more)", [None]),
    ("ask = client.get_boolean_value", [None]),
    ('KEY = "a"\nKEY = "b"\nclient.get_boolean_value(KEY, False)', [None]),
    ('KEY = "a"\ndef f(KEY): client.get_boolean_value(KEY, False)', [None]),
    ('KEY = "a"\nfor KEY in x: client.get_boolean_value(KEY, False)', [None]),
    ('httpx.post(f"{base}/ofrep/v1/evaluate/flags/a")', ["a"]),
    ('httpx.post("http://localhost:8016/ofrep/v1/evaluate/flags/a%2Fb?x=1")', ["a/b"]),
    ('httpx.post(base + "/ofrep/v1/evaluate/flags/a")', ["a"]),
    ('httpx.post(base + "/ofrep/v1/evaluate/flags/" + key)', [None]),
    ('httpx.post(base + "/ofrep/v1/evaluate/flags/a" + key)', [None]),
    ('httpx.post(f"{base}/ofrep/v1/evaluate/flags/{key}")', [None]),
    ('httpx.post(f"{base}/ofrep/v1/evaluate/flags")', [None]),
]
NOT_FOUND = [
    '# client.get_boolean_value("a", False)',
    '"""client.get_boolean_value("a", False)"""',
    'def f():\n    """Call client.get_boolean_value("a", False)."""',
    "x = 'client.get_boolean_value(\"a\", False)'",
    "log.info(\"client.get_boolean_value('a', False)\")",
    'config.get_boolean_value("a", False)',
    'self.settings.get_string_value("a", "")',
    'reader.get_boolean_value("a", False)',
    'client.get_boolean_value("a")',
    'config_client.get_boolean_value("a", False)',
    f'{IMPORT}config.get_boolean_value("a", False)',
    f'{IMPORT}box = Box()\nbox.get_boolean_value("a", False)',
    f'{IMPORT}def f(box: Box): box.get_boolean_value("a", False)',
    'client = Mock()\nclient.get_boolean_value("a", False)',
    'get_boolean_value("a", False)',
    "client.get_boolean_value.return_value = True",
    'client.get_boolean_value.assert_called_once_with("a", False)',
    "client.get_boolean_value = answer",
    "class Client:\n    def get_boolean_value(self, key, default): return default",
    'client.get_value("a", False)',
    'log.info("/ofrep/v1/evaluate/flags/a")',
    'raise Missing("/ofrep/v1/evaluate/flags/a is not there")',
    '"""/ofrep/v1/evaluate/flags/a"""',
    'say("asks http://x/ofrep/v1/evaluate/flags/a for it")',
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_a_question_is_found(text, expected):
    assert keys("shop/cart.py", text) == expected


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_one_is_not(text):
    assert keys("shop/cart.py", text) == []


def test_the_line_is_that_of_the_method():
    text = '\n(\n  api.get_client()\n  .get_boolean_value(\n    "a", False)\n)'
    assert seen("a.py", text) == [("a", 4)]


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\0'", "print 'client'"])
def test_what_is_no_python_of_today_cannot_be_read(text):
    assert keys("a.py", text) == [None]


def test_warnings_about_the_code_are_its_authors():
    assert keys("a.py", "x = '\\d'\nclient.get_boolean_value('a', False)") == ["a"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")))
def test_no_comment_and_no_text_is_a_question(text):
    said = f"client.get_boolean_value('a', False) {text}"
    assert keys("a.py", f"# {said}\nx = {said!r}\nlog.info({said!r})\n") == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_key_is_read_as_it_is(key):
    assert keys("a.py", f"client.get_boolean_value({key!r}, False)") == [key]
