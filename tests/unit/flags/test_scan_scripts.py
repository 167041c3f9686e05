"""JavaScript, TypeScript, React and NestJS: methods, hooks, components and decorators."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.flags.asking import keys, seen

OURS = "import { OpenFeature } from '@openfeature/server-sdk';\n"
FOUND = [
    ("client.getBooleanValue('a', false)", ["a"]),
    ('await client.getStringDetails("a", "")', ["a"]),
    ("this.client?.getNumberValue(`a`, 1)", ["a"]),
    ("shopFlags.getObjectValue<Theme | null>('a', {})", ["a"]),
    ("OpenFeature.getClient().getBooleanValue('a', false)", ["a"]),
    ("const of = OpenFeature.getClient('shop');\nof.getBooleanValue('a', false)", ["a"]),
    ("constructor(private readonly ff: Client) { this.ff.getBooleanValue('a', false) }", ["a"]),
    (f"{OURS}anything.getBooleanValue('a', false)", ["a"]),
    (f"{OURS}getBooleanValue('a', false)", ["a"]),
    ("const of = require('@openfeature/web-sdk')\nff.getBooleanValue('a', false)", ["a"]),
    ("const { value } = useFlag('a', false)", ["a"]),
    ("const on = useBooleanFlagValue('a', false)", ["a"]),
    ("useStringFlagDetails('a', 'b', { suspend: true })", ["a"]),
    ("import { useFlag } from '@openfeature/react-sdk'\nuseFlag('a', 1)", ["a"]),
    ("import { useFlag } from './flags'\nuseFlag('a', 1)", ["a"]),
    ("const x = <FeatureFlag flagKey='a' fallback={<Old />}>new</FeatureFlag>", ["a"]),
    ('const x = <FeatureFlag match={true}\n  flagKey={"a"}><b/></FeatureFlag>', ["a"]),
    ("const KEY = 'a';\nconst x = <FeatureFlag flagKey={KEY} />", ["a"]),
    ("const KEY = 'a' as const;\nclient.getBooleanValue(KEY, false)", ["a"]),
    ("export const newCart: FlagKey = 'a';\nclient.getBooleanValue(newCart, false)", ["a"]),
    ("client.getBooleanValue('a' as FlagKey, false)", ["a"]),
    ("client.getBooleanValue('a-' + 'b', false)", ["a-b"]),
    ("@RequireFlagsEnabled({ flags: [{ flagKey: 'a' }, { flagKey: 'b' }] })", ["a", "b"]),
    ("f(@BooleanFeatureFlag({ flagKey: 'a', defaultValue: false }) a) {}", ["a"]),
    (
        "`${client.getBooleanValue('a', false) ? `${client.getStringValue('b', '')}` : ''}`",
        ["a", "b"],
    ),
    ("/'/.test(x); client.getBooleanValue('a', false)", ["a"]),
    ("x = a / b; client.getBooleanValue('a', false) / 2", ["a"]),
    ("const x = <p>Don't {useFlag('a', false).value}</p>", ["a"]),
    ("const x = <a>https://x {useFlag('a', false).value}</a>", ["a"]),
    ("const x = <div></div>; client.getBooleanValue('a', false)", ["a"]),
    ("it('x', () => { if (client.getBooleanValue('a', false)) {} })", ["a"]),
    ("client.getBooleanValue(key, false)", [None]),
    ("client.getBooleanValue(`a-${b}`, false)", [None]),
    ("client.getBooleanValue(b ? 'a' : 'c', false)", [None]),
    ("client.getBooleanValue(Keys.A, false)", [None]),
    ("useFlag(props.key, false)", [None]),
    ("const KEY = 'a'; const g = (KEY) => client.getBooleanValue(KEY, false)", [None]),
    ("const key = 'a'; function g(key) { client.getBooleanValue(key, false) }", [None]),
    ("const key = 'a'; for (const key of all) client.getBooleanValue(key, false)", [None]),
    ("let key = 'a'; client.getBooleanValue(key, false)", [None]),
    ("<FeatureFlag flagKey={name} />", [None]),
    ("fetch(`${base}/ofrep/v1/evaluate/flags/a`, {})", ["a"]),
    ("fetch('/ofrep/v1/evaluate/flags/a')", ["a"]),
    ("fetch('/ofrep/v1/evaluate/flags/' + key)", [None]),
    ("fetch(`/ofrep/v1/evaluate/flags/${key}`)", [None]),
]
NOT_FOUND = [
    "// client.getBooleanValue('a', false)",
    "/* client.getBooleanValue('a', false)\n useFlag('a', 1) */",
    "/** @example useFlag('a', false) */",
    "const x = \"client.getBooleanValue('a', false)\"",
    "const x = `client.getBooleanValue('a', false)`",
    "console.log(\"useFlag('a', false)\")",
    "config.getBooleanValue('a', false)",
    "reader.getStringValue('a', '')",
    "client.getBooleanValue('a')",
    "const client = new Reader();\nclient.getBooleanValue('a', false)",
    f"{OURS}const box = new Box();\nbox.getBooleanValue('a', false)",
    f"{OURS}settings.getBooleanValue('a', false)",
    "useFlag('a')",
    "import { useFlag } from '@unleash/proxy-client-react'\nuseFlag('a', false)",
    "import { FeatureFlag } from 'flagged'\n<FeatureFlag flagKey='a' />",
    "export function useFlag(key, fallback) {}",
    "const xs: Array<FeatureFlag> = []",
    "class X { getBooleanValue(key: string, fallback: boolean): boolean { return fallback } }",
    "const x = <p>Call client.getBooleanValue('a', false) for it</p>",
    "const x = <p>client.getBooleanValue('a', false)</p>",
    "const x = <p>Call useFlag('a', false) for it</p>",
    "jest.spyOn(client, 'getBooleanValue')",
    "const r = /useFlag('a', 1)/",
    "console.log('/ofrep/v1/evaluate/flags/a')",
    "throw new Error('no answer of /ofrep/v1/evaluate/flags/a today')",
]


@pytest.mark.parametrize("suffix", ["js", "tsx"])
@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_a_question_is_found(suffix, text, expected):
    assert keys(f"web/cart.{suffix}", text) == expected


@pytest.mark.parametrize("suffix", ["jsx", "ts"])
@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_one_is_not(suffix, text):
    assert keys(f"web/cart.{suffix}", text) == []


def test_lines_are_counted_through_comments_and_texts():
    text = "/*\n\n*/ const x = `\n${\nclient.getBooleanValue('a', false)}`\nuseFlag('b', 1)"
    assert seen("a.ts", text) == [("a", 5), ("b", 6)]


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
CALL = "client.getBooleanValue('a', false)"


@pytest.mark.parametrize("suffix", ["ts", "kt", "cs", "php", "rb", "vue", "svelte", "html"])
@pytest.mark.parametrize(
    "part",
    ["`${", "{{", "{%", "<a '", "<script ", '"#{', '"${', '$"{', "<<A\n", "/*", "((", "a<", "/["],
)
def test_what_is_never_closed_takes_no_long_time(suffix, part):
    started = time.process_time()
    assert keys(f"a.{suffix}", "<?php " + part * 3000) == []
    assert time.process_time() - started < 5


@given(PLAIN)
def test_no_comment_is_a_question(text):
    block = text.replace("*/", "")
    assert keys("a.ts", f"// {CALL} {text}\n/* {CALL} {block} {CALL} */") == []


@given(PLAIN)
def test_no_text_is_a_question(text):
    said = text.replace("\\", "").replace("`", "").replace("$", "")
    assert keys("a.ts", f"x = `{CALL} {said}`; y = 1") == []


@given(PLAIN)
def test_what_stands_before_in_comments_and_texts_hides_no_question(text):
    said = text.replace("\\", "").replace('"', "")
    assert keys("a.ts", f'// {text}\nx = "{said}";\n{CALL}') == ["a"]


@given(st.text("'\"`/\\*{}()[]<>$#\n aé.,:;=", max_size=200))
def test_any_text_can_be_read(text):
    for suffix in ("ts", "go", "java", "kt", "cs", "php", "rb", "rs", "vue", "svelte", "html"):
        assert keys(f"a.{suffix}", f"<?php {text}") == []
