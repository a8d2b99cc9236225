"""The text of a badge for many jobs, and its tone."""

from enum import Enum, auto
from typing import NamedTuple

from exporter.conditions.counts import StatusSummary
from exporter.conditions.sentence import sentence
from exporter.model.conditions import Condition

_MAX_TROUBLES = 2
"""A badge is small; the sentence has all of them."""


class Tone(Enum):
    """The colour of the whole state, worst first."""

    BAD = auto()
    DOUBTFUL = auto()
    GOOD = auto()
    NEUTRAL = auto()


class Badge(NamedTuple):
    """Whose backups, a few words on them, the tone, and the same as a sentence."""

    subject: str
    words: str
    tone: Tone
    meaning: str


def badge_of_all(
    summary: StatusSummary, refused: int = 0, *, clock_in_doubt: bool = False
) -> Badge:
    """Return the badge of the whole fleet, of which so many reports were refused."""
    meaning = sentence(summary, refused=refused, clock_in_doubt=clock_in_doubt)
    return _badge("backups", summary, _doubts(refused, clock_in_doubt=clock_in_doubt), meaning)


def badge_of_server(
    name: str, summary: StatusSummary, refused: int = 0, *, clock_in_doubt: bool = False
) -> Badge:
    """Return the badge of a server's jobs; one of the refused reports may be of them."""
    meaning = f"{name}: {sentence(summary, refused=refused, clock_in_doubt=clock_in_doubt)}"
    return _badge(name, summary, _doubts(refused, clock_in_doubt=clock_in_doubt), meaning)


def badge_without_store(subject: str, reason: str) -> Badge:
    """Return the badge shown while no report can be stored: all that is known grows old."""
    return Badge(subject, "not storing", Tone.BAD, f"Reports cannot be stored: {reason}")


def _badge(subject: str, summary: StatusSummary, doubts: list[str], meaning: str) -> Badge:
    return Badge(subject, _words(summary, doubts), _tone(summary, doubts), meaning)


def _doubts(refused: int, *, clock_in_doubt: bool) -> list[str]:
    doubts = [f"{refused:,} refused"] if refused else []
    return [*doubts, "clock in doubt"] if clock_in_doubt else doubts


def _words(summary: StatusSummary, doubts: list[str]) -> str:
    """Return the worst troubles and doubts; without any, how many are fine."""
    words = [*(f"{summary.troubled(each):,} {each.word}" for each in summary.troubles), *doubts]
    if summary.errored:
        words.append(f"{summary.errored:,} not evaluated")
    more = ["…"] if len(words) > _MAX_TROUBLES else []
    return ", ".join([*words[:_MAX_TROUBLES], *more]) or _fine(summary)


def _fine(summary: StatusSummary) -> str:
    if not summary.all:
        return "no backups yet"
    if summary.fine < summary.all:
        return f"{summary.fine:,} of {summary.all:,} fine"
    unusual, warned = summary.count(Condition.UNUSUAL), summary.count(Condition.WARNING)
    besides = [f"{unusual:,} unusual"] if unusual else []
    besides += [f"{warned:,} with warnings"] if warned else []
    return ", ".join(["all fine", *besides])


def _tone(summary: StatusSummary, doubts: list[str]) -> Tone:
    if any(each.is_critical for each in summary.troubles):
        return Tone.BAD
    if summary.troubles or summary.errored or doubts:
        return Tone.DOUBTFUL
    return Tone.GOOD if summary.fine else Tone.NEUTRAL
