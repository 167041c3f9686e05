"""What becomes of the data of what `up` takes away; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from partywall.model.plan import Action, Plan
from partywall.model.world import Volume, World, environment_of
from partywall.planning.keep import outlives


def notes(plan: Plan, observed: World, stopped: Collection[str]) -> Iterator[str]:
    """A line for data that stay without what used them, and one for those that go.

    Args:
        plan: what is done.
        observed: what there is.
        stopped: environments that do not stand from now on.
    """
    going = {step.key for step in plan.steps if step.action is Action.REMOVE}
    kept = {key for key, entry in observed.entries.items() if outlives(entry.thing)} - going
    for name in sorted({environment_of(key) for key in going} & set(stopped)):
        if name in map(environment_of, kept):
            yield (
                f"{name} stands no longer; its data are kept, and `partywall destroy {name}` "
                "moves them to the trash"
            )
    if lost := sorted(key for key in going if _holds_data(key, observed)):
        yield (
            f"the data in {', '.join(lost)} go to the trash: `partywall trash list` says how long "
            "they can be brought back"
        )


def _holds_data(key: str, observed: World) -> bool:
    """Data of before are left where they are."""
    thing = observed.entries[key].thing
    return isinstance(thing, Volume) and not thing.external
