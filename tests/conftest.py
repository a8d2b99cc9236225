"""What all tests may ask for, and what ends a run."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import pytest
from falcon import testing
from hypothesis import settings

from exporter.fleet import Fleet
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store
from tests.support.daemon import CREATED, Clock, Daemon
from tests.support.empty import empty_database

pytest_plugins = [
    "tests.tools.synthetic.history",
    "tests.exporter.exports.past",
    "tests.support.quick",
    "tests.support.stores",
    "tests.support.workers",
]

_IN_CI = os.environ.get("CI") == "true"

settings.register_profile("suite", max_examples=50, deadline=None, derandomize=_IN_CI)
settings.load_profile("suite")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(empty_database(tmp_path / "reports.sqlite"))
    yield store
    store.close()


@pytest.fixture
def fleet(store: Store) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    store.follow(fleet)
    return fleet


@pytest.fixture
def daemon(tmp_path: Path, clock: Clock) -> Iterator[Daemon]:
    with Daemon(tmp_path, clock) as daemon:
        yield daemon


@pytest.fixture
def root_log() -> Iterator[logging.Logger]:
    """The root logger, which commands set up as for a process of their own; then as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def client(daemon: Daemon) -> testing.TestClient:
    return daemon.client


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the files of tests/support/golden instead of comparing with them",
    )


class _Reporter(Protocol):
    stats: dict[str, list[pytest.TestReport]]

    def write_line(self, line: str, **markup: bool) -> None: ...


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a skipped test fail the run in CI: there everything that tests need is to be had."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not _IN_CI or reporter is None:
        return
    terminal = cast("_Reporter", reporter)
    for report in terminal.stats.get("skipped", []):
        terminal.write_line(f"\nskipped in CI: {report.nodeid}: {_reason(report)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    return str(told[2]) if isinstance(told, tuple) else str(told)
