"""Logs of programs are files: the last lines of all of them, and what comes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from partywall.engines.embedded.logs import FileLogs
from partywall.engines.embedded.places import Places


class Writing:
    """A clock that writes into a log when somebody waits."""

    def __init__(self, path: Path, *texts: str) -> None:
        self._path = path
        self._texts = list(texts)

    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        text = self._texts.pop(0)
        if text == "anew":
            self._path.write_text("")
        else:
            with self._path.open("a") as file:
                file.write(text)


def logs(home: Path, *texts: str) -> tuple[FileLogs, Path]:
    path = home / "logs" / "dev" / "web.log"
    path.parent.mkdir(parents=True)
    return FileLogs(Places(home, home), Writing(path, *texts)), path


def test_the_last_lines_are_those_of_all_files(tmp_path: Path) -> None:
    found, path = logs(tmp_path)
    path.with_name("web.log.2").write_text("one\n")
    path.with_name("web.log.1").write_text("two\nthr")
    path.write_text("ee\nfour")
    assert found.of("dev/web").last(3) == ["two", "three", "four"]
    assert found.of("dev/web").last(0) == []
    assert found.of("dev/other").last(3) == []


def test_following_goes_on_behind_the_last_lines(tmp_path: Path) -> None:
    found, path = logs(tmp_path, "two\nth", "ree\n", "anew", "four\n")
    path.write_text("one\n")
    log = found.of("dev/web")
    assert log.last(9) == ["one"]
    assert list(islice(log.follow(), 3)) == ["two", "three", "four"]


def test_all_that_ever_wrote_is_known_jobs_too(tmp_path: Path) -> None:
    found, path = logs(tmp_path)
    path.write_text("")
    path.with_name("job-migrate.log").write_text("")
    path.with_name("web.log.1").write_text("")
    assert found.written("dev") == ["dev/job/migrate", "dev/web"]
    assert found.written("prod") == []
