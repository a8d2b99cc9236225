"""How pytest-xdist shares the tests out among processes: a module at a time. A plugin of the tests.

So a module's fixtures are made once. The thirty days of `tests.tools.synthetic.history` are the
same for all who ask them: those tests are in modules called test_history.py, which go to one
process. So do those of `tests.browser`, with its one Chromium.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_ASK_HISTORY = "test_history.py"
_BROWSER = "tests/browser/"
_RUN_PROGRAMS = (
    _BROWSER,
    "tests/deploy/debian/",
    "tests/process/",
    "tests/rules/",
    "tests/tools/soak/",
)


class ByModule(LoadFileScheduling):
    """Gives a process a whole module, and all that share what is long in the making to the same."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        if module.startswith(_BROWSER):
            return _BROWSER
        return _ASK_HISTORY if module.endswith(f"/{_ASK_HISTORY}") else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    """Share out by the module, whatever `--dist` says, in the order of the tests."""
    config.option.loadscopereorder = False
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first: else one process may be left with it when the others are done."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if item.path.name == _ASK_HISTORY:
        return 0
    return 1 if item.nodeid.startswith(_RUN_PROGRAMS) else 2


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test outside of those modules that would have the history made once more."""
    asks = "history" in getattr(item, "fixturenames", ())
    if asks and item.path.name != _ASK_HISTORY:
        pytest.fail(f"a test that uses `history` must be in a {_ASK_HISTORY}", pytrace=False)
