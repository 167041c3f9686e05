"""Drift in words: a line per difference, and never a value."""

from partywall.cli.render.drift_text import drift_text
from partywall.cli.render.style import Style

NONE = {"one": [], "other": []}
ALIKE = {
    "one": "prod",
    "other": "dev",
    "differences": 0,
    "commits": {"ahead": 0, "behind": 0, "ahead_subjects": [], "behind_subjects": []},
    "compose": {**NONE, "differ": []},
    **{part: {**NONE, "differ": {}} for part in ("services", "volumes", "networks")},
    **{part: {**NONE, "differ": {}} for part in ("secrets", "configs")},
    "variables": {**NONE, "differ": []},
    "edited": NONE,
    "images": {},
    "migrations": {},
}
APART = {
    **ALIKE,
    "differences": 10,
    "commits": {
        "ahead": 1, "behind": 2, "ahead_subjects": ["abc new"],
        "behind_subjects": ["def old", "123 older"],
    },
    "compose": {**NONE, "differ": ["compose.yaml"]},
    "services": {"one": ["cache"], "other": [], "differ": {"web": ["expose", "image"]}},
    "variables": {"one": [], "other": ["ONLY"], "differ": ["MODE"]},
    "edited": {"one": [], "other": ["web/page.py"]},
    "images": {"web": {"one": "sha256:0123456789abcdef", "other": None}},
    "migrations": {"db/migrations": {"one": ["a"], "other": ["b", "c"]}},
}  # fmt: skip


def text(pair):
    standing = {
        "prod": {"branch": "main", "commit": "a" * 40, "waiting": 2},
        "dev": {"branch": "develop", "commit": "b" * 40, "waiting": 0},
    }
    return drift_text({"environments": standing, "pairs": [pair]}, Style())


def test_what_is_alike_is_said_to_be():
    assert text(ALIKE).splitlines() == [
        "prod  main at aaaaaaaaaa; 2 more on the branch, `partywall pull prod`",
        "dev  develop at bbbbbbbbbb",
        "",
        "prod and dev",
        "  no difference",
    ]


def test_every_difference_has_a_line():
    assert text(APART).splitlines()[3:] == [
        "prod and dev",
        "  1 commit in dev alone",
        "    abc new",
        "  2 commits in prod alone",
        "    def old",
        "    123 older",
        "  Compose file compose.yaml: differs",
        "  service cache: in prod alone",
        "  service web: expose, image",
        "  variable ONLY: in dev alone",
        "  variable MODE: differs",
        "  image of web: 0123456789ab in prod, none in dev",
        "  web/page.py: changed by hand in the checkout of dev",
        "  migrations in db/migrations: a in prod, b, c in dev",
    ]
