"""The record of a pool on disk."""

import pytest

from partywall.execution import pool
from partywall.execution.pool import Pool, Stage
from partywall.model.errors import MachineFailed, Refused

MINE = Pool(id="0badcafe", uuid="7b1e0f2a-8d1c-4b7e-9c55-3f2d8a6b1c09", size=1, stage=Stage.MAKING)


def test_what_was_written_is_read(tmp_path):
    assert pool.read(tmp_path) is None
    pool.write(tmp_path, MINE)
    assert pool.read(tmp_path) == MINE
    assert (tmp_path / "pool.json").stat().st_mode & 0o777 == 0o600
    pool.close(tmp_path)
    assert pool.read(tmp_path) is None
    pool.close(tmp_path)


def test_what_the_first_version_wrote_is_read(tmp_path):
    (tmp_path / "pool.json").write_text(
        '{"version": 1, "id": "0badcafe", "uuid": "7b1e0f2a-8d1c-4b7e-9c55-3f2d8a6b1c09", '
        '"size": 1, "device": "", "stage": "making"}'
    )
    assert pool.read(tmp_path) == MINE


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", MachineFailed),
        ('{"version":1,"stage":"odd"}', MachineFailed),
        ('{"version":2}', Refused),
    ],
)
def test_a_record_that_is_damaged_or_newer_is_said(tmp_path, text, error):
    (tmp_path / "pool.json").write_text(text)
    with pytest.raises(error):
        pool.read(tmp_path)
