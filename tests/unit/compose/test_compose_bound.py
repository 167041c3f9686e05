"""Fingerprints of what is bound from the host."""

import pytest

from partywall.compose.bound import bound, fingerprint
from partywall.compose.theirs import Theirs
from partywall.model.app import Attachment, Mount, Role, Service


def service(*mounts, build=None):
    return Service(name="x", role=Role.APP, why="", mounts=mounts, build=build)


def bind(path, target="/x", *, read_only=False):
    return Mount(kind="bind", source=str(path), target=target, read_only=read_only)


def test_config_files_and_folders_count_and_data_does_not(tmp_path):
    for name in ("conf", "data", "etc"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("1")
    (tmp_path / "one.conf").write_text("1")
    (tmp_path / "app.db").write_text("1")
    (tmp_path / "large").write_bytes(b"x" * 1_000_001)
    found = bound(
        [
            service(
                bind(tmp_path / "conf", read_only=True),
                bind(tmp_path / "data"),
                bind(tmp_path / "etc", "/etc/thing"),
                bind(tmp_path / "one.conf"),
                bind(tmp_path / "app.db"),
                bind(tmp_path / "large"),
                bind(tmp_path / "absent", read_only=True),
                Mount(kind="volume", source="v", target="/v"),
            )
        ]
    )
    assert {path.rpartition("/")[2] for path in found} == {"conf", "etc", "one.conf"}


def test_a_change_of_content_or_name_shows(tmp_path):
    (tmp_path / "a").write_text("1")
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    (tmp_path / "a").write_text("2")
    second = fingerprint(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def test_what_a_build_is_made_of(tmp_path):
    (tmp_path / "app.py").write_text("1")
    (tmp_path / ".dockerignore").write_text("docs\n")
    before = bound([service(build={"context": str(tmp_path)})])
    assert list(before) == [str(tmp_path)]
    for name in (".git", ".partywall", "__pycache__", "docs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("1")
    (tmp_path / ".env.dev").write_text("SECRET=1")
    (tmp_path / "partywall.yaml").write_text("")
    assert bound([service(build={"context": str(tmp_path)})]) == before
    (tmp_path / "app.py").write_text("2")
    assert bound([service(build={"context": str(tmp_path)})]) != before


def test_too_much_has_no_fingerprint(tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(64_000_000)
    assert fingerprint(tmp_path) is None


def test_how_an_app_is_run_is_no_part_of_it(tmp_path):
    (tmp_path / "app.py").write_text("1")
    built = [service(build={"context": str(tmp_path)})]
    before = bound(built)
    for name in (
        *("compose.yaml", "compose.override.yml", "docker-compose.yml", "docker-compose.prod.yaml"),
        *("partywall.yaml", ".env", ".env.prod", "other.yaml"),
    ):
        (tmp_path / name).write_text("1")
    (tmp_path / ".partywall").mkdir()
    (tmp_path / ".partywall" / "state.json").write_text("1")
    assert bound(built) != before
    assert bound(built, {tmp_path / "other.yaml"}) == before
    assert bound(built, {tmp_path / "other.yaml"})[str(tmp_path)] == "45d643ad00ca2080b336813b"
    # Bound by itself, such a file is what the service reads.
    (tmp_path / "compose.yaml").write_text("2")
    assert bound([service(bind(tmp_path / "compose.yaml"))], {tmp_path / "compose.yaml"})


def test_what_docker_ignores_is_no_part_of_a_build(tmp_path):
    for name in ("app.py", "notes/a.md", "notes/keep.md", "src/notes/a.md", "src/b.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    (tmp_path / ".dockerignore").write_text("# said\nnotes/*\n!notes/keep.md\n")
    built = [service(build={"context": str(tmp_path)})]
    bound_ = [service(bind(tmp_path, read_only=True))]
    before, mounted = bound(built), bound(bound_)
    (tmp_path / "notes/a.md").write_text("2")
    assert bound(built) == before
    assert bound(bound_) != mounted
    for name in ("notes/keep.md", "src/notes/a.md", "src/b.md"):
        earlier = bound(built)
        (tmp_path / name).write_text("2")
        assert bound(built) != earlier, name


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_what_environments_have_of_their_own_is_no_part_of_what_is_built(tmp_path, environment):
    """Whichever environment is read, the digest is one and the same."""
    names = ("prod", "dev")
    (tmp_path / "app.py").write_text("1")
    (tmp_path / "store-front").mkdir()
    (tmp_path / "store-front" / "code.py").write_text("1")
    plain = bound([service(build={"context": str(tmp_path)})])
    attached = [
        Attachment(kind=kind, source="x", target="/x", file=f"{tmp_path}/{kind}s/{environment}/x")
        for kind in ("secret", "config")
    ]
    app = [
        Service(
            name="x",
            role=Role.APP,
            why="",
            mounts=(bind(tmp_path / f"store-{environment}"), bind(tmp_path)),
            attachments=tuple(attached),
            build={"context": str(tmp_path)},
        )
    ]
    theirs = Theirs(environment, names, (f"{tmp_path}/settings/{environment}.env",))

    def now():
        return bound(app, (), theirs)[str(tmp_path)]

    assert now() == plain[str(tmp_path)]
    for name in names:
        for inner in (f"store-{name}/rows", f"secrets/{name}/x", f"settings/{name}.env"):
            (tmp_path / inner).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / inner).write_text(inner)
        assert now() == plain[str(tmp_path)], name
    (tmp_path / "store-front" / "code.py").write_text("2")
    assert now() != plain[str(tmp_path)]


def test_an_environment_whose_folder_is_the_context_counts_all_of_it(tmp_path):
    """Its name above the context, or the context itself, stands for nothing."""
    context = tmp_path / "dev"
    (context / "src").mkdir(parents=True)
    (context / "src" / "app.py").write_text("1")
    app = [service(bind(context), build={"context": str(context)})]
    before = bound(app, (), Theirs("dev", ("prod", "dev")))
    (context / "src" / "app.py").write_text("2")
    assert bound(app, (), Theirs("dev", ("prod", "dev"))) != before
