"""Which folders go with a snapshot when files are asked for."""

from __future__ import annotations

import pytest

from partywall.model.app import Mount, Role
from partywall.model.errors import BadInput
from partywall.model.world import Instance
from partywall.workflows.snapshots.mounted import chosen, held, variable


def volume(name: str, *, read_only: bool = False) -> Mount:
    return Mount(
        kind="volume", source=f"prod/volume/{name}", target=f"/{name}", read_only=read_only
    )


def bound(path: str, *, read_only: bool = False) -> Mount:
    return Mount(kind="bind", source=path, target="/there", read_only=read_only)


def service(name: str, role: Role, *mounts: Mount) -> Instance:
    return Instance(key=f"prod/{name}", service=name, role=role, mounts=mounts)


APP = [
    service("db", Role.DATABASE, volume("rows")),
    service("cache", Role.CACHE, volume("keys")),
    service("web", Role.WEB, volume("vault"), bound("uploads"), bound("site.conf", read_only=True)),
    service("files", Role.FILES, volume("vault", read_only=True), volume("thumbs")),
    service("backup", Role.WORKER, volume("rows", read_only=True)),
]


def test_files_are_what_services_keep_and_no_server_has_its_data_in() -> None:
    assert sorted(one.name for one in held(APP)) == ["thumbs", "uploads", "vault"]


def test_they_are_named_by_themselves_or_by_a_service() -> None:
    known = held(APP)
    for word, names in (
        ("vault", ["vault"]),
        ("web", ["uploads", "vault"]),
        ("files", ["thumbs", "vault"]),
        ("all", ["thumbs", "uploads", "vault"]),
    ):
        assert [one.name for one in chosen(known, [word])] == names
    assert [one.name for one in chosen(known, ["vault", "files"])] == ["thumbs", "vault"]


@pytest.mark.parametrize("word", ["rows", "db", "keys", "nothing"])
def test_what_is_no_folder_of_files_is_refused_with_those_that_are(word: str) -> None:
    with pytest.raises(BadInput) as caught:
        chosen(held(APP), [word])
    assert "thumbs, uploads, vault" in caught.value.remedy


def test_where_there_are_none_it_says_so() -> None:
    with pytest.raises(BadInput) as caught:
        chosen([], ["all"])
    assert "keeps no files" in caught.value.remedy


def test_two_never_have_one_name_nor_one_variable() -> None:
    web = service("web", Role.WEB, bound("a/media"), bound("b/media"), bound("b/me.dia"))
    names = [one.name for one in held([web])]
    assert names[:2] == ["media", "media-2"]
    assert len({variable(name) for name in names}) == len(names)


def test_a_variable_has_letters_that_every_shell_knows() -> None:
    assert variable("user-files.2") == "FILES_USER_FILES_2"
