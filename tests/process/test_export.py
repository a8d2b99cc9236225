"""The exported past in a real Prometheus answers as one that scraped it would."""

import subprocess
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from exporter.cli import main
from exporter.exports import LEFT_OUT
from exporter.exposition.families import FLEET_FAMILIES, JOB_FAMILIES, SERVER_FAMILIES
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_duration, format_timestamp
from tests.exporter.exports.past import END, POLICY, Past
from tests.grafana.boards import TARGETS
from tests.grafana.expressions import filled, selectors
from tests.support.process.commands import needed
from tests.support.process.prometheus import running
from tests.tools.synthetic.backfill import backfill
from tests.tools.synthetic.history import History
from tests.tools.synthetic.scrapes import Scrape

Answer = Mapping[tuple[tuple[str, str], ...], list[float]]

STEP: Millis = 2 * HOUR

_FLAGS = (
    f"--query.lookback-delta={(STEP + MINUTE) // SECOND}s",
    "--storage.tsdb.retention.time=100y",
)
_EXPORTED = {
    family.name for family in chain[Any](FLEET_FAMILIES, SERVER_FAMILIES, JOB_FAMILIES)
} - {*LEFT_OUT}


def _reads_what_is_exported(expression: str) -> bool:
    return {selector.name for selector in selectors(expression)} <= _EXPORTED


EXPRESSIONS = sorted({target.expr for target in TARGETS if _reads_what_is_exported(target.expr)})
"""What the dashboards ask but for what is not exported."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def exported(past: Past, folder: Path) -> dict[str, list[Answer]]:
    """What Prometheus answers from the exported past."""
    file, blocks = folder / "history.openmetrics", folder / "exported"
    options = {
        "database": past.database,
        "tolerance": format_duration(POLICY.tolerance),
        "until": format_timestamp(END),
        "step": format_duration(STEP),
        "output": file,
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    assert main(["export", "openmetrics", *given]) == 0
    command = [needed("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    subprocess.run([*command, "--max-block-duration=768h", file, blocks], check=True)
    return answers(blocks, folder)


@pytest.fixture(scope="module")
def scraped(past: Past, folder: Path) -> dict[str, list[Answer]]:
    """What it answers from the scrapes."""
    blocks = folder / "scraped"
    scrapes = (Scrape(at, b"\n".join([*lines, b""])) for at, lines in past.scrapes.items())
    backfill((scrape for scrape in scrapes if scrape.at % STEP == 0), blocks, folder)
    return answers(blocks, folder)


def answers(blocks: Path, folder: Path) -> dict[str, list[Answer]]:
    """Ask a Prometheus each expression: at some times, and over the days."""
    config = folder / "prometheus.yml"
    config.write_text("scrape_configs: []\n", encoding="utf-8")
    with running(config, blocks, *_FLAGS) as url:
        history = History(url)
        return {expression: _ask(history, filled(expression)) for expression in EXPRESSIONS}


def _ask(history: History, expression: str) -> list[Answer]:
    timestamps: list[Millis] = [END - STEP, END - 3 * DAY]
    found = [history.query(expression, at) for at in timestamps]
    found.append(history.query_range(expression, END - 8 * DAY, END, 6 * HOUR))
    return [_answer(series) for series in found]


def _answer(series: list[dict[str, Any]]) -> Answer:
    return {
        tuple(sorted(each["metric"].items())): [
            float(number) for sample in each.get("values", [each.get("value")]) for number in sample
        ]
        for each in series
    }


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_dashboard_shows_what_scrapes_would_have_shown(
    exported: dict[str, list[Answer]], scraped: dict[str, list[Answer]], expression: str
) -> None:
    for found, expected in zip(exported[expression], scraped[expression], strict=True):
        assert found.keys() == expected.keys()
        for labels, values in expected.items():
            assert found[labels] == pytest.approx(values, nan_ok=True)


def test_nearly_every_expression_has_an_answer(exported: dict[str, list[Answer]]) -> None:
    unanswered = {expression for expression, found in exported.items() if not any(found)}
    assert len(unanswered) < len(EXPRESSIONS) / 10
