"""The text of a badge for many jobs, and its tone."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from exporter import formatting
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault, storage_fault
from exporter.conditions.overall import OverallState, overall_state
from exporter.conditions.sentence import sentence
from exporter.language import gettext as _
from exporter.language import marked
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition

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


def badge_of_all(summary: StatusSummary, faults: Sequence[Fault] = ()) -> Badge:
    """Return the badge of the whole fleet."""
    return _badge("backups", summary, faults, sentence(summary, faults=faults))


def badge_of(name: str, summary: StatusSummary, faults: Sequence[Fault] = ()) -> Badge:
    """Return the badge of some jobs, as a server's; one of the refused reports may be of them."""
    return _badge(name, summary, faults, f"{name}: {sentence(summary, faults=faults)}")


def badge_of_unknown_tag(tag: str) -> Badge:
    """Return the badge shown for a tag that nothing has: a typing error is not "all fine"."""
    return Badge(tag, "no such tag", Tone.DOUBTFUL, f"No server and no job has the tag {tag}")


def tone(summary: StatusSummary, faults: Sequence[Fault] = ()) -> Tone:
    """Return the tone of jobs and of what holds beside them."""
    match overall_state(summary, faults):
        case OverallState.CRITICAL:
            return Tone.BAD
        case OverallState.WARNING:
            return Tone.DOUBTFUL
        case OverallState.OK:
            return Tone.GOOD if summary.fine else Tone.NEUTRAL


def _badge(subject: str, summary: StatusSummary, faults: Sequence[Fault], meaning: str) -> Badge:
    storage = storage_fault(faults)
    if storage is not None:  # all that is known grows old
        said = f"Reports cannot be stored: {storage.reason}"
        return Badge(subject, storage.condition.word, Tone.BAD, said)
    return Badge(subject, _words(summary, faults), tone(summary, faults), meaning)


def _words(summary: StatusSummary, faults: Sequence[Fault]) -> str:
    """Return the worst troubles and doubts; without any, how many are fine."""
    words = [_counted(summary.troubled(each), each.word) for each in summary.troubles]
    troubles = (each for each in faults if each.severity.is_trouble)
    words += list(dict.fromkeys(_of_fault(each, faults) for each in troubles))
    if summary.errored:
        words.append(_counted(summary.errored, marked("not evaluated")))
    more = ["…"] if len(words) > _MAX_TROUBLES else []
    return ", ".join([*words[:_MAX_TROUBLES], *more]) or _fine(summary, faults)


def _of_fault(fault: Fault, faults: Sequence[Fault]) -> str:
    condition = fault.condition
    if isinstance(condition, ServerCondition):
        return _counted(sum(each.condition is condition for each in faults), condition.word)
    counted = condition is DaemonCondition.REFUSED
    return _counted(fault.count, condition.word) if counted else _(condition.word)


def _fine(summary: StatusSummary, faults: Sequence[Fault]) -> str:
    if not summary.all:
        return _("no backups yet")
    if summary.fine < summary.all:
        counts = {"count": formatting.number(summary.fine), "all": formatting.number(summary.all)}
        return _("%(count)s of %(all)s fine") % counts
    unusual, warned = summary.count(Condition.UNUSUAL), summary.count(Condition.WARNING)
    besides = [_counted(unusual, Condition.UNUSUAL.word)] if unusual else []
    besides += [_counted(warned, marked("with warnings"))] if warned else []
    besides += list(dict.fromkeys(_of_fault(each, faults) for each in faults))
    return ", ".join([_("all fine"), *besides])


def _counted(count: int, word: str) -> str:
    return _("%(count)s %(phrase)s") % {"count": formatting.number(count), "phrase": _(word)}
