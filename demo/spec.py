"""The words of the catalogue: a clip before it is made, who posts it, what it belongs to."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """One clip to make. `generator` and `seed` decide every pixel and sample of it.

    Attributes:
        key: stable slug, unique, such as `marble-ring-03`.
        topic: slug of a `TopicSpec`. creator: handle of a `CreatorSpec`.
        caption, tags, language: what its creator writes under it.
        length_s: 5 to 9 seconds.
    """

    key: str
    topic: str
    creator: str
    caption: str
    tags: tuple[str, ...]
    length_s: float
    seed: int
    generator: str
    language: Literal["en"] = "en"


@dataclass(frozen=True, slots=True)
class CreatorSpec:
    """Somebody who posts: `topic` is what they mostly post about and sets the colours of their
    picture.
    """

    handle: str
    name: str
    bio: str
    topic: str
    avatar_seed: int


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A subject with a look and a sound of its own. `palette` is six-digit hex, ground first."""

    slug: str
    title: str
    palette: tuple[str, ...]
    bpm: int
    instrument: str
