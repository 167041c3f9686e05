"""Invented artists are the same everywhere and always."""

import hashlib

from makapix import invention
from makapix.pictures import Picture, examine
from makapix.sprites import sprite

# Changing the drawing changes every seeded environment: do it on purpose.
FIRST_SPRITE = "9e7059b2b80a9435f479637577a3a5f9b228dc10f0e3176ddb66fb30ed3e29bd"


def test_sprites_are_valid_pictures_and_differ() -> None:
    sprites = [sprite(number) for number in range(40)]
    assert {examine(content) for content in sprites} == {Picture("png", 16, 16)}
    assert len(set(sprites)) == 40


def test_a_sprite_is_the_same_file_on_every_machine() -> None:
    assert hashlib.sha256(sprite(0)).hexdigest() == FIRST_SPRITE


def test_handles_are_unique_and_valid() -> None:
    handles = {invention.handle(user) for user in range(2000)}
    assert len(handles) == 2000
    assert all(3 <= len(handle) <= 24 for handle in handles)


def test_nobody_talks_to_themselves_or_before_both_are_there() -> None:
    for user in range(50):
        others = invention.others(user, 50)
        assert user not in others
        assert len(set(others)) == len(others) <= 3
        for other in others:
            assert invention.favourite(user, other) in invention.posts(other)
            assert invention.later(user, other) > invention.favourite(user, other).at


def test_one_lonely_artist_has_nobody_to_talk_to() -> None:
    assert invention.others(0, 1) == []
