"""What is wrong beside the jobs, and which of it concerns a server."""

import pytest

from exporter.conditions.faults import Fault, of_server, storage_fault
from exporter.model.conditions import DaemonCondition, ServerCondition
from tests.support.strategies.state import server_named

CLOCK = Fault(DaemonCondition.CLOCK, "it jumped")
STORAGE = Fault(DaemonCondition.STORAGE, "the disk is full")
NAS, ATTIC = server_named("nas", 1, alias="Cellar"), server_named("attic", 2)


def pull(name: str) -> Fault:
    return Fault(ServerCondition.PULL_FAILING, "connection refused", server=name)


def test_that_no_report_can_be_stored_is_found_among_others() -> None:
    assert storage_fault([CLOCK, STORAGE]) is STORAGE
    assert storage_fault([CLOCK]) is None


@pytest.mark.parametrize(
    ("fault", "concerned"),
    [
        (CLOCK, {"nas", "attic"}),
        (pull("nas"), {"nas"}),
        (pull("Cellar"), {"nas"}),
        (pull("attic"), {"attic"}),
        (pull("https://192.0.2.1:8200"), {"nas", "attic"}),
    ],
)
def test_a_fault_concerns_its_server_and_one_of_nobody_that_is_known_all_of_them(
    fault: Fault, concerned: set[str]
) -> None:
    both = [NAS, ATTIC]
    assert {each.name for each in both if of_server([fault], each, lambda: both)} == concerned


def test_a_name_that_two_servers_have_concerns_both() -> None:
    both = [server_named("nas", 1), server_named("nas", 2)]
    assert all(of_server([pull("nas")], each, lambda: both) for each in both)
