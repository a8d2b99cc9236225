"""`--quick`: the tests that need nothing but Python and are done in seconds. A plugin of theirs.

Which they are is said by their folder; one that takes long, or needs more, says so by the mark
`not_quick` or by a fixture that starts a program. In every run, not only where `--quick` is asked
for, the others may start no program but Python, and those that were slow are named at its end. They
do not fail for it: how long a test takes says as much of the machine as of the test.
"""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

FOLDERS = (
    *(f"tests/{name}/" for name in ("api", "exporter", "grafana", "overdue", "project")),
    "tests/test_architecture.py",
    "tests/tools/fuzz/",
)
LEFT_OUT = "tests/exporter/cli/"
"""Half of the commands are tried on a daemon that runs."""

STARTING = frozenset({"certificate", "mosquitto", "postgres"})
"""Fixtures that start a program: OpenSSL, Mosquitto, PostgreSQL."""

MOST_SECONDS = 10.0
"""Of a processor, for one test: those that are quick take a second, on a slow machine some more."""

SPENT = "processor_seconds"
"""The property of a test's report that says how long it took."""


def _lies_there(path: str) -> bool:
    return path.startswith(FOLDERS) and not path.startswith(LEFT_OUT)


def is_quick(item: pytest.Item) -> bool:
    """Say whether a test is one of them."""
    marked = item.get_closest_marker("not_quick") is not None
    asked = STARTING.intersection(getattr(item, "fixturenames", ()))
    return _lies_there(item.nodeid) and not marked and not asked


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only what Python alone can run at once")


def pytest_configure(config: pytest.Config) -> None:
    mark = "not_quick: takes seconds, or needs more than Python; tests/run --quick leaves it out"
    config.addinivalue_line("markers", mark)
    if config.getoption("quick"):
        settings.register_profile("quick", settings.get_profile("suite"), max_examples=10)
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module of another folder: some need what is not there."""
    if not config.getoption("quick") or not collection_path.is_file():
        return None
    path = collection_path.relative_to(config.rootpath).as_posix()
    return None if _lies_there(path) else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[each for each in items if not is_quick(each)])
        items[:] = [each for each in items if is_quick(each)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    return (yield from _held(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    return (yield from _held(item))


def _held(item: pytest.Item) -> Generator[None]:
    """Let a part of a quick test start no program but Python, and note what time it takes."""
    if not is_quick(item):
        yield
        return
    began = sum(os.times()[:4])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", PythonOnly)
        yield
    item.user_properties.append((SPENT, sum(os.times()[:4]) - began))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the quick tests that were not: they may have to be marked."""
    for name, spent in sorted(_times(terminalreporter).items()):
        if spent > MOST_SECONDS:
            terminalreporter.write_line(
                f"{name} took {spent:.0f} seconds of a processor: mark it not_quick?"
            )


def _times(reporter: pytest.TerminalReporter) -> dict[str, float]:
    reports = [each for category in reporter.stats.values() for each in category]
    return {
        each.nodeid: sum(
            value
            for name, value in each.user_properties
            if name == SPENT and isinstance(value, float)
        )
        for each in reports
        if isinstance(each, pytest.TestReport)
    }


class PythonOnly(subprocess.Popen[str]):
    """A process of the Python that runs the tests."""

    def __init__(self, args: list[str], *arguments: object, **options: object) -> None:
        assert args[0] == sys.executable, f"{args[0]} is started: mark the test not_quick"
        super().__init__(args, *arguments, **options)  # type: ignore[call-overload] # as they came
