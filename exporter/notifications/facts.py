"""What templates get to know of a job, a server or the daemon for which a condition holds. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from exporter.conditions import facts
from exporter.conditions.causes import cause
from exporter.conditions.pulled import held_up
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.jobs.state import JobState
from exporter.model.conditions import Condition, DaemonCondition
from exporter.model.notifications import SubjectKind
from exporter.templating import one_line, short
from exporter.times import Millis

MAX_NAME = 60
"""The most characters of a name: a title has two of them."""

MAX_REASON = 300

_DAEMON = "The daemon"

_PAGES = {DaemonCondition.REFUSED: "/refused"}
"""The pages about what is wrong with the daemon; elsewhere it is the overview."""


class Facts(Struct, frozen=True, kw_only=True):
    """What is known of a subject, in words; None where something is unknown or does not apply.

    All that others chose, such as names, is on one line and cut. `subject` is that of `AlertKey`,
    `name` the server and the backup. `since` is when the condition in question began; None where it
    does not hold or that is unknown. `overdue` is how long ago the deadline of a job was.
    """

    subject: str
    kind: str
    name: str
    server: str | None = None
    backup: str | None = None
    since: DisplayTime | None = None
    last_success: DisplayTime | None = None
    last_run: DisplayTime | None = None
    expected: DisplayTime | None = None
    overdue: str | None = None
    reason: str | None = None
    url: str | None = None


def job_names(view: JobView, public_url: str | None = None) -> Facts:
    """Return who a job is and no more: a message about thousands does not unpack them all."""
    server, backup = _cut(view.server.shown_name), _cut(view.job.name)
    shown = _cut(view.job.label)
    return Facts(
        subject=f"{SubjectKind.JOB.value}:{view.job.id}",
        kind=SubjectKind.JOB.value,
        name=f"{server} / {shown}",
        server=server,
        backup=backup,
        url=_link(public_url, f"/jobs/{view.job.id}"),
    )


def job_facts(
    view: JobView,
    condition: Condition,
    now: Millis,
    *,
    reason: str | None = None,
    public_url: str | None = None,
) -> Facts:
    """Return what is known of a job now. It unpacks the job.

    Args:
        view: the job, for which the condition holds, or held until a moment ago.
        condition: which one.
        now: the present time.
        reason: the newest error line; None takes what the last run says.
        public_url: where links lead, without a slash at its end; None leaves them out.
    """
    state, due = view.job.state, facts.due(view, now)
    return replace(
        job_names(view, public_url),
        since=_since(view, state, condition, now),
        last_success=facts.last_success(state, now),
        last_run=_last_run(state, now),
        expected=None if due is None else due.start,
        overdue=None if due is None else due.late,
        reason=_line(reason or _why(view, state, condition, now)),
    )


def server_facts(name: str, *, reason: str | None = None, public_url: str | None = None) -> Facts:
    """Return what is known of a server, by the name of its pull."""
    shown = _cut(name)
    return Facts(
        subject=f"{SubjectKind.SERVER.value}:{name}",
        kind=SubjectKind.SERVER.value,
        name=shown,
        server=shown,
        reason=_line(reason),
        url=_link(public_url, "/"),
    )


def daemon_facts(
    condition: DaemonCondition, *, reason: str | None = None, public_url: str | None = None
) -> Facts:
    """Return what is known of the daemon, of which something is wrong."""
    return Facts(
        subject=SubjectKind.DAEMON.value,
        kind=SubjectKind.DAEMON.value,
        name=_DAEMON,
        reason=_line(reason),
        url=_link(public_url, _PAGES.get(condition, "/")),
    )


def _since(view: JobView, state: JobState, condition: Condition, now: Millis) -> DisplayTime | None:
    holding = facts.held(view, state, now)
    return next((each.since for each in holding if each.condition is condition), None)


def _why(view: JobView, state: JobState, condition: Condition, now: Millis) -> str | None:
    """Return the cause, or what the last run says where a message has the cause already."""
    if condition is Condition.OVERDUE and not state.is_expected:
        return held_up(view, now) or facts.reason(state)
    is_told = condition is Condition.STALE and not state.is_expected
    return facts.reason(state) if is_told else cause(view, state, condition, now)


def _last_run(state: JobState, now: Millis) -> DisplayTime | None:
    return None if state.last is None else DisplayTime.from_timestamp(state.last.started, now)


def _cut(name: str) -> str:
    return short(one_line(name), MAX_NAME) or "(no name)"


def _line(reason: str | None) -> str | None:
    return short(one_line(reason), MAX_REASON) if reason else None


def _link(public_url: str | None, path: str) -> str | None:
    return None if public_url is None else f"{public_url}{path}"
