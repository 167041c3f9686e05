"""What somebody means who types a target, and the words that `ssh` gets."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from partywall.model.errors import BadInput
from partywall.system.ssh import Remote, naming, receiving, words
from partywall.workflows.sending.target import parse


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("app.dump", Path("app.dump")),
        ("/srv/app.dump", Path("/srv/app.dump")),
        ("./odd:name", Path("odd:name")),
        ("folder/odd:name", Path("folder/odd:name")),
        ("host:app.dump", Remote(host="host", path="app.dump")),
        ("me@host:/srv/a b", Remote(host="host", user="me", path="/srv/a b")),
        ("[::1]:app.dump", Remote(host="::1", path="app.dump")),
        ("ssh://host/srv/a", Remote(host="host", path="/srv/a")),
        ("ssh://me@host:2222/a%20b", Remote(host="host", user="me", port=2222, path="/a b")),
        ("ssh://host/~/a", Remote(host="host", path="a")),
        ("ssh://[::1]:22/a", Remote(host="::1", port=22, path="/a")),
    ],
)
def test_a_target_is_read_as_scp_and_git_read_it(text: str, meant: Path | Remote) -> None:
    assert parse(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("", "folder/", "..", "host:", "host:folder/", "me@host:~/a", "ftp://host/a"),
        *("-oProxyCommand=x:a", "ssh://-oProxyCommand=x/a", "-x@host:a", "ssh://host:far/a"),
        *("ssh://host", "ssh:///a", "ssh://host/~/"),
    ],
)
def test_what_is_none_is_said(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput) as error:
        parse("ssh://me:hush@host/a")
    assert "hush" not in str(error.value)


@pytest.mark.parametrize("text", ["host:a", "me@host:/a", "me@[::1]:a", "ssh://me@host:22/~/a"])
def test_what_is_written_down_is_read_the_same(text: str) -> None:
    assert str(parse(text)) == text


def test_ssh_asks_nobody_and_gets_one_script() -> None:
    to = Remote(host="host", user="me", port=2222, path="a")
    said = words(to, "echo it's")
    assert said[0] == "ssh"
    assert "BatchMode=yes" in said
    assert said[said.index("-p") + 1] == "2222"
    assert said[-3:-1] == ["--", "me@host"]
    assert shlex.split(said[-1]) == ["sh", "-c", "echo it's"]


@pytest.mark.parametrize("path", ["it's", "a; rm -rf b", "$(touch c)", "a\nb", "`x`"])
def test_a_path_is_one_word_whatever_is_in_it(path: str) -> None:
    taking = shlex.shlex(receiving(path, "x.part"), posix=True, punctuation_chars=True)
    taking.whitespace_split = True
    assert path in list(taking)
    assert shlex.quote(path) in naming(path, "x.part", 7)


def test_a_path_that_begins_with_a_dash_is_no_option() -> None:
    assert "./-n" in shlex.split(receiving("-n", ".-n.part"))
