"""The command line with the Docker engine to choose from: the catalog does not offer it yet."""

from __future__ import annotations

from partywall import catalog
from partywall.__main__ import main
from partywall.engines.docker.assemble import assemble

if __name__ == "__main__":
    catalog.register("docker", assemble)
    main()
