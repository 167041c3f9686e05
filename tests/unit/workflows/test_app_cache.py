"""An App is remembered exactly as long as nothing that it was read from has changed."""

from pathlib import Path

import msgspec
import pytest

from partywall.compose.read import Request
from partywall.model.app import App, Role, Service
from partywall.workflows.app_cache import AppCache

TEXT = "services:\n  web:\n    image: web:1\n"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    (tmp_path / "compose.yaml").write_text(TEXT)
    return Request(folder=tmp_path, environment="dev", project="app-dev", variables={"TAG": "1"})


@pytest.fixture
def cache(tmp_path: Path, request_: Request) -> AppCache:
    made = AppCache(tmp_path / "home")
    made.keep([(request_, app(tmp_path))])
    return made


def app(folder: Path, **build: str) -> App:
    web = Service(name="web", role=Role.WEB, why="named so", image="web:1", build=build or None)
    return App(name="app-dev", folder=str(folder), services={"web": web})


def test_what_was_kept_is_found(cache, request_, tmp_path):
    assert cache.find(request_) == app(tmp_path)


def test_nothing_is_found_before_anything_is_kept(tmp_path, request_):
    assert AppCache(tmp_path / "empty").find(request_) is None


@pytest.mark.parametrize(
    "other",
    [
        {"variables": {"TAG": "2"}},
        {"profiles": ("debug",)},
        {"project": "app-test"},
        {"environment": "test"},
        {"lenient": True},
    ],
)
def test_another_question_is_not_answered(cache, request_, other):
    assert cache.find(msgspec.structs.replace(request_, **other)) is None


def test_a_changed_file_is_read_again(cache, request_, tmp_path):
    (tmp_path / "compose.yaml").write_text(TEXT.replace("web:1", "web:2"))
    assert cache.find(request_) is None


def test_a_new_override_is_read_too(cache, request_, tmp_path):
    (tmp_path / "compose.override.yaml").write_text(TEXT)
    assert cache.find(request_) is None


@pytest.mark.parametrize("word", ["include", "extends", "env_file"])
def test_files_that_name_further_ones_are_never_remembered(tmp_path, request_, word):
    (tmp_path / "compose.yaml").write_text(f"{TEXT}# {word}\n")
    cache = AppCache(tmp_path / "home")
    cache.keep([(request_, app(tmp_path))])
    assert cache.find(request_) is None
    assert not (tmp_path / "home").exists()


def test_what_secrets_read_from_files_is_looked_at_every_time(request_, tmp_path):
    cache = AppCache(tmp_path / "home")
    for said, known in (({"file": "/key"}, False), ({"environment": "KEY"}, True)):
        whole = msgspec.structs.replace(app(tmp_path), secrets={"key": said})
        cache.keep([(request_, whole)])
        assert (cache.find(request_) is not None) is known


def test_a_damaged_file_is_no_answer(cache, request_, tmp_path):
    (tmp_path / "home/cache/dev.json").write_bytes(b"{")
    assert cache.find(request_) is None


def test_what_is_bound_is_looked_at_every_time(request_, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    (source / "main.py").write_text("one")
    cache = AppCache(tmp_path / "home")
    cache.keep([(request_, app(tmp_path, context=str(source)))])
    first = cache.find(request_)
    (source / "main.py").write_text("two")
    second = cache.find(request_)
    assert first is not None
    assert second is not None
    assert first.bound[str(source)] != second.bound[str(source)]


def test_only_its_owner_can_read_it(cache, tmp_path):
    assert (tmp_path / "home/cache/dev.json").stat().st_mode & 0o777 == 0o600
