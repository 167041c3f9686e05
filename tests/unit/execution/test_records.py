"""Records of things, and the state of an installation."""

import stat

import msgspec
import pytest

from fakes.worlds import instance, two, volume
from partywall.execution import state
from partywall.execution.records import Records
from partywall.execution.state import EngineMark
from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.model.world import World

FAKE = EngineMark("fake", "here")


@pytest.fixture
def records(tmp_path):
    records = Records(tmp_path, lambda: 5.0)
    for entry in two().entries.values():
        records.put(entry)
    return records


def test_what_is_recorded_is_read_back(records):
    assert records.read_all() == two().entries
    assert set(records.read_all(["dev", "dev", "ghost"])) == {
        key for key in two().entries if key.startswith("dev/")
    }
    assert records.get("dev/web") == two().entries["dev/web"]
    assert records.get("dev/ghost") is None


def test_each_thing_has_its_own_file(records, tmp_path):
    path = tmp_path / "state/dev/volume-data.json"
    assert records.path("dev/volume/data") == path
    assert records.path("dev/web") == tmp_path / "state/dev/instance-web.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = msgspec.json.decode(path.read_bytes())
    assert content["version"] == 1
    assert content["key"] == "dev/volume/data"
    assert content["at"] == 5.0


def test_a_thing_is_forgotten(records):
    records.drop("dev/web")
    records.drop("dev/web")
    assert "dev/web" not in records.read_all()


def test_an_older_fingerprint_is_kept(records):
    old = msgspec.structs.replace(two().entries["dev/web"], fingerprint="0:old")
    records.put(old)
    assert records.get("dev/web") == old


@pytest.mark.parametrize(
    "key", ["", "dev", "dev/", "../x", "../../etc/passwd", "Dev/x", "/dev/x", "./x"]
)
def test_no_key_leads_out_of_the_folder(records, key):
    with pytest.raises(BadInput, match="is no key"):
        records.path(key)


def test_a_name_with_odd_letters_stays_in_the_folder(records, tmp_path):
    key = "dev/volume/ü ..%"
    records.put(World.of([volume(key)]).entries[key])
    assert records.get(key).thing == volume(key)
    assert records.path(key).parent == tmp_path / "state/dev"
    assert records.path("dev/../x").parent == tmp_path / "state/dev"


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"version": 1}', b"\xff", b'{"version": "1"}']
)
def test_damage_is_told_with_the_file(records, damage):
    path = records.path("dev/web")
    path.write_bytes(damage)
    for read in (records.read_all, lambda: records.get("dev/web")):
        with pytest.raises(MachineFailed) as error:
            read()
        assert str(path) in str(error.value.where)
        assert error.value.remedy


def test_a_record_in_the_wrong_place_is_damage(records):
    records.path("dev/web").write_bytes(records.path("prod/web").read_bytes())
    with pytest.raises(MachineFailed, match="it is about prod/web"):
        records.get("dev/web")


def test_a_newer_record_is_refused(records):
    records.path("dev/web").write_bytes(b'{"version": 99, "what": "unheard of"}')
    with pytest.raises(Refused, match="newer Partywall"):
        records.read_all()


def test_a_record_that_cannot_be_removed_is_told(records):
    path = records.path("dev/web")
    path.unlink()
    path.mkdir()
    with pytest.raises(MachineFailed, match="cannot remove the record"):
        records.drop("dev/web")


def test_what_a_crash_left_while_writing_is_no_record(records, tmp_path):
    (tmp_path / "state/dev/.instance-web.json.x1y2").write_bytes(b"{")
    assert records.read_all() == two().entries


def test_an_installation_is_claimed_once(tmp_path):
    assert state.read(tmp_path) is None
    first = state.claim(tmp_path, "shop", FAKE)
    assert state.claim(tmp_path, "shop", FAKE) == first == state.read(tmp_path)
    assert len(first.project_id) == 16
    assert state.claim(tmp_path / "other", "shop", FAKE).project_id != first.project_id


@pytest.mark.parametrize("engine", [EngineMark("fake", "there"), EngineMark("other", "here")])
def test_another_engine_is_refused(tmp_path, engine):
    state.claim(tmp_path, "shop", FAKE)
    with pytest.raises(Refused, match=r"made on the engine fake \(here\)"):
        state.claim(tmp_path, "shop", engine)


def test_another_project_is_refused(tmp_path):
    state.claim(tmp_path, "shop", FAKE)
    with pytest.raises(Refused, match="belongs to the project shop, not club"):
        state.claim(tmp_path, "club", FAKE)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"version": 1}', b"\xff"])
def test_a_damaged_state_is_told(tmp_path, damage):
    state.path_of(tmp_path).write_bytes(damage)
    with pytest.raises(MachineFailed) as error:
        state.claim(tmp_path, "shop", FAKE)
    assert "state.json" in str(error.value.where)


def test_a_newer_state_is_refused(tmp_path):
    state.path_of(tmp_path).write_bytes(b'{"version": 2}')
    with pytest.raises(Refused, match="newer Partywall"):
        state.read(tmp_path)


def test_a_thing_with_everything_is_recorded(tmp_path):
    thing = instance("dev/web", build={"args": {"A": [1, None]}}, command=("a",), ports=(80,))
    entry = World.of([thing]).entries["dev/web"]
    records = Records(tmp_path)
    records.put(entry)
    assert records.get("dev/web") == entry
