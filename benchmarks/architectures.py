"""What every architecture costs on the example, beside `dual`; `--write` keeps it for the pages."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec

from benchmarks import look, machine, turns
from benchmarks.costs import BASE, Cost, Measured, figures
from benchmarks.demo import Demo, placed
from benchmarks.measure import Quiet, timed
from benchmarks.ports import free
from partywall import catalog
from partywall.engines.docker import host
from partywall.engines.docker.api import Api
from partywall.model.choices import Presence, RouteBy
from partywall.model.errors import PartywallError
from partywall.system.decoding import decode
from partywall.workflows.architectures import ordered

RESULTS = Path(__file__).with_name("results") / "architectures.json"
ENGINES = ("docker", "embedded")
ROUNDS = 3
_TRIES = 3
_WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")


def main() -> int:
    """1 when an architecture could not be measured: it is left out, and without `dual` all are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.architectures", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="these alone; what is kept is one run's"
    )
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is brought up")
    asked = parser.parse_args()
    if unknown := {*asked.names} - catalog.presets().keys():
        parser.error(f"there is no architecture {', '.join(sorted(unknown))}")
    run = Run(asked.engine)
    try:
        measured = run.measured(asked.names or [one.name for one in ordered()], asked.rounds)
    except (OSError, RuntimeError, PartywallError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        run.forget_images()
    print(_text({asked.engine: measured}))
    if asked.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(_text({**kept(), asked.engine: measured}) + "\n")
    return 1 if run.failed else 0


def kept() -> dict[str, Measured]:
    """Engine → what was measured on it last."""
    return decode(RESULTS.read_bytes(), dict[str, Measured]) if RESULTS.exists() else {}


def _text(every: dict[str, Measured]) -> str:
    return json.dumps(msgspec.to_builtins(every), indent=2, ensure_ascii=False, sort_keys=True)


class Run:
    """All architectures on one engine, round by round, each in a folder of its own."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._project = f"bench{os.getpid()}"
        self._quiet = Quiet(load=0.0, busy=0.0)
        self.failed: set[str] = set()
        """Those that did not come up, however often that was tried."""

    def measured(self, names: list[str], rounds: int) -> Measured:
        """These, and `dual` before them; the first `dual` only has the images built."""
        names = [BASE, *(name for name in names if name != BASE)]
        self._say("images are built")
        with placed(**self._settings(BASE)) as demo:
            demo.call("up", "--yes")
        seen: dict[str, list[Cost]] = {name: [] for name in names}
        for number in range(1, rounds + 1):
            for name in tuple(seen):
                self._say(f"{name}, round {number} of {rounds}")
                if cost := self._patiently(name):
                    seen[name].append(cost)
                else:
                    del seen[name]
        self.failed = {*names} - seen.keys()
        return Measured(
            machine=machine.facts(),
            rounds=rounds,
            busy_share=round(self._quiet.busy, 2),
            architectures=figures(seen),
        )

    def _patiently(self, name: str) -> Cost | None:
        """Where others keep the machine busy, health checks may fail that have a time."""
        for _ in range(_TRIES):
            try:
                return self._cost(name)
            except RuntimeError as error:
                self._say(f"{name} failed: {str(error).splitlines()[0]}")
        if name == BASE:
            raise RuntimeError(f"without {BASE} there is nothing to compare with")
        return None

    def _cost(self, name: str) -> Cost:
        with placed(**self._settings(name)) as demo:
            _commit(demo)
            before = machine.quiet()
            made: list[dict[str, int]] = []
            seconds = timed(lambda: made.append(demo.document("up", "--yes")))
            self._quiet = self._quiet.worse(before.worse(machine.quiet()))
            taken = look.taken(demo.folder)
            proof = demo.document("prove")["probes"]
            ours, others = self._switches(demo, name)
        return Cost(
            memory=taken.memory,
            data=taken.data,
            files=taken.files,
            running=taken.running,
            things=made[0]["changes"],
            seconds=seconds,
            walls=dict(Counter(attempt["verdict"] for attempt in proof)),
            switches=ours,
            by_hand=others,
        )

    def _switches(self, demo: Demo, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        if catalog.choices([name]).presence is not Presence.SWITCHED:
            return (), ()
        ours = turns.by_partywall(demo)
        demo.call("down", "--all", "--yes")
        return ours, turns.by_hand(demo) if self._engine == "docker" else ()

    def _settings(self, name: str) -> dict[str, object]:
        by_port = catalog.choices([name]).route is RouteBy.PORT
        preset = catalog.presets()[name]
        http, https, further = free(3)
        said = {"seed": "python -m makapix.seed --users 20"}
        return {
            "project": self._project,
            "engine": self._engine,
            "architecture": f"{BASE} + {name}" if preset.overlay else name,
            "edge": {"tls": "off", "http": http, "https": https},
            "environments": {"prod": {}, "dev": {**said, **({"port": further} if by_port else {})}},
        }

    def forget_images(self) -> None:
        """Remove what was built for the example here; others' images are left alone."""
        if self._engine != "docker":
            return
        api = Api(host.SOCKET)
        names = [tag for one in api.get("/images/json") or [] for tag in one["RepoTags"] or []]
        for name in names:
            if name.startswith((f"partywall/{self._project}:", f"partywall/{self._project}-")):
                api.delete(f"/images/{name}")

    def _say(self, what: str) -> None:
        print(f"… {self._engine}: {what}", file=sys.stderr, flush=True)


def _commit(demo: Demo) -> None:
    """The example in a repository with the branches that `branches` asks for."""
    for words in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("add", "--all"),
        (*_WHO, "commit", "--quiet", "--message", "the example"),
        ("branch", "develop"),
    ):
        subprocess.run(("git", "-C", str(demo.folder), *words), check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
