"""Pages and components: scripts, attributes and braces are code, and what they show is not."""

from __future__ import annotations

import pytest

from unit.flags.asking import keys, seen

FOUND = [
    ("html", "<script>client.getBooleanValue('a', false)</script>", ["a"]),
    ("html", "<script type=module>client.getBooleanValue('a', false)</script>", ["a"]),
    ("html", "<p>{{ client.getStringValue('a', '') }}</p>", ["a"]),
    ("html", '{% if client.get_boolean_value("a", false) %}x{% endif %}', ["a"]),
    ("html", "<p *ngIf=\"client.getBooleanValue('a', false)\">", ["a"]),
    ("html", "<button onclick=\"fetch('/ofrep/v1/evaluate/flags/a')\">", ["a"]),
    ("vue", "<template><p v-if=\"client.getBooleanValue('a', false)\">x</p></template>", ["a"]),
    (
        "vue",
        "<template><p :title=\"useFlag('a', 1)\">{{ useFlag('b', 1) }}</p></template>",
        ["a", "b"],
    ),
    ("vue", "<script setup lang='ts'>\nuseBooleanFlagValue('a', false)\n</script>", ["a"]),
    ("vue", "<FeatureFlag flagKey='a'>x</FeatureFlag>", ["a"]),
    ("vue", "<FeatureFlag :flagKey='key'>x</FeatureFlag>", [None]),
    (
        "svelte",
        "{#if client.getBooleanValue('a', false)}x{:else if useFlag('b', 1)}y{/if}",
        ["a", "b"],
    ),
    ("svelte", "<p title={useFlag('a', 1)}>don't {useFlag('b', 1)}</p>", ["a", "b"]),
    ("svelte", "{#each client.getObjectValue('a', []) as one}{/each}", ["a"]),
    ("svelte", "{client.getObjectValue('a', { b: { c: { d: 1 } } })}", ["a"]),
    ("html", "<script>client.getBooleanValue(key, false)</script>", [None]),
]
NOT_FOUND = [
    ("html", "<p>client.getBooleanValue('a', false)</p>"),
    ("html", "<!-- <script>client.getBooleanValue('a', false)</script> -->"),
    ("html", "{# {{ client.getStringValue('a', '') }} #}"),
    ("html", "<script type='text/template'>client.getBooleanValue('a', false)</script>"),
    ("html", "<script type='application/json'>\"client.getBooleanValue('a', false)\"</script>"),
    ("html", "<script>// client.getBooleanValue('a', false)\n</script>"),
    ("html", "<p title=\"client.getBooleanValue('a', false)\">"),
    ("html", "<a href='http://x/ofrep/v1/evaluate/flags/a'>"),
    ("html", "<style>p { content: \"{{ useFlag('a', 1) }}\" }</style>"),
    ("vue", "<template><p>useFlag('a', 1)</p><!-- {{ useFlag('a', 1) }} --></template>"),
    ("svelte", "<p>useFlag('a', 1)</p><!-- {useFlag('a', 1)} -->"),
]


@pytest.mark.parametrize(("suffix", "text", "expected"), FOUND)
def test_a_question_is_found(suffix, text, expected):
    assert keys(f"web/page.{suffix}", text) == expected


@pytest.mark.parametrize(("suffix", "text"), NOT_FOUND)
def test_what_is_shown_is_not_asked(suffix, text):
    assert keys(f"web/page.{suffix}", text) == []


def test_lines_are_those_of_the_page():
    text = (
        "<p>\n</p>\n<script>\n\nclient.getBooleanValue('a', false)</script>\n{{ useFlag('b', 1) }}"
    )
    assert seen("a.vue", text) == [("a", 5), ("b", 6)]
