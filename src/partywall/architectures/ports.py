"""D, `ports`: two whole stacks at one domain, told apart by the port."""

from __future__ import annotations

from partywall.architectures.preset import Preset
from partywall.model.choices import RouteBy

PRESET = Preset(
    name="ports",
    letter="D",
    title="One domain, a port for each environment",
    gives=(
        "one domain and one certificate: production at 443, development at 8443",
        "no further DNS record, and no wildcard certificate, for a second environment",
        "development's port can be limited to addresses and networks; others get no answer at all",
        "cookies, which ignore ports, are kept apart by the edge: it marks those of development",
    ),
    costs=(
        "every service runs twice, as with `dual`",
        "browsers send cookies to every port of a host: only the edge keeps sessions apart",
        "scripts of development can read and write production's cookies that are not HttpOnly",
        "scripts of development find their own cookies under marked names",
        "cookies that scripts of development write never reach its server",
        "ports other than 443 are closed in many firewalls, the visitors' and the server's",
    ),
    choices={"route": RouteBy.PORT},
)
