"""Tags of servers and jobs: short words that people group them by."""

import re
import unicodedata
from collections.abc import Collection, Iterable

MAX_TAGS = 20
"""Of a server or a job."""

MAX_TAG_LENGTH = 40

_TAG = re.compile(rf"[\w.:/@+-]{{1,{MAX_TAG_LENGTH}}}")


def read_tag(text: str) -> str:
    """Return a tag as it is stored: in lower case, for `Prod` and `prod` are the same.

    Raises:
        ValueError: it is not a tag; the text says what is allowed.
    """
    tag = unicodedata.normalize("NFC", text.strip().lower())
    if _TAG.fullmatch(tag) is None:
        message = (
            f"a tag is 1 to {MAX_TAG_LENGTH} letters, digits or characters of _.:/@+-"
            ", without spaces and commas"
        )
        raise ValueError(message)
    return tag


def read_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Return tags sorted, each once.

    Raises:
        ValueError: one of them is not a tag, or there are too many.
    """
    tags = tuple(sorted({read_tag(text) for text in texts}))
    if len(tags) > MAX_TAGS:
        message = f"at most {MAX_TAGS} tags are possible"
        raise ValueError(message)
    return tags


def has_all(wanted: Iterable[str], *tags: Collection[str]) -> bool:
    """Return whether each of the wanted tags is among the tags of a job or of its server."""
    return all(any(tag in each for each in tags) for tag in wanted)


def together(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags of a job and of its server, sorted."""
    return tuple(sorted({*own, *others})) if own and others else own or others


def united(tags: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of two that become one; of too many, those of the first remain."""
    own = sorted(set(tags))
    return tuple(sorted([*own, *sorted(set(others) - set(own))][:MAX_TAGS]))
