"""An environment outside production reaches nobody: what it has not, and what is said of that."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.compose import mail
from partywall.compose.canonical import Definition
from partywall.compose.outward import Acting, Outward, acting, may, without
from partywall.compose.place import Sources
from partywall.model.app import Finding, Service

OFF = "outward"
KINDS = frozenset({OFF, "outward-kept", "mail"})
"""Kinds of findings about what acts on the world."""


class Inward(msgspec.Struct, frozen=True):
    """An environment, and which of its services may act on the world."""

    environment: str
    outward: Outward
    near: Sources

    def posted(
        self, services: Mapping[str, Definition]
    ) -> tuple[dict[str, Definition], list[Finding]]:
        """The services with their mail led to a catcher of the Compose file, or nowhere."""
        catcher = mail.catcher(services)
        made, found = dict(services), []
        for name, one in services.items():
            to = None if catcher is not None and catcher.service == name else catcher
            if not may(self.outward, name) and (turned := mail.turned(one, to)):
                made[name] = {**one, "environment": {**one["environment"], **turned}}
                found.append(self._of_mail(name, turned, to))
        return made, found

    def kept_in(self, services: Mapping[str, Service]) -> tuple[dict[str, Service], list[Finding]]:
        """The services without those that act on the world."""
        found = acting(services, self.outward)
        off = {one.service for one in found if not one.wanted_by}
        made = without(services, off) if off else dict(services)
        return made, [self._kept(one) if one.wanted_by else self._off(one) for one in found]

    def _line(self, service: str) -> str:
        before = () if isinstance(self.outward, bool) else self.outward
        names = ", ".join([*before, service])
        return f"`environments: {{{self.environment}: {{outward: [{names}]}}}}` in partywall.yaml"

    def _off(self, one: Acting) -> Finding:
        return Finding(
            service=one.service,
            kind=OFF,
            what=f"it {one.what}, and is off in {self.environment}",
            action=f"{self._line(one.service)} turns it on",
            where=self.near.service(one.service),
        )

    def _kept(self, one: Acting) -> Finding:
        callers = " and ".join(one.wanted_by)
        need = "needs" if len(one.wanted_by) == 1 else "need"
        return Finding(
            service=one.service,
            kind="outward-kept",
            what=f"it {one.what}, and runs in {self.environment} too, since {callers} {need} it",
            action=f"look at what it may reach; {self._line(one.service)} says that it is meant",
            where=self.near.service(one.service),
        )

    def _of_mail(self, name: str, turned: Mapping[str, str], to: mail.Catcher | None) -> Finding:
        goes = f"to {to.service}, TLS and login as they are" if to else "nowhere"
        return Finding(
            service=name,
            kind="mail",
            what=f"it is told where to send mail, by {', '.join(sorted(turned))}",
            action=f"mail of {self.environment} goes {goes}; {self._line(name)} lets it out",
            where=self.near.service(name, "environment", min(turned)),
        )
