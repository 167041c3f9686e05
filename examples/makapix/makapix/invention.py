"""Invents artists, artworks and what they say to each other: the same N, the same club."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from makapix.sprites import choose

MOODS = ("mossy", "neon", "dusty", "lunar", "rusty", "amber", "misty", "vivid", "quiet", "solar")
ANIMALS = ("fox", "owl", "newt", "crab", "moth", "lynx", "toad", "wren", "bear", "slug")
THINGS = ("lantern", "potion", "cactus", "castle", "comet", "teapot", "robot", "mushroom", "boat")
REMARKS = (
    "Lovely shading!",
    "The palette is spot on.",
    "How long did this take?",
    "This belongs on a cartridge.",
    "More of these, please.",
)
KINDS = ("heart", "star", "fire", "laugh")
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
MOST_POSTS = 4


@dataclass(frozen=True)
class Post:
    """An invented artwork; ``author`` counts from 0, ``number`` is its sprite's."""

    author: int
    number: int
    title: str
    at: datetime


def handle(user: int) -> str:
    """Return the handle of the n-th invented user; no two are equal."""
    return f"{_one_of(MOODS, user, 'mood')}_{_one_of(ANIMALS, user, 'animal')}_{user + 1}"


def joined(user: int) -> datetime:
    """Return when the n-th user joined."""
    return FIRST_DAY + timedelta(hours=user)


def posts(user: int) -> list[Post]:
    """Return the artworks of the n-th user: one to MOST_POSTS."""
    numbers = [user * MOST_POSTS + n for n in range(1 + choose(MOST_POSTS, user, "posts"))]
    return [Post(user, number, _title(number), _after(user, number)) for number in numbers]


def others(user: int, users: int) -> list[int]:
    """Return up to three different users, never the n-th user itself."""
    return sorted({choose(users, user, pick) for pick in range(3)} - {user})


def favourite(user: int, other: int) -> Post:
    """Return the one of the other's artworks that a user has something to say about."""
    made = posts(other)
    return made[choose(len(made), user, other, "favourite")]


def remark(user: int, other: int) -> str:
    """Return what one user says under another one's artwork."""
    return _one_of(REMARKS, user, other, "remark")


def reaction(user: int, other: int) -> str:
    """Return how one user reacts to another one's artwork."""
    return _one_of(KINDS, user, other, "reaction")


def later(user: int, other: int) -> datetime:
    """Return a moment after both users joined and the other one's artworks were posted."""
    return FIRST_DAY + timedelta(hours=max(user, other) + 24, minutes=choose(600, user, other))


def _title(number: int) -> str:
    return f"{_one_of(MOODS, number, 'title')} {_one_of(THINGS, number, 'thing')}".capitalize()


def _after(user: int, number: int) -> datetime:
    return joined(user) + timedelta(minutes=1 + choose(60, number, "minutes"))


def _one_of(choices: tuple[str, ...], *what: object) -> str:
    return choices[choose(len(choices), *what)]
