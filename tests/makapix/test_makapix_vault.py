"""The vault's layout and its HTTP server: only well-formed names, nothing outside."""

import hashlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from makapix.files import files_app
from makapix.vault import Vault, content_type, key_of, name_of

CONTENT = b"pixels"
KEY = hashlib.sha256(CONTENT).hexdigest()
NAME = f"{KEY[:2]}/{KEY[2:4]}/{KEY}.png"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with one file, and a secret beside it."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    vault = Vault(folder)
    vault.store(CONTENT, "png")
    return vault


def test_a_file_is_named_by_its_content() -> None:
    assert key_of(CONTENT) == KEY
    assert name_of(KEY, "png") == NAME


def test_storing_twice_leaves_one_file_and_no_scraps(vault: Vault) -> None:
    assert vault.store(CONTENT, "png") == KEY
    files = [path for path in vault.folder.rglob("*") if path.is_file()]
    assert files == [vault.folder / NAME]


@pytest.mark.parametrize(
    ("ending", "kind"), [("png", "image/png"), ("gif", "image/gif"), ("webp", "image/webp")]
)
def test_content_types(ending: str, kind: str) -> None:
    assert content_type(name_of(KEY, ending)) == kind


@pytest.mark.parametrize(
    "name",
    [
        "",
        KEY,
        f"{KEY}.png",
        f"{NAME}\n",
        f"/{NAME}",
        f"00/00/{KEY}.png",
        NAME.upper(),
        NAME.replace("png", "svg"),
        f"{KEY[:2]}/../{NAME}",
        "../secret.png",
    ],
)
def test_other_names_are_malformed(name: str, vault: Vault) -> None:
    assert content_type(name) is None
    assert vault.find(name) is None


def test_a_link_out_of_the_vault_is_not_followed(vault: Vault) -> None:
    key = "0" * 64
    path = vault.folder / name_of(key, "png")
    path.parent.mkdir(parents=True)
    path.symlink_to(vault.folder.parent / "secret.png")
    assert vault.find(name_of(key, "png")) is None


def test_reading_what_is_not_there(vault: Vault) -> None:
    with pytest.raises(FileNotFoundError):
        vault.read(name_of("0" * 64, "png"))


def test_serving_a_file(vault: Vault) -> None:
    answer = TestClient(files_app(vault)).get(f"/{NAME}")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/{KEY[:2]}/",
        f"/{KEY[:2]}/{KEY[2:4]}",
        "/../secret.png",
        "/%2e%2e/secret.png",
        "/..%2fsecret.png",
        "/%2e%2e%2fsecret.png",
        "/..%5csecret.png",
        "//etc/passwd",
        f"/{NAME}%00",
        f"/{NAME}/../../../../secret.png",
        f"/{KEY[:2]}/{KEY[2:4]}/%2e%2e/%2e%2e/%2e%2e/secret.png",
    ],
)
def test_path_tricks_and_listings_find_nothing(path: str, vault: Vault) -> None:
    answer = TestClient(files_app(vault)).get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_health_needs_the_folder(vault: Vault, tmp_path: Path) -> None:
    assert TestClient(files_app(vault)).get("/healthz").status_code == 200
    assert TestClient(files_app(Vault(tmp_path / "gone"))).get("/healthz").status_code == 503
