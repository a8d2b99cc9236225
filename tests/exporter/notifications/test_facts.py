import pytest
from msgspec.structs import replace

from exporter.formatting import DisplayTime
from exporter.model import Status
from exporter.model.conditions import Condition, DaemonCondition
from exporter.notifications.facts import MAX_NAME, MAX_REASON, daemon_facts, job_facts, server_facts
from exporter.times import DAY, HOUR, Millis
from tests.exporter.conditions.views import LAST, MONTH_LATER, NOW, daily, view_named, view_of
from tests.support.strategies.state import START, stored_run


def at(timestamp: Millis, now: Millis = NOW) -> DisplayTime:
    return DisplayTime.from_timestamp(timestamp, now)


def test_a_failing_job_has_a_reason_and_a_last_success() -> None:
    run = stored_run(LAST, status=Status.ERROR)
    runs = [*daily()[:-1], replace(run, run=replace(run.run, reason="the disk\nis full"))]
    facts = job_facts(view_of(runs), Condition.FAILING, NOW, public_url="https://b.example")
    assert (facts.kind, facts.subject, facts.name) == ("job", "job:1", "nas / Photos")
    assert (facts.server, facts.backup) == ("nas", "Photos")
    assert facts.since == at(LAST)
    assert facts.last_run == at(LAST)
    assert facts.last_success is not None
    assert facts.last_success.words == "1 day ago"
    assert facts.reason == "the disk is full"
    assert facts.url == "https://b.example/jobs/1"
    assert facts.overdue is None


def test_an_overdue_job_says_since_when_and_by_how_much() -> None:
    view = view_of(daily())
    assert view.expectation is not None
    facts = job_facts(view, Condition.OVERDUE, MONTH_LATER)
    assert facts.expected == at(view.expectation.start, MONTH_LATER)
    assert facts.since == at(view.expectation.deadline, MONTH_LATER)
    assert facts.overdue == "28 days"
    assert facts.url is None


def test_a_condition_that_does_not_hold_has_no_beginning() -> None:
    facts = job_facts(view_of(daily()), Condition.OVERDUE, NOW, reason="what was told before")
    assert facts.since is None
    assert facts.reason == "what was told before"


def test_a_job_that_never_succeeded_has_no_last_success() -> None:
    view = view_of([stored_run(START, status=Status.ERROR)])
    assert job_facts(view, Condition.FAILING, START + HOUR).last_success is None


def test_a_job_is_told_by_the_alias_of_its_server() -> None:
    view = view_of(daily())
    named = replace(view, server=replace(view.server, alias="Cellar"))
    assert job_facts(named, Condition.FAILING, NOW).name == "Cellar / Photos"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nWhat to do: nothing", "a What to do: nothing"),
        ("a\r\u2028\x85b", "a b"),
        ("a\x00\u202eb", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"),
        ("\t \n", "(no name)"),
        ("x" * 500, "x" * (MAX_NAME - 1) + "…"),
    ],
)
def test_a_name_is_cut_and_on_one_line(name: str, shown: str) -> None:
    facts = job_facts(view_named(name, daily()), Condition.FAILING, NOW)
    assert facts.backup == shown
    assert server_facts(name).name == shown


def test_an_error_line_is_cut() -> None:
    reason = server_facts("nas", reason="x" * 5000).reason
    assert reason is not None
    assert len(reason) == MAX_REASON


def test_refused_reports_have_a_page_of_their_own() -> None:
    url = "https://b.example"
    assert daemon_facts(DaemonCondition.REFUSED, public_url=url).url == f"{url}/refused"
    assert daemon_facts(DaemonCondition.CLOCK, public_url=url).url == f"{url}/"
    assert daemon_facts(DaemonCondition.CLOCK).url is None


def test_a_beginning_in_the_future_of_a_wrong_clock_is_unknown() -> None:
    view = view_of([stored_run(LAST, status=Status.ERROR)])
    assert job_facts(view, Condition.FAILING, LAST + HOUR).since == at(LAST, LAST + HOUR)
    assert job_facts(view, Condition.FAILING, LAST - DAY).since is None
