"""GET /api/status: the state of everything in one word, for programs that act on it."""

from collections.abc import Sequence

import falcon
import msgspec

from api import job_choice
from api.errors import KINDS, invalid
from api.freshness import catch_up
from api.job_choice import JobChoice
from api.prepared import Prepared
from api.responses import GetResource, success, success_body, with_etag
from api.settled import Settled
from exporter.conditions import facts, faults
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import EvaluatedJob, evaluate_all
from exporter.conditions.faults import Fault
from exporter.conditions.overall import OverallState, overall_state
from exporter.conditions.ranking import worst_in_trouble
from exporter.conditions.sentence import newest_failure, sentence
from exporter.conditions.since import since
from exporter.conditions.standing import Worst
from exporter.model.conditions import Condition, DaemonCondition
from exporter.model.run_json import Json, timestamp
from exporter.reports import Problem
from exporter.store import Store, StoreUnavailableError
from exporter.times import Millis

LISTED = 10
"""The worst jobs that are listed."""

_RETRY_AFTER_SECONDS = "60"
_FAILING = {
    OverallState.WARNING.value: (OverallState.WARNING, OverallState.CRITICAL),
    OverallState.CRITICAL.value: (OverallState.CRITICAL,),
}
"""For each value of `fail` the states that are answered with 503."""


class StatusResource(GetResource):
    """The worst that holds for the daemon, the servers and the jobs, and what it is."""

    needs_store = False  # a store that is away is an answer, and no reason to give none

    def __init__(self, store: Store, settled: Settled) -> None:
        self._store = store
        self._settled = settled
        self._fleet, self._standing, self._clock, recent = settled
        self._faults = recent.all
        self._prepared = Prepared()

    def on_get(self, req: falcon.Request, resp: falcon.Response, **params: str) -> None:
        """Answer with the state; 503 where it is as bad as the query's `fail`."""
        failing = _failing(req)
        away, changes = self._store_away(req), self._fleet.changing.number
        choice, now = job_choice.read(req, self._fleet), self._clock()
        found = away or self._faults(req, now)
        if not failing and not choice.is_narrow:
            with_etag(req, resp, self._of_all(found, now), falcon.MEDIA_JSON)
            self._settled.note(req, changes)
            return
        state, data = self._state(choice, self._concerning(choice, found), now)
        if state in failing:
            _fail(resp, data)
        else:
            success(req, resp, data)

    def _of_all(self, found: tuple[Fault, ...], now: Millis) -> bytes:
        """Return the body on all jobs; only the time of the answer is new while the rest holds.

        What began in the future, by a wrong clock, is told once it has begun: that is not kept.
        """
        period = self._standing.period(now)
        made_of = period, found, newest_failure(period.summary, now)
        known = self._prepared.find(None, made_of)
        if known is not None:
            return _as_of(known.body, now)
        jobs = self._standing.worst(now, LISTED).jobs
        _, data = _told(Worst(period.summary, jobs), found, JobChoice(), now)
        body = success_body(data)
        if all(_has_begun(each, period.since) for each in jobs):
            self._prepared.keep(None, made_of, body)
        return body

    def _store_away(self, req: falcon.Request) -> tuple[Fault, ...]:
        """Return that the store does not say what other daemons acknowledged: all grows old."""
        try:
            catch_up(self._store, req)
        except StoreUnavailableError as error:
            return (Fault(DaemonCondition.STORAGE, str(error)),)
        return ()

    def _state(
        self, choice: JobChoice, found: Sequence[Fault], now: Millis
    ) -> tuple[OverallState, Json]:
        return _told(self._jobs(choice, now), found, choice, now)

    def _jobs(self, choice: JobChoice, now: Millis) -> Worst:
        if not choice.is_narrow:
            return self._standing.worst(now, LISTED)
        selection = choice.selection(self._fleet, now)
        jobs = [job for job in evaluate_all(selection.jobs, now) if choice.has_evaluated(job, now)]
        summary = StatusSummary.counting(jobs, len(selection.errored))
        return Worst(summary, worst_in_trouble(jobs, LISTED))

    def _concerning(self, choice: JobChoice, found: Sequence[Fault]) -> Sequence[Fault]:
        server = None if choice.server_id is None else self._fleet.server(choice.server_id)
        if server is None:
            return found
        return faults.of_server(found, server, self._fleet.servers)


def _told(
    jobs: Worst, found: Sequence[Fault], choice: JobChoice, now: Millis
) -> tuple[OverallState, Json]:
    """Return the state of some jobs and all that is told of them; the time comes last."""
    summary = jobs.summary
    state = overall_state(summary, found)
    return state, {
        "state": state.value,
        "sentence": _sentence(summary, found, choice, now),
        **_counts(summary),
        "daemon": [_fault(each) for each in found if each.server is None],
        "servers": [
            {"server": each.server, **_fault(each)} for each in found if each.server is not None
        ],
        "worst": [_job(each, now) for each in jobs.jobs],
        "asOf": timestamp(now),
    }


def _as_of(body: bytes, now: Millis) -> bytes:
    """Return the body of an answer on all jobs with another time, which is what it ends with."""
    ending = f'{timestamp(now)}"}}}}'.encode()
    return body[: -len(ending)] + ending


def _failing(req: falcon.Request) -> tuple[OverallState, ...]:
    text = req.get_param("fail")
    if text is None:
        return ()
    if text not in _FAILING:
        message = f"must be {' or '.join(_FAILING)}"
        raise invalid(f"The parameter fail {message}", Problem("fail", message))
    return _FAILING[text]


def _fail(resp: falcon.Response, data: Json) -> None:
    """Answer as with every error, and with what a success has, so that people see why."""
    resp.status = falcon.HTTP_503
    resp.content_type = falcon.MEDIA_JSON
    resp.set_headers({"Cache-Control": "no-store", "Retry-After": _RETRY_AFTER_SECONDS})
    error = {"status": "error", "error": KINDS[503], "message": data["sentence"], "data": data}
    resp.data = msgspec.json.encode(error)


def _sentence(
    summary: StatusSummary, found: Sequence[Fault], choice: JobChoice, now: Millis
) -> str:
    if choice.is_narrow and not summary.all:
        return sentence(summary, None, found, nobody="No backup matches")
    return sentence(summary, newest_failure(summary, now), found)


def _counts(summary: StatusSummary) -> Json:
    return {
        "jobs": summary.all,
        "inTrouble": summary.in_trouble,
        "notEvaluated": summary.errored,
        "conditions": {each.value: count for each in Condition if (count := summary.count(each))},
        "excused": {
            each.value: summary.excused[each] for each in Condition if each in summary.excused
        },
    }


def _fault(fault: Fault) -> Json:
    return {
        "condition": fault.condition.value,
        "severity": fault.severity.value,
        "since": timestamp(fault.since),
        "reason": fault.reason,
    }


def _job(job: EvaluatedJob, now: Millis) -> Json:
    view, state, worst = job.view, job.view.job.state, job.held[0]
    began = _began(job)
    return {
        "id": view.job.id,
        "serverId": view.server.id,
        "server": view.server.name,
        "name": view.job.name,
        "kind": view.job.kind.value,
        "condition": worst.value,
        "severity": worst.severity.value,
        "since": None if began is None or began > now else timestamp(began),
        "reason": facts.reason(state),
    }


def _began(job: EvaluatedJob) -> Millis | None:
    return since(job.view, job.view.job.state, job.held[0])


def _has_begun(job: EvaluatedJob, at: Millis) -> bool:
    began = _began(job)
    return began is None or began <= at
