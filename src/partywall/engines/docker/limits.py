"""Budgets of environments: groups of the kernel that all their containers are in."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from partywall.engines.docker.api import Api
from partywall.engines.docker.boot import Boot, script
from partywall.engines.docker.cgroups import (
    FAMILY,
    MEMORY,
    NO_WEIGHT,
    NO_YIELDING,
    ROOT,
    Kernel,
    above,
    bound,
    differences,
    files,
    groups,
    handed_down,
    idling,
    overbooked,
    properties,
    uncounted,
    weights,
)
from partywall.engines.docker.portions import Portions
from partywall.engines.docker.pressure import of_group, together
from partywall.engines.docker.units import Units
from partywall.engines.docker.use import USAGE, figures, in_use
from partywall.interfaces import Records, Use
from partywall.model.errors import MachineFailed, Place
from partywall.model.world import AnyThing, Entry, Limit, environment_of
from partywall.system import machine

_SECONDS = 20.0
_LEAVE_SECONDS = 5.0
_PAUSE = 0.05


class Budgets:
    """The groups of one installation, as the kernel has them."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._project = project
        self._kernel: Kernel | None = None
        self._boot = Boot()

    @property
    def kernel(self) -> Kernel:
        """How this machine groups processes; asked once."""
        if self._kernel is None:
            info = self._api.get("/info") or {}
            self._kernel = Kernel(
                version=int(info.get("CgroupVersion") or 1),
                systemd=info.get("CgroupDriver") == "systemd",
            )
            here = [one.name for one in weights(self._kernel) if _has(one)]
            self._kernel = msgspec.structs.replace(
                self._kernel,
                io=next(iter(here), ""),
                idle=any(_has(one) for one in idling(self._kernel)),
            )
        return self._kernel

    def parent(self, environment: str) -> str:
        """What an environment's containers are put under."""
        return self.kernel.parent(self._project, environment)

    def set(self, limit: Limit) -> None:
        """Bring a budget into force; what runs under it already is bound by it at once.

        Raises:
            MachineFailed: when the kernel does not take it, or this user may not set it.
        """
        parent = self.parent(environment_of(limit.key))
        if self.kernel.systemd:
            _systemctl("start", parent)
            _systemctl("set-property", parent, *properties(self.kernel, limit))
            return
        _make([Path(folder) for folder in groups(self.kernel, parent)])
        for path, text in handed_down(self.kernel, parent).items():
            _write(Path(path), text)
        for path, text in files(self.kernel, parent, limit).items():
            _write(Path(path), text)
        self._let_families_yield(parent)
        self._boot.keep(self.kernel, parent, limit)

    def loosen(self, limit: Limit) -> None:
        """Let those inside get other quotas, where there is a group yet.

        Raises:
            MachineFailed: when this user may not set it.
        """
        if self.kernel.systemd:
            return
        for path, text in uncounted(self.kernel, self.parent(environment_of(limit.key))).items():
            if Path(path).exists():
                _write(Path(path), text)

    def drop(self, limit: Limit) -> None:
        """Take the groups away, which are empty by then; the kernel needs a moment to know it.

        Raises:
            MachineFailed: when something still runs in one of them.
        """
        parent = self.parent(environment_of(limit.key))
        if self.kernel.systemd:
            _systemctl("stop", parent)
            _systemctl("revert", parent)
            return
        self._boot.drop(self.kernel, parent)
        # The engine makes a parent in every hierarchy of version 1, in those of no budget too.
        elsewhere = Path(ROOT).glob(f"*/{parent.lstrip('/')}")
        for folder in [*map(Path, groups(self.kernel, parent)), *elsewhere]:
            _remove(folder)
        self._let_families_yield(parent)

    def _let_families_yield(self, parent: str) -> None:
        """A group of groups yields to the rest of the machine when each of its own does."""
        for file in map(Path, above(self.kernel, parent)):
            if file.exists():
                own = [(_read(one) or "").strip() for one in file.parent.glob(f"*/{file.name}")]
                _write(file, str(int(all(said == "1" for said in own))))

    def script(self, limit: Limit) -> str:
        """What sets a budget without Partywall; empty where systemd remembers it."""
        parent = self.parent(environment_of(limit.key))
        return "" if self.kernel.systemd else script(self.kernel, parent, limit)

    def faults(self, limit: Limit) -> tuple[str, ...]:
        """Where the kernel differs from a budget."""
        parent = self.parent(environment_of(limit.key))
        wanted = files(self.kernel, parent, limit)
        found = {path: _read(Path(path)) for path in wanted}
        return tuple(differences(self.kernel, parent, limit, found))

    def use(self, limit: Limit) -> Use:
        """What is taken of a budget now, and what that cost those inside."""
        at = {name: Path(path) for name, path in self._folders(limit).items()}
        inside = [of_group(one, at["memory"] / one.name) for one in at["cpu"].glob("*/")]
        whole = together(of_group(at["cpu"], at["memory"]), inside, kills=self.kernel.version == 1)
        return Use(
            memory_bytes=_taken(at["memory"]),
            pids=_number(at["pids"] / "pids.current"),
            throttled=whole.throttled,
            throttled_seconds=whole.throttled_seconds,
            oom_kills=whole.oom_kills,
            missing=self.missing(limit),
        )

    def missing(self, limit: Limit) -> tuple[str, ...]:
        """What of a budget the kernel has no file for."""
        able = self.kernel.systemd or self.kernel.idle
        short = {
            NO_WEIGHT: limit.io_weight and not self.kernel.io,
            NO_YIELDING: limit.yields and not able,
        }
        return tuple(sentence for sentence, missing in short.items() if missing)

    def _folders(self, limit: Limit) -> Mapping[str, PurePosixPath]:
        return self.kernel.folders(self.parent(environment_of(limit.key)))

    def overbooked(self, limits: Iterable[Limit]) -> str:
        """Why the budgets of all projects of this machine cannot be kept; empty when they can."""
        own = {environment_of(one.key): one.memory_bytes for one in limits}
        return overbooked(own, self._others(), machine.memory_bytes()) if own else ""

    def _others(self) -> dict[str, int]:
        """What environments of other projects may take, as the kernel has it."""
        family = Path(self.kernel.folders(f"/{FAMILY}")["memory"])
        found: dict[str, int] = {}
        for folder in family.glob("*/*"):
            name = folder.relative_to(family)
            size = bound(_read(folder / MEMORY[self.kernel.version]))
            if folder.is_dir() and size is not None and str(name.parent) != self._project:
                found[str(name)] = size
        return found

    def memory(self, parent: str) -> int | None:
        """Bytes that all containers of a group may have together; None without a bound."""
        folder = Path(self.kernel.folders(parent)["memory"])
        return bound(_read(folder / MEMORY[self.kernel.version]))


class LimitPerformer:
    """Performs steps on budgets."""

    kind: type[AnyThing] = Limit

    def __init__(
        self, budgets: Budgets, portions: Portions, units: Units, records: Records
    ) -> None:
        self._budgets = budgets
        self._portions = portions
        self._units = units
        self._records = records

    def create(self, entry: Entry) -> None:
        """Bring it into force, and let what runs on it have its new portion at once.

        Raises:
            MachineFailed: when the kernel does not take it.
        """
        limit = _limit(entry)
        self._units.put([entry])
        self._budgets.loosen(limit)
        self._portions.set(limit)
        self._budgets.set(limit)
        if faults := (*self._budgets.faults(limit), *self._portions.faults(limit)):
            raise MachineFailed(
                f"{limit.key} is not in force: {'; '.join(faults)}",
                remedy="`partywall doctor` says what this machine can limit",
            )
        self._records.put(entry)

    def change(self, before: Entry, after: Entry) -> None:  # noqa: ARG002  (its files are written anew)
        """Bring the other one into force; raises as `create` does."""
        self.create(after)

    def start(self, entry: Entry) -> None:
        """Bring it into force again: after a reboot the kernel knows nothing of it."""
        self.create(entry)

    def restart(self, entry: Entry) -> None:
        """The same: nothing of it runs."""
        self.create(entry)

    def remove(self, entry: Entry) -> None:
        """Let the environment take what it can get."""
        self._budgets.drop(_limit(entry))
        self._units.drop(entry.thing.key)
        self._records.drop(entry.thing.key)


def _systemctl(*words: str) -> None:
    try:
        done = subprocess.run(
            ["systemctl", "--no-ask-password", *words],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineFailed(f"systemd cannot be asked: {error}") from error
    if done.returncode:
        raise MachineFailed(
            f"systemd does not set the budget: {done.stderr.strip()}",
            remedy="run the same command as root",
        )


def _make(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _denied(error, folder) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise _denied(error, path) from error


def _denied(error: OSError, path: Path) -> MachineFailed:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return MachineFailed(
            "only root can set a budget on this machine",
            where=Place(str(path)),
            remedy="run the same command with sudo, or take `limits` out of the architecture",
        )
    return MachineFailed(
        f"the kernel does not take the budget: {error.strerror}",
        where=Place(str(path)),
        remedy="`partywall doctor` says what this machine can limit",
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _has(name: PurePosixPath) -> bool:
    """Whether the kernel has this file: in its root, or (version 2) in any group below it."""
    root = Path(name.parent)
    return (root / name.name).exists() or any(root.glob(f"*/{name.name}"))


def _taken(folder: Path) -> int | None:
    """Bytes of a group in use, without what the kernel would give back first."""
    usage = next(filter(None, (_number(folder / name) for name in USAGE)), None)
    parts = figures(_read(folder / "memory.stat") or "")
    return in_use({"memory_stats": {"usage": usage, "stats": parts}})


def _number(path: Path) -> int | None:
    text = (_read(path) or "").strip()
    return int(text) if text.isdecimal() else None


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + _LEAVE_SECONDS
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            # Groups of containers that are gone are removed by the engine, a little later.
            with contextlib.suppress(OSError):
                for inner in [one for one in folder.iterdir() if one.is_dir()]:
                    inner.rmdir()
            if time.monotonic() > deadline:
                raise _denied(error, folder) from error
            time.sleep(_PAUSE)
        else:
            with contextlib.suppress(OSError):
                for above in (folder.parent, folder.parent.parent):
                    above.rmdir()  # the project's, the family's, once nobody is in it
            return


def _limit(entry: Entry) -> Limit:
    assert isinstance(entry.thing, Limit)  # noqa: S101  (performers get their own kind)
    return entry.thing
