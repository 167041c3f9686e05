"""What is taken over has another name than what takes its place."""

import pytest

from partywall.model.errors import Refused
from partywall.workflows.take_over.found import check_name


def test_one_name_for_both_is_refused_before_anything_stops():
    check_name("shop", "prod", "shop")
    check_name("shop", "prod", "shop-dev")
    with pytest.raises(Refused) as caught:
        check_name("shop", "prod", "shop-prod")
    assert "the Compose project shop-prod has the very name" in caught.value.what
