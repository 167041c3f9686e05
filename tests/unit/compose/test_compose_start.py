"""What `init` writes reads back as what it says."""

from pathlib import Path

from partywall.compose import canonical, start, understand
from partywall.compose.environment import Given
from partywall.compose.place import Sources
from partywall.compose.settings import ServiceSettings, parse
from partywall.compose.understand import Reading
from partywall.model.app import App, Finding, Role

TEXT = """
name: club-dev
services:
  "1": {image: acme/thing}
  db: {image: postgres, ports: [{target: 5432, published: "5432"}]}
  tool: {image: acme/tool, network_mode: host}
"""


def reported(services=None):
    given = Given(folder=Path("/srv/club"), variables={})
    near = Sources.of({"c.yaml": TEXT})
    app = understand.app(
        canonical.parse(TEXT),
        Reading(given=given, environment="dev", near=near, services=services or {}),
    )
    return start.report([app, app])


def test_the_report_has_its_stable_shape():
    report = reported({"tool": ServiceSettings(role=Role.WORKER)})
    assert report["services"]["db"] == {
        "role": "database",
        "why": "the image postgres is a PostgreSQL server",
        "confidence": 0.95,
    }
    assert report["services"]["tool"]["confidence"] == 1.0
    assert [one["kind"] for one in report["findings"]] == ["host-port"]
    assert report["findings"][0].keys() == {"service", "kind", "what", "action", "where"}
    assert report["refusals"][0].keys() == {"service", "kind", "what", "remedy", "where"}
    assert report["running"] == []


def test_people_read_the_same():
    lines = start.lines(reported())
    assert any("not sure" in line for line in lines)
    assert "In the way of a wall:" in lines


def test_the_new_settings_read_back_as_the_defaults_they_show():
    defaults = parse(None, "partywall.yaml", Path("/srv/club"))
    written = start.text(defaults, reported(), "embedded")
    again = parse(written.encode(), "partywall.yaml", Path("/srv/club"))
    assert again.environments == defaults.environments
    assert (again.project, again.domain) == (defaults.project, defaults.domain)
    assert again.engine == "embedded"
    assert again.services == {
        "1": ServiceSettings(role=Role.APP),
        "tool": ServiceSettings(role=Role.APP),
    }
    assert written == start.text(defaults, reported(), "embedded")


def test_nothing_promises_another_value_to_a_secret_that_stays_the_same():
    def found(service, kind, what):
        return Finding(service=service, kind=kind, what=what, action="do")

    written = [found(name, "literal-secret", "KEY has its value written down") for name in "ab"]
    same = found("a", "shared-secret", "KEY has the same value in dev as in production")
    prod = App(name="club", folder="/srv", services={}, findings=tuple(written))
    dev = App(name="club", folder="/srv", services={}, findings=(same,))
    said = [(one["service"], one["kind"]) for one in start.report([prod, dev])["findings"]]
    assert said == [("b", "literal-secret"), ("a", "shared-secret")]
