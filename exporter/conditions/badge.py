"""What a badge says of many jobs: a few words, and how grave they are."""

from enum import Enum, auto
from typing import NamedTuple

from exporter.conditions.counts import Census
from exporter.conditions.evaluate import Condition
from exporter.conditions.sentence import sentence

_MOST_TROUBLES = 2
"""A badge is small; the sentence tells all of them."""


class Tone(Enum):
    """How grave it is, worst first."""

    BAD = auto()
    DOUBTFUL = auto()
    GOOD = auto()
    NEUTRAL = auto()


class Badge(NamedTuple):
    """Whose backups, a few words on them, how grave that is, and the same as a sentence."""

    subject: str
    words: str
    tone: Tone
    meaning: str


def badge_of_all(census: Census, refused: int = 0, *, clock_in_doubt: bool = False) -> Badge:
    """Return what a badge says of the whole fleet, of which so many reports were refused."""
    meaning = sentence(census, refused=refused, clock_in_doubt=clock_in_doubt)
    return _badge("backups", census, _doubts(refused, clock_in_doubt=clock_in_doubt), meaning)


def badge_of_server(
    name: str, census: Census, refused: int = 0, *, clock_in_doubt: bool = False
) -> Badge:
    """Return what a badge says of a server's jobs; one of the refused reports may be of them."""
    meaning = f"{name}: {sentence(census, refused=refused, clock_in_doubt=clock_in_doubt)}"
    return _badge(name, census, _doubts(refused, clock_in_doubt=clock_in_doubt), meaning)


def badge_without_store(subject: str, reason: str) -> Badge:
    """Return what a badge says where no report can be stored: all that is known grows old."""
    return Badge(subject, "not storing", Tone.BAD, f"No report can be stored now: {reason}")


def _badge(subject: str, census: Census, doubts: list[str], meaning: str) -> Badge:
    return Badge(subject, _words(census, doubts), _tone(census, doubts), meaning)


def _doubts(refused: int, *, clock_in_doubt: bool) -> list[str]:
    told = [f"{refused:,} refused"] if refused else []
    return [*told, "clock in doubt"] if clock_in_doubt else told


def _words(census: Census, doubts: list[str]) -> str:
    """Tell the worst troubles or what could not be judged; without any, how many are fine."""
    told = [*(f"{census.count(each):,} {each.word}" for each in census.troubles), *doubts]
    if census.unjudged:
        told.append(f"{census.unjudged:,} not judged")
    more = ["…"] if len(told) > _MOST_TROUBLES else []
    return ", ".join([*told[:_MOST_TROUBLES], *more]) or _fine(census)


def _fine(census: Census) -> str:
    if not census.all:
        return "no backups yet"
    if census.fine < census.all:
        return f"{census.fine:,} of {census.all:,} fine"
    warned = census.count(Condition.WARNING)
    return f"all fine, {warned} with warnings" if warned else "all fine"


def _tone(census: Census, doubts: list[str]) -> Tone:
    if any(each.is_critical for each in census.troubles):
        return Tone.BAD
    if census.troubles or census.unjudged or doubts:
        return Tone.DOUBTFUL
    return Tone.GOOD if census.fine else Tone.NEUTRAL
