"""What people write: captions, tags, topics, names; cleaned, or refused with what to do."""

import re
import unicodedata
from collections.abc import Iterable

CAPTION_MAX = 300
TAGS_MAX = 12
TAG_MAX = 32
TOPICS_MAX = 4
NAME_MAX = 50
BIO_MAX = 200
FILENAME_MAX = 200

_TOPIC = re.compile(r"[a-z][a-z0-9-]{1,23}")
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._]{0,28}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2}")


class BadWords(ValueError):
    """Text that cannot be kept as it is: tell who wrote it. `code` is for programs."""

    def __init__(self, code: str, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.what_to_do = what_to_do


def _tidy(text: str) -> str:
    """NFC, every run of white space one space, no control or direction-changing characters.

    >>> _tidy(" a\\n\\tb\\u202e ")
    'a b'
    """
    spaced = "".join(" " if c.isspace() else c for c in text)
    seen = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn"))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _within(text: str, most: int, *, what: str) -> str:
    if len(text) > most:
        raise BadWords(
            f"{what}_too_long",
            f"The {what} has {len(text)} characters; {most} are allowed.",
            f"Shorten the {what}.",
        )
    return text


def clean_caption(text: str) -> str:
    """The caption, tidied. Raises: BadWords: `caption_too_long`."""
    return _within(_tidy(text), CAPTION_MAX, what="caption")


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each tag once, lower case, without a leading #, empty ones left out.

    Raises: BadWords: `tag_too_long`, `too_many_tags`.

    >>> clean_tags(["#Marbles ", "marbles", "", "slow motion"])
    ('marbles', 'slow motion')
    """
    tidy = dict.fromkeys(_tidy(tag).lstrip("#").strip().lower() for tag in tags)
    found = tuple(_within(tag, TAG_MAX, what="tag") for tag in tidy if tag)
    if len(found) > TAGS_MAX:
        raise BadWords("too_many_tags", f"{len(found)} tags; {TAGS_MAX} are allowed.", "Drop some.")
    return found


def clean_topics(topics: Iterable[str]) -> tuple[str, ...]:
    """Each topic once. Raises: BadWords: `bad_topic`, `too_many_topics`."""
    found = tuple(dict.fromkeys(topic.strip().lower() for topic in topics if topic.strip()))
    for topic in found:
        if not _TOPIC.fullmatch(topic):
            raise BadWords(
                "bad_topic",
                f"“{topic[:40]}” cannot be a topic.",
                "Use 2 to 24 letters a-z, digits and hyphens, a letter first: street-music.",
            )
    if len(found) > TOPICS_MAX:
        raise BadWords(
            "too_many_topics", f"{len(found)} topics; {TOPICS_MAX} are allowed.", "Drop some."
        )
    return found


def clean_language(code: str) -> str:
    """Two lower-case letters, or "" for anything else: undetermined."""
    short = code.strip().lower()[:2]
    return short if _LANGUAGE.fullmatch(short) else ""


def clean_handle(handle: str) -> str:
    """The handle in lower case, without a leading @. Raises: BadWords: `bad_handle`.

    >>> clean_handle("@Gravity.Gran")
    'gravity.gran'
    """
    found = handle.strip().lstrip("@").lower()
    if len(found) < 2 or not _HANDLE.fullmatch(found):
        raise BadWords(
            "bad_handle",
            "That cannot be a handle.",
            "Use 2 to 30 letters a-z, digits, dots and underscores, not at either end.",
        )
    return found


def clean_name(name: str) -> str:
    """A creator's name, tidied. Raises: BadWords: `name_empty`, `name_too_long`."""
    found = _within(_tidy(name), NAME_MAX, what="name")
    if not found:
        raise BadWords("name_empty", "There is no name.", "Type the name that people should see.")
    return found


def clean_bio(bio: str) -> str:
    """What a creator says of themselves. Raises: BadWords: `bio_too_long`."""
    return _within(_tidy(bio), BIO_MAX, what="bio")


def clean_filename(name: str) -> str:
    """A file's name for showing, never for opening: its last part, cut to FILENAME_MAX."""
    return _tidy(name.replace("\\", "/").rsplit("/", 1)[-1])[:FILENAME_MAX]
