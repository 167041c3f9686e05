"""Files of flags: what they say, and what is wrong with them, with the line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from partywall.flags import definitions, settings
from partywall.flags.definitions import load, read
from partywall.flags.kinds import Kind
from partywall.flags.service import definition as service
from partywall.model.errors import BadInput

WHOLE = b"""\
# ours
$evaluators:
  staff:
    ends_with: [{var: email}, "@example.org"]
metadata: {team: club}
flags:
  new_upload_flow:
    variants: {on: true, off: false}
    defaultVariant: off
    targeting:
      if: [{$ref: staff}, "on"]
    metadata: {owner: anna, expires: "2027-03-01"}
  page_size:
    state: DISABLED
    variants: {small: 10, large: 50}
    defaultVariant: small
  look:
    variants:
      plain: {colour: grey}
      loud: {colour: red}
"""


def test_a_file_says_what_its_flags_are() -> None:
    found = read(WHOLE, "flags/common.yaml")
    assert list(found.flags) == ["new_upload_flow", "page_size", "look"]
    upload, size, look = found.flags.values()
    assert (upload.kind, upload.default, upload.enabled) == (Kind.BOOLEAN, "off", True)
    assert (upload.owner, upload.expires) == ("anna", "2027-03-01")
    assert str(upload.place) == "flags/common.yaml:7"
    assert upload.targeting == {"if": [{"ends_with": [{"var": "email"}, "@example.org"]}, "on"]}, (
        "evaluators are filled in"
    )
    assert (size.kind, size.enabled) == (Kind.NUMBER, False)
    assert (look.kind, look.default) == (Kind.OBJECT, "")
    assert found.metadata == {"team": "club"}


def test_json_is_the_same_as_yaml() -> None:
    said = b"""{"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {"a": {"state":
        "ENABLED", "variants": {"true": true, "false": false}, "defaultVariant": "false"}}}"""
    assert read(said, "flags/common.json").flags["a"].default == "false"


def test_a_file_named_json_is_read_as_json() -> None:
    said = b"""{"flags": {
        "n": {"variants": {"few": 1e5, "many": 1234567890123456789}},
        "t": {"variants": {"a": "\\ud83d\\ude00"}}}}"""
    found = read(said, "flags/dev.json").flags
    assert (found["n"].kind, dict(found["n"].variants)) == (
        Kind.NUMBER,
        {"few": 100_000.0, "many": 1_234_567_890_123_456_789},
    )
    assert dict(found["t"].variants) == {"a": "\U0001f600"}
    assert str(found["t"].place) == "flags/dev.json:3"


@pytest.mark.parametrize(
    ("said", "line", "what"),
    [
        (b'{"flags": {},\n "flag": {}}', 2, "`flag` is unknown"),
        (b'{"flags": {\n "a": {"variants": {"x": 1}},\n "a": {}}}', 3, "said twice"),
        (b'{"flags": {\n "a": {"variants": {"x": 1}},\n}}', 3, "not valid JSON"),
        (
            b'{"flags": {\n "a": {"variants":\n {"x": 1' + b"0" * 400 + b"}}}}",
            3,
            "larger than any that can be served",
        ),
        (b'{"$evaluators":\n {"a\\n": 1}}', 2, "unprintable"),
    ],
)
def test_what_is_wrong_in_json_is_said_with_its_line(said: bytes, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(said, "flags/dev.json")
    assert what in caught.value.what
    assert str(caught.value.where) == f"flags/dev.json:{line}"


def test_a_default_that_yaml_took_for_a_truth_value_is_the_variant_of_that_name() -> None:
    said = b"flags: {a: {variants: {true: true, false: false}, defaultVariant: false}}"
    assert read(said, "x").flags["a"].default == "false"


@pytest.mark.parametrize(
    ("said", "line", "what"),
    [
        (b"flags: [1]", 1, "must be a mapping"),
        (b"flag: {}", 1, "`flag` is unknown"),
        (b"flags:\n  a: 1", 2, "the flag `a` must be a mapping"),
        (b"flags:\n  'a b': {variants: {on: true}}", 2, "no name of a flag"),
        (b"flags:\n  a:\n    variants: {}", 3, "has no variants"),
        (b"flags:\n  a:\n    defaultVariant: on", 2, "must be a mapping"),
        (b"flags:\n  a:\n    variants: {on: true, off: 0}", 3, "is number, and others are boolean"),
        (b"flags:\n  a:\n    variants: {on: }", 3, "has no value"),
        (b"flags:\n  a:\n    variants: {on: true}\n    defaultVariant: of", 4, "is no variant"),
        (b"flags:\n  a:\n    state: on\n    variants: {on: true}", 3, "`state: on` is unknown"),
        (b"flags:\n  a:\n    variants: {on: true}\n    rules: 1", 4, "`rules` is unknown"),
        (b"flags:\n  a:\n    variants: {x: 1}\n  a:\n    variants: {x: 1}", 4, "said twice"),
        (
            b"flags:\n  a:\n    variants: {on: true}\n    metadata: {expires: soon}",
            4,
            "`expires: soon` is no day",
        ),
        (
            b"flags:\n  a:\n    variants: {on: true}\n    metadata: {who: [1]}",
            4,
            "`who` is no plain value",
        ),
        (
            b"flags:\n  a:\n    variants: {on: true}\n    metadata: {expires: 2027-02-31}",
            4,
            "`expires: 2027-02-31` is no day",
        ),
        (
            b"flags:\n  a:\n    variants: {on: true}\n    metadata: {expires: 2027-W01-1}",
            4,
            "is no day",
        ),
        (b"metadata:\n  expires: 2027-13-01", 2, "is no day"),
        (b"metadata:\n  a: 1\n  '': 2", 3, "a key of `metadata` is empty"),
        (b"metadata:\n  a: 1.0e999", 2, "larger than any that can be served"),
        (b"flags:\n  a:\n    variants:\n      on: -1.0e999", 4, "larger than any"),
        (b"flags:\n  a:\n    variants:\n      on:\n        x: [1,\n1.0e999]", 6, "larger than"),
        (b"$evaluators:\n  x:\n    '>': [{var: x},\n      1.0e999]", 4, "larger than any"),
        (
            b"flags:\n  a:\n    variants: {on: true}\n    defaultVariant: [on]",
            4,
            "is no variant of `a`",
        ),
        (b"flags:\n  a:\n    variants: {x: 1}\n    defaultVariant: {x: 1}", 4, "is no variant"),
        (b"$evaluators:\n  x: {like: [1, 2]}", 2, "the operator `like` is unknown"),
        (b"{", 2, "not valid YAML"),
        (b"\xff\xfe", 1, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(said: bytes, line: int, what: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(said, "flags/dev.yaml")
    assert what in caught.value.what
    assert str(caught.value.where) == f"flags/dev.yaml:{line}"


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("{if: [{like: [1, 2]}, on]}", "the operator `like` is unknown"),
        ("{$ref: nobody}", "there is no evaluator `nobody`"),
        ("{$ref: [1]}", "there is no evaluator"),
        ("{'==': [1, 1], '!=': [1, 2]}", "one operator, and here are 2"),
        ("{fractional: []}", "takes a list of variants"),
        ("{fractional: [{var: email}]}", "names no variant"),
        ("{fractional: [{var: email}, on]}", 'takes `["variant", weight]`'),
        ("{fractional: [['on', 1.5], ['off', 1]]}", "a weight is a whole number"),
        ("{fractional: [['on', true], ['off', 1]]}", "a weight is a whole number"),
        ("{fractional: [['on', -1], ['off', 1]]}", "not below zero"),
        ("{fractional: [['on', 1], ['of', 1]]}", "leads to `of`, which is no variant"),
        ("{if: [{var: x}, on, {var: y}, of, off]}", "leads to `of`, which is no variant"),
        ("{if: [{starts_with: [{var: x}]}, on]}", "`starts_with` takes 2 arguments"),
        ("{if: [{sem_ver: [{var: v}, '=>', '1']}, on]}", "`sem_ver` does not know `=>`"),
        ("{if: [{sem_ver: [{var: v}, ['>='], '1']}, on]}", "`sem_ver` does not know"),
        ("{if: [{sem_ver: [{var: v}, {var: w}, '1']}, on]}", "`sem_ver` does not know"),
        ("[1]", "`targeting` must be a mapping"),
    ],
)
def test_targeting_that_would_decide_nothing_is_refused(rule: str, what: str) -> None:
    said = f"flags:\n  a:\n    variants: {{on: true, off: false}}\n    targeting: {rule}\n"
    with pytest.raises(BadInput) as caught:
        read(said.encode(), "flags/dev.yaml")
    assert what in caught.value.what
    assert str(caught.value.where) == "flags/dev.yaml:4"


def test_an_environments_own_flag_takes_the_place_of_that_for_all(tmp_path: Path) -> None:
    folder = tmp_path / definitions.FOLDER
    folder.mkdir()
    (folder / "common.yaml").write_bytes(WHOLE)
    (folder / "dev.json").write_text(
        '{"flags": {"page_size": {"variants": {"all": 1000}, "defaultVariant": "all"},'
        ' "only_here": {"variants": {"on": true}}}}'
    )
    dev, prod = load(tmp_path, "dev"), load(tmp_path, "prod")
    assert list(dev.flags) == ["look", "new_upload_flow", "only_here", "page_size"]
    assert dev.flags["page_size"].default == "all"
    assert prod.flags["page_size"].default == "small"
    assert load(tmp_path / "nowhere", "dev").flags == {}


def test_a_flag_has_one_type_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / definitions.FOLDER
    folder.mkdir()
    (folder / "common.yaml").write_bytes(WHOLE)
    (folder / "dev.yaml").write_text("flags:\n  page_size: {variants: {s: small}}\n")
    with pytest.raises(BadInput, match=r"is string here and number in .*common\.yaml:13"):
        load(tmp_path, "dev")


def test_two_files_of_one_environment_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / definitions.FOLDER
    folder.mkdir()
    (folder / "common.yaml").write_bytes(b"")
    (folder / "common.json").write_bytes(b"{}")
    with pytest.raises(BadInput, match="are in common"):
        load(tmp_path, "dev")


def test_a_file_of_ten_megabytes_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / definitions.FOLDER
    folder.mkdir()
    (folder / "common.yaml").write_bytes(b"# " + b"x" * 10_000_000)
    with pytest.raises(BadInput, match="larger than 1 MB"):
        load(tmp_path, "dev")


def test_what_is_written_reads_as_the_same() -> None:
    for flag in read(WHOLE, "x").flags.values():
        again = read(json.dumps({"flags": {flag.key: definitions.written(flag)}}).encode(), "x")
        made = again.flags[flag.key]
        assert definitions.written(made) == definitions.written(flag)


def test_what_is_too_much_to_be_served_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flags").mkdir()
    users = ", ".join(["x" * 99] * 2000)
    lines = [
        f"$evaluators:\n  long: {{in: [{{var: plan}}, [{users}]]}}\nflags:",
        *(
            f"  f{n}: {{variants: {{a: 1}}, targeting: {{if: [{{$ref: long}}, a]}}}}"
            for n in range(40)
        ),
    ]
    (tmp_path / "flags" / "dev.yaml").write_text("\n".join(lines))
    with pytest.raises(BadInput, match="7973 KiB with evaluators filled in") as told:
        load(tmp_path, "dev")
    assert told.value.where is not None
    assert str(told.value.where).endswith("dev.yaml:4")
    assert load(tmp_path, "prod").flags == {}


def test_what_is_just_not_too_much_is_taken_by_the_service(tmp_path: Path) -> None:
    (tmp_path / "flags").mkdir()
    flag = {"variants": {"a": 1}, "targeting": {"if": [{"$ref": "long"}, "a"]}}
    said = {
        "$evaluators": {"long": {"in": [{"var": "plan"}, ["\u00fc", *[[111111]] * 14_000]]}},
        "flags": {f"f{number}": flag for number in range(24)},
    }
    (tmp_path / "flags" / "dev.json").write_text(json.dumps(said))
    document = settings.document(load(tmp_path, "dev"), settings.Settings())
    data = "".join(definitions.text(document)).encode()
    assert definitions.MOST_BYTES * 0.9 < len(data) < definitions.MOST_BYTES + 1024
    assert len(service.read(data)) == 24


def test_what_json_cannot_hold_is_never_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        list(definitions.text({"a": float("inf")}))


def test_a_file_can_be_looked_at_before_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / definitions.FOLDER
    folder.mkdir()
    (folder / "dev.yaml").write_text("flags: {a: {variants: {x: text}}}")
    draft = {folder / "common.yaml": b"flags: {a: {variants: {x: 1}}}"}
    assert list(load(tmp_path, "prod", draft).flags) == ["a"]
    with pytest.raises(BadInput, match="is string here and number in"):
        load(tmp_path, "dev", draft)
    assert list(load(tmp_path, "dev").flags) == ["a"]
