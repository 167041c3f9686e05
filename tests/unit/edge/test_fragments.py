"""Fragments as values and as files, and what is understood of answers and configurations."""

from __future__ import annotations

import stat

import msgspec
import pytest

from partywall.edge import command, fragments
from partywall.edge.admin import words
from partywall.edge.caddy import configuration
from partywall.edge.fragment import Fragment
from partywall.edge.front import front, listened
from partywall.edge.home import EdgeHome
from partywall.edge.observe import placed
from partywall.edge.performer import hashed
from partywall.model.errors import BadInput
from partywall.model.secret import Secret


@pytest.fixture
def home(tmp_path, settings) -> EdgeHome:
    return EdgeHome(folder=tmp_path, settings=settings)


def _both(*several: Fragment) -> dict[str, Fragment]:
    return {one.name: one for one in several}


def test_a_route_takes_the_place_of_its_former_self(development, served):
    other = served("dev/route/web", "new.localhost")
    changed = development.with_route(other)
    assert changed.routes == (other,)
    assert changed.without("dev/route/web").routes == ()
    assert changed.find("dev/route/web") == other
    assert changed.find("dev/route/none") is None


def test_fragments_come_back_as_they_were_written(home, production, development):
    both = _both(production, development)
    fragments.write(home, both)
    assert fragments.stored(home) == both
    files = sorted(home.fragments.iterdir())
    assert [file.name for file in files] == ["shop.dev.json", "shop.prod.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    fragments.write(home, _both(production))
    assert list(fragments.stored(home)) == ["shop.prod"]


def test_an_unchanged_fragment_is_not_written_again(home, production):
    fragments.write(home, _both(production))
    before = (home.fragments / "shop.prod.json").stat().st_ino
    fragments.write(home, _both(production))
    assert (home.fragments / "shop.prod.json").stat().st_ino == before


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"project":"shop","environment":"x"}'])
def test_a_damaged_fragment_counts_as_what_was_in_force(home, production, development, garbage):
    both = _both(production, development)
    fragments.write(home, both)
    fragments.write_in_force(home, both)
    (home.fragments / "shop.dev.json").write_bytes(garbage)
    assert fragments.stored(home) == both


def test_a_damaged_fragment_that_was_never_in_force_is_nothing(home, production, development):
    fragments.write(home, _both(production, development))
    (home.fragments / "shop.dev.json").write_bytes(b"{")
    assert fragments.stored(home) == _both(production)
    home.good.write_bytes(b"{")
    assert fragments.stored(home) == _both(production)


def test_a_file_edited_into_somebody_elses_address_has_no_effect(home, production, development):
    both = _both(production, development)
    fragments.write(home, both)
    fragments.write_in_force(home, both)
    stolen = msgspec.json.encode(development).replace(b"dev.shop.localhost", b"shop.localhost")
    (home.fragments / "shop.dev.json").write_bytes(stolen)
    assert fragments.stored(home) == both


def test_every_route_is_found_in_a_configuration(settings, production, development):
    found = placed(configuration(settings, [production, development], "a"))
    assert sorted(found) == ["shop:dev/route/web", "shop:prod/route/api", "shop:prod/route/web"]
    assert found["shop:dev/route/web"][:2] == ("8443", [{"host": ["dev.shop.localhost"]}])
    assert placed({}) == {}


def test_the_addresses_of_a_configuration(settings):
    assert listened(front(settings, ())) == {"127.0.0.1:8080", "127.0.0.1:8443"}
    assert listened({}) == set()


def test_caddys_words_are_taken_out_of_its_answer():
    assert words(b'{"error":"no such module"}\n') == "no such module"
    assert words(b"404 page\n") == "404 page"
    assert len(words(b"x" * 9999)) == 800


def test_the_commands(home):
    named = msgspec.structs.replace(home, caddy=("docker", "exec", "edge", "caddy"))
    assert command.run(named, "a")[4:] == ("run", "--config", f"{home.folder}/a.json")
    assert command.validate(named)[4:] == ("validate", "--config", "-")
    assert command.run(home, "front")[0] == str(command.binary())
    assert set(command.environment(home.settings).values()) == {"/srv/edge/storage"}


@pytest.mark.parametrize("value", ["", "x" * 73, "a\0b"])
def test_a_password_that_bcrypt_cuts_is_refused_without_being_shown(value):
    with pytest.raises(BadInput) as caught:
        hashed("dev/route/web", Secret(value))
    assert not value or value not in str(caught.value)


def test_a_password_is_hashed_at_cost_ten():
    assert hashed("dev/route/web", Secret("right")).startswith("$2b$10$")
