"""Why a condition holds for a job, in words. Pure. It takes the job unpacked, for shown jobs only.

Most words of a cause are of a sender: whoever shows them escapes and cuts them.
"""

import re
from collections.abc import Callable, Mapping

from exporter import formatting
from exporter.conditions.pulled import held_up
from exporter.fleet.views import JobView
from exporter.jobs.copies import MISSED_IN_A_ROW, KnownCopy
from exporter.jobs.health import changed_much, took_long
from exporter.jobs.state import JobState
from exporter.language import gettext as _
from exporter.language import ngettext
from exporter.model import Status, StoredRun, believed
from exporter.model.conditions import Condition
from exporter.templating import short
from exporter.times import Millis

_MAX_PHASE = 40
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def cause(view: JobView, state: JobState, condition: Condition, now: Millis) -> str | None:
    """Return why a condition holds, None where that is unknown or the condition says it all.

    Args:
        view: the job, for which the condition holds.
        state: its state, unpacked.
        condition: which one.
        now: the present time.
    """
    find = _CAUSES.get(condition)
    return None if find is None else find(view, state, now)


def phase(name: str) -> str:
    """Return Duplicati's name of a phase as words: ``Backup_ProcessingFiles``."""
    return _WORDS.sub(" ", name.removeprefix("Backup_").replace("_", " ")).lower()


def last_phase(view: JobView) -> str | None:
    """Return the last phase of the run in progress, None where none was reported."""
    reported = None if view.running is None else view.running.run.activity.progress.phase
    return None if reported is None else short(phase(reported), _MAX_PHASE)


def _overdue(view: JobView, _state: JobState, now: Millis) -> str | None:
    expected = view.expectation
    if expected is None:
        return None
    first = expected.because.is_first
    text = _("expected {time}, no run ever came") if first else _("expected {time}, none came")
    told = text.format(time=formatting.exact(expected.start))
    return "; ".join(filter(None, (told, held_up(view, now))))


def _failing(_view: JobView, state: JobState, _now: Millis) -> str | None:
    return _told(state.last) if state.last and state.last.run.status.failed else None


def _told(last: StoredRun | None) -> str | None:
    """Return the reason of a run, and that Duplicati's server told it where no report did."""
    reason = _reason(last)
    if last is None or reason is None or last.run.source is None:
        return reason
    return _("Duplicati says: {reason}").format(reason=reason)


def _damaged(_view: JobView, state: JobState, _now: Millis) -> str | None:
    """Return what the last run says if the test was a part of it."""
    last, tested = state.last, state.tested
    if last is None or tested is None or believed.verification(last) != tested:
        return None
    return _reason(last)


def _stale(_view: JobView, state: JobState, now: Millis) -> str | None:
    good = state.last_completed
    if good is not None:
        return _("last success {ago}").format(ago=formatting.relative(min(good.over, now), now))
    if state.first_start is None:
        return None
    ago = formatting.relative(state.first_start, now)
    return _("no success since the first run {ago}").format(ago=ago)


def _stalled(view: JobView, _state: JobState, _now: Millis) -> str | None:
    found = last_phase(view)
    return None if found is None else _("last phase reported: {phase}").format(phase=found)


def _unreported(view: JobView, _state: JobState, now: Millis) -> str | None:
    run = view.unreported(now)
    if run is None:
        return None
    text = _("Duplicati said that it ended {time}, and no report of it came")
    return text.format(time=formatting.exact(run.last_reported))


def _interrupted(_view: JobView, state: JobState, _now: Millis) -> str | None:
    return _reason(state.last)


def _shrinking(_view: JobView, state: JobState, _now: Millis) -> str | None:
    usual, last = state.usual_bytes(), state.last_complete
    found = None if last is None else last.examined_bytes
    if not usual or found is None:
        return None
    return _("{size}, {percent} % of the usual {usual}").format(
        size=formatting.size(found),
        percent=round(100 * found / usual),
        usual=formatting.size(round(usual)),
    )


def _filling(_view: JobView, state: JobState, now: Millis) -> str | None:
    found, full_at = state.destination, state.destination.full_at
    if found.quota is None or found.quota.free_bytes is None:
        return None
    free = _free(found.quota.free_bytes, found.quota.total_bytes)
    if full_at is None:
        return free
    if full_at <= now:
        return _("{free}, full by now").format(free=free)
    return _("{free}, full {when}").format(free=free, when=formatting.relative(full_at, now))


def _free(count: int, total: int | None) -> str:
    if total is None:
        return _("{size} free").format(size=formatting.size(count))
    text = _("{size} of {total} free")
    return text.format(size=formatting.size(count), total=formatting.size(total))


def _unusual(_view: JobView, state: JobState, _now: Millis) -> str | None:
    last, usual = state.last, state.baseline()
    if last is None:
        return None
    changed, took = last.run.counts.changed_files, believed.known_length(last)
    parts = []
    if changed is not None and usual.changed_files is not None and changed_much(state):
        of_usual = formatting.number(round(usual.changed_files))
        text = ngettext(
            "{count} file changed, usually {usual}",
            "{count} files changed, usually {usual}",
            changed,
        )
        parts.append(text.format(count=formatting.number(changed), usual=of_usual))
    if took is not None and usual.duration is not None and took_long(state):
        of_usual = formatting.duration(round(usual.duration))
        text = _("it took {length}, usually {usual}")
        parts.append(text.format(length=formatting.duration(took), usual=of_usual))
    return "; ".join(parts) or None


def _second_copy(_view: JobView, state: JobState, now: Millis) -> str | None:
    """Return which destination has had no copy for the longest time."""
    old = [each for each in state.copies.known if _lacks_copy(each, state, now)]
    if not old:
        return _("none was ever made") if not state.copies.known else None
    oldest = min(old, key=lambda known: known.ends[-1])
    told = (
        _("none to {destination} for {length}")
        if len(old) == 1
        else _("none to {destination} for {length}, and {count} more")
    )
    length = formatting.length(max(now - oldest.ends[-1], 0))
    return told.format(destination=oldest.copy.destination, length=length, count=len(old) - 1)


def _lacks_copy(known: KnownCopy, state: JobState, now: Millis) -> bool:
    """Return whether a destination's copy is stale, or was missed by runs in a row."""
    old_from, missed = known.old_from(), state.copies.missed or 0
    if old_from is not None and now > old_from:
        return True
    return missed >= MISSED_IN_A_ROW and known.order < state.copies.runs[-missed].order


def _gone(_view: JobView, state: JobState, _now: Millis) -> str | None:
    if state.listed is None:
        return None
    text = _("the list of its Duplicati no longer has {number}")
    return text.format(number=state.listed.backup_id)


def _unnamed(_view: JobView, _state: JobState, _now: Millis) -> str | None:
    return _("reports name no backup, so they may be of several")


def _warned(_view: JobView, state: JobState, _now: Millis) -> str | None:
    last = state.last
    return _reason(last) if last and last.run.status is Status.WARNING else None


def _reason(last: StoredRun | None) -> str | None:
    return None if last is None else last.run.reason


_CAUSES: Mapping[Condition, Callable[[JobView, JobState, Millis], str | None]] = {
    Condition.OVERDUE: _overdue,
    Condition.FAILING: _failing,
    Condition.DAMAGED: _damaged,
    Condition.STALE: _stale,
    Condition.STALLED: _stalled,
    Condition.UNREPORTED: _unreported,
    Condition.INTERRUPTED: _interrupted,
    Condition.SHRINKING: _shrinking,
    Condition.FILLING: _filling,
    Condition.SECOND_COPY: _second_copy,
    Condition.GONE: _gone,
    Condition.UNNAMED: _unnamed,
    Condition.UNUSUAL: _unusual,
    Condition.WARNING: _warned,
}
