"""The image that agents run in: this machine's own interpreter, so that no registry is asked."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import IO

from partywall.engines.docker.agents import LABEL
from partywall.engines.docker.api import Api
from partywall.interfaces import Agent
from partywall.model.errors import MachineFailed

REPOSITORY = "partywall-agent"
HOME = ".partywall-agent"
"""A folder that no volume of an app would cover."""
_PYTHON = f"{HOME}/bin/python3"
_LIBRARIES = f"{HOME}/lib"
_PACKAGES = f"{HOME}/packages"
_BUILD_SECONDS = 120.0
_LEFT_OUT = frozenset(
    {"site-packages", "dist-packages", "test", "tests", "ensurepip", "idlelib", "tkinter"}
    | {"lib2to3", "turtledemo", "pydoc_data", "distutils"}
)
_NOT_NEEDED = re.compile(r"(_tkinter|_test|_curses|_ctypes_test|xxlimited|.*\.opt-)")
_AGE = 7 * 24 * 3600.0
"""Seconds after which the image of another version is no longer kept."""
_BEFORE_LIBRARY = re.compile(r"^\s*(?:\S+ => )?(?P<path>/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
_ETC = {
    "etc/passwd": "root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def command(agent: Agent) -> tuple[str, ...]:
    """How the agent is run there."""
    return (f"/{_PYTHON}", *agent.words())


def ensure(api: Api, agent: Agent) -> str:
    """The image's name; it is made when there is none yet.

    Raises:
        MachineFailed: when it cannot be made.
    """
    tag = digest(agent)
    name = f"{REPOSITORY}:{tag}"
    if api.get(f"/images/{name}/json") is None:
        with tempfile.TemporaryFile() as file:
            try:
                _pack(file, agent)
            except (OSError, tarfile.TarError, subprocess.SubprocessError) as error:
                raise MachineFailed(f"the probes' image cannot be made: {error}") from error
            file.seek(0)
            changes = [f"LABEL {LABEL}={agent.module}", *_environment()]
            api.load(file, repo=REPOSITORY, tag=tag, changes=changes, seconds=_BUILD_SECONDS)
        if api.get(f"/images/{name}/json") is None:
            raise MachineFailed("the engine did not take the probes' image", remedy="see its log")
        tidy(api, time.time() - _AGE)
    return name


def digest(agent: Agent) -> str:
    """What tells one image from another: the interpreter, the packages and the agent itself."""
    mark = hashlib.sha256(f"{sys.version} {platform.machine()} {platform.libc_ver()}".encode())
    named = metadata.packages_distributions()
    for package in agent.needs:
        versions = sorted(metadata.version(one) for one in set(named.get(package, ())))
        mark.update(f"{package} {versions}\n".encode())
    for path, target in _own(agent.module):
        mark.update(f"{target}\n".encode() + path.read_bytes())
    mark.update(Path(__file__).read_bytes())
    return mark.hexdigest()[:16]


def tidy(api: Api, before: float) -> None:
    """Remove the images that were made before a time, unless something uses them."""
    for one in api.get("/images/json", filters={"label": [LABEL]}) or []:
        if one["Created"] < before:
            with contextlib.suppress(MachineFailed):
                api.delete(f"/images/{one['Id']}")


def libraries(said: str) -> list[str]:
    """The files that `ldd` names, the loader included; pure."""
    return [match["path"] for match in _BEFORE_LIBRARY.finditer(said)]


def _environment() -> list[str]:
    variables = {
        "PYTHONHOME": f"/{HOME}",
        "PYTHONPATH": f"/{_PACKAGES}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LD_LIBRARY_PATH": f"/{_LIBRARIES}",
        "LANG": "C.UTF-8",
        # A name that nobody has must not take the rest of the proof's time.
        "RES_OPTIONS": "timeout:1 attempts:1",
    }
    return [f'ENV {name}="{value}"' for name, value in variables.items()]


def _pack(file: IO[bytes], agent: Agent) -> None:
    every = _contents(agent)
    with tarfile.open(fileobj=file, mode="w") as tar:
        folders = {str(parent) for target in (*every, *_ETC) for parent in Path(target).parents}
        for folder in sorted({*folders, "tmp"} - {"."}):
            tar.addfile(_entry(folder, tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755))
        for target, path in sorted(every.items()):
            _add(tar, target, path.read_bytes(), path.stat().st_mtime)
        for target, text in _ETC.items():
            _add(tar, target, text.encode())


def _contents(agent: Agent) -> dict[str, Path]:
    """Every file's place in the image, and which file of this machine it is."""
    python = Path(os.path.realpath(sys.executable))
    every = {_PYTHON: python}
    every |= {target: path for path, target in _standard()}
    packages = (*_own(agent.module), *_needed(agent.needs))
    every |= {f"{_PACKAGES}/{target}": path for path, target in packages}
    linked = [python, *(path for path in every.values() if ".so" in path.suffixes)]
    for library in _libraries(linked, set(every.values())):
        name = Path(library).name
        # The loader is found by its whole path, which is written in the interpreter.
        loader = name.startswith(("ld-", "ld."))
        target = library.lstrip("/") if loader else f"{_LIBRARIES}/{name}"
        every[target] = Path(os.path.realpath(library))
    return every


def _add(tar: tarfile.TarFile, target: str, data: bytes, changed: float = 0.0) -> None:
    """Compiled modules remember when their source was changed."""
    about = _entry(target, tarfile.REGTYPE, 0o755)
    about.size, about.mtime = len(data), int(changed)
    tar.addfile(about, io.BytesIO(data))


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.type, about.mode = kind, mode
    return about


def _standard() -> Iterator[tuple[Path, str]]:
    folder = Path(os.__file__).parent
    below = f"{HOME}/{folder.relative_to(sys.base_prefix)}"
    for path in _files(folder):
        yield path, f"{below}/{path.relative_to(folder)}"


def _own(module: str) -> Iterator[tuple[Path, str]]:
    """The package, and of those that it is in only what makes them packages."""
    spec = importlib.util.find_spec(module)
    assert spec is not None  # noqa: S101  (it is one of ours)
    assert spec.origin is not None  # noqa: S101
    folder = Path(spec.origin).parent
    root = folder.parents[module.count(".")]
    for parent in folder.relative_to(root).parents[:-1]:
        yield root / parent / "__init__.py", f"{parent}/__init__.py"
    for path in sorted(folder.glob("*.py")):
        yield path, str(path.relative_to(root))


def _needed(packages: Iterable[str]) -> Iterator[tuple[Path, str]]:
    """Packages and single modules, from wherever this interpreter finds them."""
    for package in packages:
        found = (list(_module(Path(root), package)) for root in sys.path)
        yield from next(filter(None, found), ())


def _module(root: Path, package: str) -> Iterator[tuple[Path, str]]:
    """All of it in one folder: beside a compiled module there may be a folder of its types."""
    for suffix in (".py", *EXTENSION_SUFFIXES):
        if (root / f"{package}{suffix}").is_file():
            yield root / f"{package}{suffix}", f"{package}{suffix}"
    for path in _files(root / package):
        yield path, str(path.relative_to(root))


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [
            one for one in folders if one not in _LEFT_OUT and not one.startswith("config-")
        ]
        for name in names:
            path = Path(here, name)
            if not _NOT_NEEDED.match(name) and path.is_file():
                yield path


def _libraries(files: Iterable[Path], known: set[Path]) -> Iterator[str]:
    real = {os.path.realpath(path) for path in known}
    done = subprocess.run(
        ["ldd", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_BUILD_SECONDS,
    )
    for path in dict.fromkeys(libraries(done.stdout)):
        if os.path.realpath(path) not in real:
            yield path
