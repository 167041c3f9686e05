"""Images that are built here are named by what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docker_captures import NAMING, WEB
from msgspec import structs

from partywall.engines.docker.api import Api, EngineRefuses
from partywall.engines.docker.images import built as built_images
from partywall.engines.docker.images import forget, image_of, sweep, to_build
from partywall.model.world import Instance, Job, Volume

PROJECT = NAMING.project


def built(key: str, content: str | None = "1", **build: Any) -> Instance:
    config = {} if content is None else {".": content}
    service = key.rpartition("/")[2]
    return structs.replace(
        WEB, key=key, service=service, build={"context": ".", **build}, config=config
    )


def test_the_same_build_is_one_image_in_every_environment():
    name = image_of(built("dev/web"), PROJECT)
    assert name is not None
    assert name.startswith("partywall/shop:")
    assert image_of(built("prod/api"), PROJECT) == name
    job = built("dev/job/migrate")
    assert image_of(Job(key=job.key, instance=job), PROJECT) == name


def test_one_content_in_two_checkouts_is_one_image():
    def checked_out(name: str, content: str = "1") -> str | None:
        context = f"./.partywall/checkouts/{name}/site"
        one = structs.replace(built(f"{name}/web", context=context), config={context: content})
        return image_of(one, PROJECT)

    assert checked_out("dev") == checked_out("prod")
    assert checked_out("dev", "2") != checked_out("prod")


def test_another_content_or_another_build_is_another_image():
    one = built("dev/web")
    others = [
        built("dev/web", "2"),
        built("dev/web", args={"URL": "x"}),
        built("dev/web", target="t"),
    ]
    assert len({image_of(each, PROJECT) for each in (one, *others)}) == 4


def test_of_unknown_content_each_service_has_its_own():
    names = [image_of(built(key, None), PROJECT) for key in ("dev/web", "prod/web", "dev/api")]
    assert names == [
        "partywall/shop-dev:web",
        "partywall/shop-prod:web",
        "partywall/shop-dev:api",
    ]


def test_what_is_not_built_has_no_name():
    assert image_of(structs.replace(WEB, build=None), PROJECT) is None
    assert image_of(Volume(key="dev/volume/a", name="a"), PROJECT) is None


class Known(Api):
    """An engine that has these images."""

    def __init__(self, *images: str | None) -> None:
        super().__init__(Path("/nowhere"))
        self.images = images

    def get(self, path: str, **query: object) -> Any | None:
        return {} if path.removeprefix("/images/").removesuffix("/json") in self.images else None


def test_each_missing_image_is_built_once():
    web, api, other = built("dev/web"), built("dev/api"), built("dev/other", "2")
    plain = structs.replace(WEB, build=None)
    assert to_build(Known(), [web, api, other, plain], PROJECT) == [web, other]
    assert to_build(Known(image_of(web, PROJECT)), [web, api, other], PROJECT) == [other]
    moving = built("dev/web", None)
    assert to_build(Known(image_of(moving, PROJECT)), [moving], PROJECT) == [moving]


class Shelf(Api):
    """An engine with images of ours, of which one is in use and one cannot be removed."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.images = {"old": 10, "used": 10, "below": 10, "young": 200}

    def get(self, path: str, **query: Any) -> Any | None:
        if path == "/images/json":
            assert query["filters"] == {"label": ["io.partywall.project=p1"]}
            return [{"Id": name, "Created": made} for name, made in self.images.items()]
        return [{}] if query["filters"]["ancestor"] == ["used"] else []

    def delete(self, path: str, **_: object) -> bool:
        name = path.removeprefix("/images/")
        if name == "below":
            raise EngineRefuses("image has dependent child images")
        del self.images[name]
        return True


def test_old_images_that_nobody_has_go():
    shelf = Shelf()
    sweep(shelf, "p1", 100.0)
    assert set(shelf.images) == {"used", "below", "young"}


class Tagged(Shelf):
    """An engine with images by name."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.images = dict.fromkeys(names, 1)

    def get(self, path: str, **query: Any) -> Any | None:
        if path == "/images/json":
            return [{"RepoTags": [name]} for name in self.images] + [{"RepoTags": None}]
        return super().get(path, **query)


def test_what_was_built_for_a_name_is_known_and_forgotten_by_it():
    mine = ["partywall/shop:1", "partywall/shop-dev:web", "partywall-agent:1"]
    others = ["partywall/shopping:1", "partywall/other:1", "shop:1", "used"]
    engine = Tagged(*mine, *others)
    assert built_images(engine, "shop") == mine
    forget(engine, ["partywall/shop:1", "used"])
    assert list(engine.images) == [*mine[1:], *others]
