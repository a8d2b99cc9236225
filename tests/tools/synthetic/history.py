"""A real Prometheus that holds thirty days of the synthetic fleet, for every test that asks it.

A plugin of the tests: `history` is one for the whole session.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.times import MINUTE, SECOND, Millis
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.prometheus import running
from tests.tools.synthetic.backfill import backfill
from tests.tools.synthetic.rules import alerting, backfill_rules, recording, since
from tests.tools.synthetic.scrapes import BEGIN, DATABASE, END, STEP, scrapes

Json = dict[str, Any]

FLAGS = (
    # A value holds until the next scrape, and no longer.
    f"--query.lookback-delta={(STEP + MINUTE) // SECOND}s",
    # Thirty days of the past are to stay as they are, whatever today is.
    "--storage.tsdb.retention.time=100y",
)


class History:
    """Thirty days up to `end`, a scrape each `step`, with what the rules make of them.

    Moments and steps are milliseconds.
    """

    begin: Millis = BEGIN
    end: Millis = END
    step: Millis = STEP

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expression: str, at: Millis = END) -> list[Json]:
        """Return the series of an instant query, each with `metric` and `value`."""
        return self._ask("query", query=expression, time=at / SECOND)

    def query_range(
        self, expression: str, start: Millis = BEGIN, end: Millis = END, step: Millis = STEP
    ) -> list[Json]:
        """Return the series of a range query, each with `metric` and `values`."""
        span = {"start": start / SECOND, "end": end / SECOND, "step": step / SECOND}
        return self._ask("query_range", query=expression, **span)

    def _ask(self, route: str, **parameters: str | float) -> list[Json]:
        url = f"{self.url}/api/v1/{route}"
        answer = requests.post(url, data=parameters, timeout=BOUND_SECONDS).json()
        assert answer["status"] == "success", (parameters, answer)
        found: list[Json] = answer["data"]["result"]
        return found


class FleetHistory(History):
    """The history of the synthetic fleet, and the database of the daemon that was scraped."""

    def __init__(self, url: str, database: Path) -> None:
        super().__init__(url)
        self.database = database


@contextmanager
def thirty_days(folder: Path) -> Iterator[FleetHistory]:
    """Make the history in a folder and run a Prometheus on it."""
    data = folder / "prometheus"
    config = folder / "prometheus.yml"
    config.write_text("scrape_configs: []\n", encoding="utf-8")
    backfill(scrapes(folder), data, folder)
    # Each may ask for what the one before recorded; new blocks are read at a start.
    for groups in (recording(), alerting(), since()):
        with running(config, data, *FLAGS) as url:
            backfill_rules(groups, url, data, folder)
    with running(config, data, *FLAGS) as url:
        yield FleetHistory(url, folder / DATABASE)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetHistory]:
    with thirty_days(tmp_path_factory.mktemp("history")) as history:
        yield history
