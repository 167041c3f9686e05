"""Go, Java, Kotlin, C#, PHP, Ruby and Rust, each both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.flags.asking import keys, seen

GO = 'import "github.com/open-feature/go-sdk/openfeature"\n'
FOUND = [
    ("go", 'on, _ := client.BooleanValue(ctx, "a", false, e)', ["a"]),
    ("go", 'client.StringValueDetails(r.Context(), "a", "", e)', ["a"]),
    ("go", 'if client.Boolean(ctx, "a", false, e) {}', ["a"]),
    ("go", f"{GO}s.of.Int(context.Background(), `a`, 1, e)", ["a"]),
    ("go", 'func f(of *openfeature.Client) { of.FloatValue(ctx, "a", 1, e) }', ["a"]),
    ("go", 'const key = "a"\nclient.BooleanValue(ctx, key, false, e)', ["a"]),
    ("go", 'const (\n key string = "a"\n)\nclient.BooleanValue(ctx, key, false, e)', ["a"]),
    ("go", "client.BooleanValue(ctx, key, false, e)", [None]),
    ("go", 'const key = "a"\nfunc f(key string) { client.Boolean(ctx, key, false, e) }', [None]),
    ("go", 'const key = "a"\nfor key, _ := range m { client.Boolean(ctx, key, false, e) }', [None]),
    (
        "java",
        'final String k = "a"; for (String k : all) client.getBooleanValue(k, false);',
        [None],
    ),
    ("java", 'final String k = "a"; all.map(k -> client.getBooleanValue(k, false));', [None]),
    ("kt", 'val k = "a"\nall.map { k -> client.getBooleanValue(k, false) }', [None]),
    ("cs", 'const string k = "a"; bool F(string k) => client.GetBooleanValue(k, false);', [None]),
    ("go", 'http.Post("http://x/ofrep/v1/evaluate/flags/a", j, b)', ["a"]),
    ("go", 'http.Post(fmt.Sprintf("%s/ofrep/v1/evaluate/flags/%s", u, k), j, b)', [None]),
    ("java", 'if (client.getBooleanValue("a", false)) {}', ["a"]),
    ("java", 'api.getClient().getDoubleDetails("a", 1.0, context);', ["a"]),
    ("java", 'private final Client of; f() { of.getIntegerValue("a", 1); }', ["a"]),
    ("java", 'static final String KEY = "a"; f() { client.getObjectValue(KEY, v); }', ["a"]),
    ("java", 'import dev.openfeature.sdk.*;\nthing.getStringValue("a", "");', ["a"]),
    ("java", 'client.getStringValue("a-" + "b", "");', ["a-b"]),
    ("java", 'client.getStringValue("a-" + b, "");', [None]),
    ("java", 'char c = \'"\'; client.getBooleanValue("a", false);', ["a"]),
    ("kt", 'val on = client?.getBooleanValue("a", false) ?: false', ["a"]),
    ("kt", 'val x = "is ${client.getBooleanValue("a", false)}"', ["a"]),
    ("kt", 'const val KEY = "a"\nfun f() = client!!.getBooleanValue(KEY, false)', ["a"]),
    ("kt", 'client.getBooleanValue(key = "a", defaultValue = false)', ["a"]),
    ("kt", 'client.getBooleanValue("a-$b", false)', [None]),
    ("cs", 'await client.GetBooleanValueAsync("a", false);', ["a"]),
    ("cs", 'client.GetStringDetailsAsync(flagKey: "a", defaultValue: "");', ["a"]),
    ("cs", 'IFeatureClient _of; _of.GetDoubleValueAsync(@"a", 1);', ["a"]),
    ("cs", 'var x = @"c:\\"; client.GetBooleanValue("a", false);', ["a"]),
    ("cs", '#region don\'t\nclient.GetIntegerValueAsync("a", 1);', ["a"]),
    ("cs", 'const string Key = "a"; client.GetObjectValueAsync(Key, v);', ["a"]),
    ("cs", 'var x = $"{{ {await client.GetBooleanValueAsync("a", false)} }}";', ["a"]),
    ("cs", 'client.GetBooleanValueAsync($"a-{b}", false);', [None]),
    ("php", "<?php if ($client->getBooleanValue('a', false)) {}", ["a"]),
    ("php", '<?php $this->flags?->getStringDetails("a", "");', ["a"]),
    ("php", "<?php $client->getFloatValue(defaultValue: 1, flagKey: 'a');", ["a"]),
    (
        "php",
        "<?php class X { const KEY = 'a'; f() { $client->getObjectValue(self::KEY, []); } }",
        ["a"],
    ),
    ("php", "<?php use OpenFeature\\OpenFeatureAPI; $of->getIntegerValue('a', 1);", ["a"]),
    ("php", "<p>don't</p><?= $client->getStringValue('a', '') ?><p>", ["a"]),
    ("php", '<?php $client->getStringValue("a-$b", "");', [None]),
    ("php", "<?php $client->getStringValue($key, '');", [None]),
    ("rb", 'client.fetch_boolean_value(flag_key: "a", default_value: false)', ["a"]),
    ("rb", "@client.fetch_number_details(default_value: 1, flag_key: 'a')", ["a"]),
    ("rb", 'client&.fetch_string_value flag_key: "a", default_value: ""', ["a"]),
    ("rb", 'client.fetch_object_value(:flag_key => "a", :default_value => {})', ["a"]),
    (
        "rb",
        'of = OpenFeature::SDK.build_client\nof.fetch_float_value(flag_key: "a", default_value: 1)',
        ["a"],
    ),
    ("rb", 'KEY = "a".freeze\nclient.fetch_integer_value(flag_key: KEY, default_value: 1)', ["a"]),
    ("rb", 'x = "#{client.fetch_string_value(flag_key: "a", default_value: "")}"', ["a"]),
    (
        "rb",
        'x = <<~E\n  don\'t\nE\nclient.fetch_boolean_value(flag_key: "a", default_value: false)',
        ["a"],
    ),
    ("rb", "client.fetch_boolean_value(flag_key: key, default_value: false)", [None]),
    ("rs", 'client.get_bool_value("a", None, None).await', ["a"]),
    ("rs", 'let of = api.create_client();\nof.get_struct_details("a", None, None)', ["a"]),
    (
        "rs",
        "const KEY: &str = \"a\";\nfn f<'x>(c: &'x C) { client.get_int_value(KEY, None, None) }",
        ["a"],
    ),
    ("rs", 'client.get_string_value(&"a".to_string(), None, None)', ["a"]),
    ("rs", 'let c = \'"\'; client.get_float_value(r#"a"#, None, None)', ["a"]),
    ("rs", "client.get_bool_value(&key, None, None)", [None]),
]
NOT_FOUND = [
    ("go", '// client.BooleanValue(ctx, "a", false, e)'),
    ("go", 'x := `client.BooleanValue(ctx, "a", false, e)`'),
    ("go", 'box.BooleanValue(ctx, "a", false, e)'),
    ("go", 'attribute.String("a", "b"); slog.String(ctx, "a", b, c)'),
    ("go", 'client.String("a", "b", "c")'),
    ("go", "func (c *Client) BooleanValue(ctx context.Context, flag string, d bool, e E) bool {"),
    ("go", 'log.Printf("/ofrep/v1/evaluate/flags/a")'),
    ("java", '/* client.getBooleanValue("a", false) */ // client.getBooleanValue("a", false)'),
    ("java", 'String x = """\n client.getBooleanValue("a", false)\n""";'),
    ("java", 'config.getBooleanValue("a", false);'),
    ("java", 'Config client; client.getBooleanValue("a", false);'),
    ("java", "public boolean getBooleanValue(String key, boolean fallback) { return fallback; }"),
    ("java", 'import dev.openfeature.sdk.*; Row row; row.getStringValue("a", "");'),
    ("kt", '/* /* */ client.getBooleanValue("a", false) */'),
    ("kt", 'val x = """client.getBooleanValue("a", false)"""'),
    ("cs", '/// <example>client.GetBooleanValueAsync("a", false)</example>'),
    ("cs", 'var x = """\n client.GetBooleanValueAsync("a", false) ""\n""";'),
    ("cs", 'configuration.GetStringValue("a", "");'),
    ("php", "<p>$client->getBooleanValue('a', false)</p>"),
    (
        "php",
        "<?php # $client->getBooleanValue('a', false)\n// $client->getBooleanValue('a', false)",
    ),
    ("php", "<?php $x = <<<EOT\n$client->getBooleanValue('a', false)\nEOT;"),
    ("php", "<?php ?> $client->getBooleanValue('a', false)"),
    ("rb", '# client.fetch_boolean_value(flag_key: "a", default_value: false)'),
    ("rb", '=begin\nclient.fetch_boolean_value(flag_key: "a", default_value: false)\n=end'),
    ("rb", 'x = 1\n__END__\nclient.fetch_boolean_value(flag_key: "a", default_value: false)'),
    ("rb", 'x = <<~EOS\nclient.fetch_boolean_value(flag_key: "a", default_value: false)\nEOS'),
    ("rb", 'cache.fetch_boolean_value(flag_key: "a", default_value: false)'),
    ("rs", '/* /* */ client.get_bool_value("a", None, None) */'),
    ("rs", 'let x = r##"client.get_bool_value("a", None, None)"#"##;'),
    ("rs", "fn get_bool_value(key: &str, c: C, o: O) {}"),
    ("md", 'client.getBooleanValue("a", false)'),
    ("txt", "http://x/ofrep/v1/evaluate/flags/a"),
]


@pytest.mark.parametrize(("suffix", "text", "expected"), FOUND)
def test_a_question_is_found(suffix, text, expected):
    assert keys(f"src/cart.{suffix}", text) == expected


@pytest.mark.parametrize(("suffix", "text"), NOT_FOUND)
def test_what_only_looks_like_one_is_not(suffix, text):
    assert keys(f"src/cart.{suffix}", text) == []


def test_a_shift_is_no_text_that_begins_below():
    text = 'x = 1 <<FOO\nclient.fetch_boolean_value(flag_key: "a", default_value: false)'
    assert seen("a.rb", text) == [("a", 2)]


CALLS = {
    "go": 'client.BooleanValue(ctx, "a", false, e)',
    "java": 'client.getBooleanValue("a", false)',
    "kt": 'client.getBooleanValue("a", false)',
    "cs": 'client.GetBooleanValueAsync("a", false)',
    "rs": 'client.get_bool_value("a", None, None)',
}


@pytest.mark.parametrize("suffix", CALLS)
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_comment_is_a_question_and_none_hides_one(suffix, text):
    call, block = CALLS[suffix], text.replace("/", "")
    assert keys(f"a.{suffix}", f"// {call} {text}\n/* {call} {block} */ {call}") == ["a"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_comment_of_ruby_is_a_question(text):
    call = 'client.fetch_boolean_value(flag_key: "a", default_value: false)'
    assert keys("a.rb", f"# {call} {text}\n=begin\n{call} {text}\n=end\n{call}") == ["a"]
