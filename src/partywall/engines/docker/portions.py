"""Portions of budgets as containers have them."""

from __future__ import annotations

import functools

from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.bounds import changed, differences
from partywall.engines.docker.containers import Containers
from partywall.engines.docker.labels import KEY
from partywall.engines.docker.understand import Inspected
from partywall.model.errors import MachineFailed
from partywall.model.world import Limit, Portion, environment_of


class Portions:
    """What each running container of one installation may take."""

    def __init__(self, api: Api, containers: Containers) -> None:
        self._api = api
        self._containers = containers

    @functools.cached_property
    def _cores(self) -> int:
        return int((self._api.get("/info") or {})["NCPU"])

    def set(self, limit: Limit) -> None:
        """Let every container that runs have its portion, without a restart.

        Those that fall outside of the budget are left: they are made anew, to be put inside.

        Raises:
            MachineFailed: when one uses more than it may have from now on.
        """
        for portion, container in self._with(limit):
            if any(differences(portion, container)):
                try:
                    self._api.post(
                        f"/containers/{container['Id']}/update", changed(portion, self._cores)
                    )
                except EngineRefuses as error:
                    raise MachineFailed(
                        f"{portion.key} cannot have its new portion, {portion.memory_bytes >> 20} "
                        f"MiB, while it runs: {error.what}",
                        remedy=f"`partywall down {environment_of(limit.key)}`, then `partywall up`",
                    ) from error

    def faults(self, limit: Limit) -> tuple[str, ...]:
        """Where running containers differ from their portions."""
        return tuple(why for found in self._with(limit) for why in differences(*found))

    def _with(self, limit: Limit) -> list[tuple[Portion, Inspected]]:
        """The running containers that live on a budget."""
        if not limit.portions:
            return []
        found = (
            (limit.portion(one["Config"]["Labels"].get(KEY, "")), one)
            for one in self._containers.running(environment_of(limit.key))
        )
        return [
            (portion, one)
            for portion, one in found
            if portion is not None and one["HostConfig"].get("CgroupParent")
        ]
