"""Each change of the fleet is counted, once it is there."""

import inspect
from collections.abc import Callable, Iterator

import pytest

from exporter.fleet import Fleet
from exporter.fleet.change_count import ChangeCount
from exporter.model.live import STALL_AFTER
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from tests.support.daemon import CREATED, NOW

READING = {
    *("totals", "count_errored", "failed_without_report", "watch_jobs", "take_changed", "servers"),
    *("server", "server_by_machine_id", "find_servers", "find_job", "find_job_of_past", "job"),
    *("place", "job_called", "jobs", "snapshot", "of_server", "overdue", "evaluate"),
    *("ended_without_report", "missing_reports", "pulled_servers"),
}
CHANGING: dict[str, Callable[[Fleet], object]] = {
    "apply": lambda fleet: fleet.apply(Change(machine_ids=(("m-1", 1),))),
    "replace_all": lambda fleet: fleet.replace_all(Change()),
    "judge_by": lambda fleet: list(fleet.judge_by(SchedulePolicy(), STALL_AFTER)),
    "resume": lambda fleet: fleet.resume([], NOW, NOW),
    "listen_since": lambda fleet: fleet.listen_since(NOW),
    "apply_live_run": lambda fleet: _raised(fleet, "apply_live_run"),
    "shift_live": lambda fleet: fleet.shift_live(1, NOW),
    "apply_live_report": lambda fleet: _raised(fleet, "apply_live_report"),
    "clear_pending_failure": lambda fleet: _raised(fleet, "clear_pending_failure"),
    "changes_since_last_call": lambda fleet: fleet.changes_since_last_call(NOW),
}


def _raised(fleet: Fleet, name: str) -> None:
    """A change that fails may have changed something."""
    fleet._jobs = fleet._live = None  # type: ignore[assignment]  # noqa: SLF001 - to make it fail
    with pytest.raises(AttributeError):
        getattr(fleet, name)(*[None] * (len(inspect.signature(getattr(fleet, name)).parameters)))


def public_methods() -> Iterator[str]:
    found = inspect.getmembers(Fleet, inspect.isfunction)
    return (name for name, _ in found if not name.startswith("_"))


def test_every_method_is_known_to_read_or_to_change() -> None:
    assert set(public_methods()) == READING | CHANGING.keys()


@pytest.mark.parametrize("name", CHANGING)
def test_a_change_is_counted(name: str) -> None:
    fleet = Fleet(SchedulePolicy(), CREATED)
    before = fleet.changing.number
    CHANGING[name](fleet)
    assert fleet.changing.number > before


def test_what_the_store_noted_for_itself_is_no_change() -> None:
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(Change())
    assert fleet.changing.number == 0


def test_a_change_is_counted_when_all_of_it_is_there() -> None:
    changing = ChangeCount()
    with changing:
        assert (changing.number, changing.lock.locked()) == (0, True)
    assert (changing.number, changing.lock.locked()) == (1, False)
