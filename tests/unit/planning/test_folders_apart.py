"""How an environment gets a folder of its own."""

import pytest

from partywall.planning.folders import apart


@pytest.mark.parametrize(
    ("path", "default", "own"),
    [
        ("./data/pg-17", "${PG_17_FOLDER:-./data/pg-17}", "PG_17_FOLDER=./data/pg-17-dev"),
        ("/srv/files/", "${FILES_FOLDER:-/srv/files/}", "FILES_FOLDER=/srv/files-dev"),
        (".", "${APP_FOLDER:-.}", "APP_FOLDER=../dev"),
    ],
)
def test_what_runs_already_keeps_the_folder_that_it_has(path, default, own):
    said = apart(path, "dev")
    assert f"write {default} in the Compose file" in said
    assert f" and {own} into .env.dev" in said


def test_two_folders_never_get_the_same_variable():
    others = ["./app/data", "./app/plugins", "./rows/data", "./app/client/plugins", "./data"]
    names = [apart(path, "dev", others).partition(":-")[0] for path in others]
    assert names == [
        "write ${APP_DATA_FOLDER",
        "write ${APP_PLUGINS_FOLDER",
        "write ${ROWS_DATA_FOLDER",
        "write ${CLIENT_PLUGINS_FOLDER",
        "write ${DATA_FOLDER",
    ]
