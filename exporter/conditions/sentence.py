"""The state of many jobs in one sentence. Pure."""

from collections.abc import Callable, Mapping, Sequence

from exporter import formatting
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import AnyFault, Fault
from exporter.language import gettext as _
from exporter.language import marked, ngettext, npgettext
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition, Severity
from exporter.times import Millis

_NO_TROUBLES = (Condition.UNUSUAL, Condition.WARNING, Condition.WAITING, Condition.MUTED)
"""They are said beside the troubles: a job in one is not simply fine, or hides that it is not."""

NOBODY = marked("No backup has reported yet")

_HEADLINE = 3
"""Facts in a headline: more of them are read by nobody."""


def sentence(
    summary: StatusSummary,
    failed: str | None = None,
    faults: Sequence[Fault] = (),
    nobody: str = NOBODY,
) -> str:
    """Return the state of the jobs, as "2 of 40 backups are overdue, 1 failed 3 hours ago".

    All are fine only where each of them is watched, was evaluated and is in no trouble, muted or
    not, and where nothing is wrong beside the jobs that may hide what became of them.

    Args:
        summary: how many jobs there are, and of how many each condition holds.
        failed: when the newest failure was, in words; None where the sentence outlives them.
        faults: what holds for the daemon and for servers.
        nobody: what is said where there is no job.
    """
    return ", ".join(_facts(summary, failed, faults, nobody))


def headline(
    summary: StatusSummary, failed: str | None = None, faults: Sequence[Fault] = ()
) -> str:
    """Return the worst facts of the sentence, and how many more there are."""
    facts = _facts(summary, failed, faults, NOBODY)
    more = len(facts) - _HEADLINE
    rest = [_("and %(count)s more") % {"count": formatting.number(more)}] if more > 0 else []
    return ", ".join([*facts[:_HEADLINE], *rest])


def newest_failure(summary: StatusSummary, now: Millis) -> str | None:
    """Return when the newest failure was; a start in the future is of a clock a little ahead."""
    last = summary.last_failure
    return None if last is None else formatting.relative(min(last, now), now)


def _facts(
    summary: StatusSummary, failed: str | None, faults: Sequence[Fault], nobody: str
) -> list[str]:
    """Return all that is said: the main part, then the worst of the rest first."""
    doubts = _doubts([each for each in faults if each.severity.is_trouble])
    notices = _doubts([each for each in faults if not each.severity.is_trouble])
    besides = [*_besides(summary), *(text for _, text in notices)]
    if not summary.troubles:
        said = [text for _, text in doubts]
        but = [_("but %(fact)s") % {"fact": said[0]}, *said[1:]] if said else []
        calm = _calm_part(summary, doubtful=bool(said)) if summary.all else _(nobody)
        return [calm, *but, *besides]
    main, *troubles = summary.troubles
    ranked = [*doubts, *((each.severity, _counted(each, summary, failed)) for each in troubles)]
    ranked.sort(key=_urgency)
    return [_main_part(main, summary, failed), *(text for _, text in ranked), *besides]


def _urgency(ranked: tuple[Severity, str]) -> int:
    return list(Severity).index(ranked[0])


def _doubts(faults: Sequence[Fault]) -> list[tuple[Severity, str]]:
    """Return what is wrong beside the jobs, each once, and how serious it is."""
    counts: dict[AnyFault, int] = {}
    for fault in faults:
        counts[fault.condition] = counts.get(fault.condition, 0) + fault.count
    return [(each.severity, _SAID[each](count)) for each, count in counts.items()]


def _refused(count: int) -> str:
    text = ngettext("%(count)s report was refused", "%(count)s reports were refused", count)
    return text % {"count": formatting.number(count)}


def _duplicati_paused(count: int) -> str:
    text = ngettext(
        "Duplicati is paused on %(count)s server", "Duplicati is paused on %(count)s servers", count
    )
    return text % {"count": formatting.number(count)}


def _certificate(count: int) -> str:
    text = ngettext(
        "the certificate of %(count)s server is to be looked at",
        "the certificates of %(count)s servers are to be looked at",
        count,
    )
    return text % {"count": formatting.number(count)}


def _pull_failing(count: int) -> str:
    text = ngettext(
        "%(count)s server cannot be pulled", "%(count)s servers cannot be pulled", count
    )
    return text % {"count": formatting.number(count)}


def _reports_missing(count: int) -> str:
    text = ngettext(
        "reports of %(count)s server do not arrive",
        "reports of %(count)s servers do not arrive",
        count,
    )
    return text % {"count": formatting.number(count)}


_SAID: Mapping[AnyFault, Callable[[int], str]] = {
    DaemonCondition.STORAGE: lambda _count: _("reports cannot be stored"),
    DaemonCondition.REFUSED: _refused,
    DaemonCondition.CLOCK: lambda _count: _("the daemon's clock is in doubt"),
    DaemonCondition.NOTIFICATIONS: lambda _count: _("messages are not delivered"),
    DaemonCondition.CONFIG: lambda _count: _("the configuration has faults"),
    DaemonCondition.LIMIT: lambda _count: _("a limit was reached"),
    ServerCondition.DUPLICATI_PAUSED: _duplicati_paused,
    ServerCondition.PULL_FAILING: _pull_failing,
    ServerCondition.CERTIFICATE: _certificate,
    ServerCondition.REPORTS_MISSING: _reports_missing,
}


def _main_part(condition: Condition, summary: StatusSummary, failed: str | None) -> str:
    """Return the worst trouble, and of how many jobs."""
    count = summary.troubled(condition)
    phrase = _phrase(condition, count, failed)
    return _of_the_only(phrase) if summary.all == 1 else _part(count, summary, phrase)


def _calm_part(summary: StatusSummary, *, doubtful: bool) -> str:
    """Return how many are fine, in other words where that is not certain."""
    if summary.all == 1 and not summary.fine:
        return _("The only backup is not known to be fine")
    fine = _reported_fine(summary.fine) if doubtful else _phrase(Condition.FINE, summary.fine)
    if summary.all == 1:
        return _of_the_only(fine)
    if summary.fine == summary.all:
        text = _("All %(all)s backups %(phrase)s")
        return text % {"all": formatting.number(summary.all), "phrase": fine}
    return _part(summary.fine, summary, fine)


def _of_the_only(phrase: str) -> str:
    return _("The only backup %(phrase)s") % {"phrase": phrase}


def _part(count: int, summary: StatusSummary, phrase: str) -> str:
    shown, whole = formatting.number(count), formatting.number(summary.all)
    text = _("%(count)s of %(all)s backups %(phrase)s")
    return text % {"count": shown, "all": whole, "phrase": phrase}


def _counted(condition: Condition, summary: StatusSummary, failed: str | None) -> str:
    count = summary.troubled(condition)
    return _with_count(count, _phrase(condition, count, failed))


def _with_count(count: int, phrase: str) -> str:
    return _("%(count)s %(phrase)s") % {"count": formatting.number(count), "phrase": phrase}


def _phrase(condition: Condition, count: int, failed: str | None = None) -> str:
    if condition is Condition.FAILING and failed is not None:
        text = npgettext("backups", "failed %(when)s", "failed, the last %(when)s", count)
        return text % {"when": failed}
    return npgettext("backups", condition.of_one, condition.of_many, count)


def _reported_fine(count: int) -> str:
    return npgettext("backups", "reported fine", "reported fine", count)


def _besides(summary: StatusSummary) -> list[str]:
    """Return what else must be said whatever the worst trouble is.

    A job that could not be evaluated may be in any trouble, so it comes first.
    """
    besides = [
        (summary.errored, _not_evaluated(summary.errored)),
        *((summary.count(each), _phrase(each, summary.count(each))) for each in _NO_TROUBLES),
        (summary.unwatched, _not_watched(summary.unwatched)),
    ]
    return [_with_count(count, text) for count, text in besides if count]


def _not_evaluated(count: int) -> str:
    return npgettext("backups", "could not be evaluated", "could not be evaluated", count)


def _not_watched(count: int) -> str:
    return npgettext("backups", "is not watched", "are not watched", count)
