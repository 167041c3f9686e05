"""What goes into the image that agents run in, and what tells one from another."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import msgspec
import pytest

from partywall.engines.docker import agent_image
from partywall.interfaces import Agent

AGENT = Agent(module="partywall.proof.inside", needs=("paho", "typing_extensions"))
LDD = """
/usr/bin/python3:
\tlinux-vdso.so.1 (0x00007ffd5c3e1000)
\tlibpython3.11.so.1.0 => /usr/lib/libpython3.11.so.1.0 (0x00007f1c3c000000)
\tlibodd.so => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f1c3c7a5000)
/usr/lib/python3.11/lib-dynload/_json.so:
\tstatically linked
"""


def test_libraries_are_read_from_what_ldd_says() -> None:
    assert agent_image.libraries(LDD) == [
        "/usr/lib/libpython3.11.so.1.0",
        "/lib64/ld-linux-x86-64.so.2",
    ]


def test_the_agent_and_what_it_needs_go_in_and_nothing_else_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agent_image, "_libraries", lambda *_: ["/lib/ld-x.so.2", "/lib/libz.so.1"])
    made = agent_image._contents(AGENT)
    packages = f"{agent_image.HOME}/packages"
    ours = {name.removeprefix(f"{packages}/partywall/") for name in made if "/partywall/" in name}
    assert {name for name in ours if not name.startswith("proof/inside/")} == {
        "__init__.py",
        "proof/__init__.py",
    }
    assert "proof/inside/__main__.py" in ours
    assert f"{packages}/paho/mqtt/client.py" in made
    assert f"{packages}/typing_extensions.py" in made
    assert made["lib/ld-x.so.2"] == Path("/lib/ld-x.so.2").resolve()
    assert f"{agent_image.HOME}/lib/libz.so.1" in made
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert any(name.endswith(f"/{version}/json/decoder.py") for name in made)
    assert not any("/test/" in name or "site-packages" in name for name in made)


def test_a_compiled_module_goes_in_beside_the_folder_of_its_types(tmp_path: Path) -> None:
    (tmp_path / "fast").mkdir()
    (tmp_path / "fast" / "__init__.pyi").touch()
    compiled = f"fast{EXTENSION_SUFFIXES[0]}"
    (tmp_path / compiled).touch()
    (tmp_path / "faster.py").touch()
    found = {target for _, target in agent_image._module(tmp_path, "fast")}
    assert found == {compiled, "fast/__init__.pyi"}
    assert list(agent_image._module(tmp_path, "slow")) == []


def test_another_agent_is_another_image() -> None:
    one = agent_image.digest(AGENT)
    assert agent_image.digest(AGENT) == one
    assert agent_image.digest(msgspec.structs.replace(AGENT, needs=("paho",))) != one
    other = msgspec.structs.replace(AGENT, module="partywall.proof.probes")
    assert agent_image.digest(other) != one
