"""One database for all: each environment's part is told apart by its schema and its role."""

import msgspec
import pytest

from architectures import plans
from partywall.axes.world import desired
from partywall.model.errors import BadInput
from partywall.model.world import Database
from partywall.planning import conflicts


def made(rename=None):
    site = plans.site("schemas")
    environments = tuple(
        msgspec.structs.replace(one, name=rename)
        if rename and not one.production
        else msgspec.structs.replace(one, read=("prod.posts",), extensions={"db": ("vector",)})
        for one in site.environments
    )
    return desired(msgspec.structs.replace(site, environments=environments))


def test_schemas_and_roles_differ_in_one_database():
    world = made()
    prod, dev = (world.entries[f"{name}/database/db"].thing for name in ("prod", "dev"))
    assert isinstance(prod, Database)
    assert (prod.server, prod.name, prod.kind) == (dev.server, dev.name, "schema")
    assert (prod.schema, dev.schema) == ("prod", "dev")
    assert prod.owner != dev.owner
    assert (prod.bounded, dev.bounded) == (False, True)
    assert dev.read == ("prod.posts",)
    assert dev.extensions == ("vector",)
    conflicts.check(world)


def test_a_name_with_a_hyphen_needs_no_quotes():
    assert made("my-dev").entries["my-dev/database/db"].thing.schema == "my_dev"


@pytest.mark.parametrize("name", ["public", "extensions", "pg-dev"])
def test_names_that_are_taken_are_refused(name):
    with pytest.raises(BadInput, match=f"can be called {name}"):
        made(name)


def test_two_names_that_make_one_schema_are_refused():
    world = made("my-dev")
    twin = world.entries["my-dev/database/db"].thing
    other = msgspec.structs.replace(twin, key="my_dev/database/db", owner="another")
    with pytest.raises(Exception, match="both claim the schema on shared/db named my_dev"):
        conflicts.check(type(world).of([*world.things(), other]))
