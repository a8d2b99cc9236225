"""docs/metrics.md holds every family of the exposition as it is, and no other."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from falcon.testing import TestClient
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
)
from exporter.exposition.families.mqtt import MqttFamilies
from exporter.exposition.families.notifications import NotificationFamilies
from exporter.exposition.families.sharing import SharingFamilies
from exporter.exposition.self_metrics import SelfMetrics
from exporter.model.sharing import SharingFigures
from tests.docs import daemon, pages
from tests.docs.metrics import PAGE, ROWS, Described, on_the_page
from tests.support import doc_hooks

_PREFIX = "duplistatus_"
_OF_A_BUCKET = {"le"}
_LIBRARY = ("process_", "python_")
_UNITS = {
    "_timestamp_seconds": "unix seconds",
    "_seconds": "seconds",
    "_bytes": "bytes",
    "_bytes_total": "bytes",
    "_files": "files",
    "_rate": "ratio",
    "_info": "always 1",
    "_code": "code",
}


SHARING = SharingFigures(
    reachable=True,
    held=0,
    daemons=2,
    questions=1,
    question_seconds=0.1,
    histories_lost=0,
    recorded_again=0,
)
_OF_SHARING = {metric.name for metric in SharingFamilies(lambda: SHARING).collect()}


def _of_notifying() -> set[str]:
    families = NotificationFamilies()
    families.set_channels(["phone"])
    return {metric.name for metric in families.collect()}


def _of_publishing() -> set[str]:
    families = MqttFamilies()
    families.connected = lambda: True
    return {metric.name for metric in families.collect()}


_NOT_OF_EVERY = _OF_SHARING | _of_publishing() | _of_notifying()
"""Of a daemon that shares a database, publishes or has channels: not of that of these tests."""


def _in_the_code() -> dict[str, Described]:
    families: tuple[Family[Any], ...] = (
        *FLEET_FAMILIES,
        *SERVER_FAMILIES,
        *JOB_FAMILIES,
        *RUNNING_FAMILIES,
    )
    found = {each.name: Described(each.type, frozenset(each.labels)) for each in families}
    self_metrics = SelfMetrics(daemon.VERSION, lambda: 0)
    self_metrics.share(
        lambda: SharingFigures(
            reachable=True,
            held=0,
            daemons=2,
            questions=1,
            question_seconds=0.1,
            histories_lost=0,
            recorded_again=0,
        )
    )
    self_metrics.set_channels(["phone"])
    self_metrics.watch_mqtt(lambda: True)
    for metric in text_string_to_metric_families(self_metrics.text().decode()):
        if not metric.name.startswith(_LIBRARY):
            found[_full_name(metric)] = Described(metric.type, _labels_of(metric))
    return found


def _full_name(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else metric.name


def _labels_of(metric: Metric) -> frozenset[str]:
    return frozenset(label for sample in metric.samples for label in sample.labels) - _OF_A_BUCKET


def _scraped(client: TestClient) -> list[Metric]:
    return list(text_string_to_metric_families(client.simulate_get("/metrics").text))


def _series_of(client: TestClient, backup: str) -> int:
    samples = (sample for metric in _scraped(client) for sample in metric.samples)
    return sum(sample.labels.get("backup") == backup for sample in samples)


def test_every_family_is_on_the_page_as_it_is() -> None:
    assert on_the_page() == _in_the_code()


def test_no_family_is_there_twice() -> None:
    assert len(ROWS) == len(on_the_page())


def test_every_name_there_is_a_family() -> None:
    assert set(re.findall(rf"{_PREFIX}\w+", PAGE)) == set(_in_the_code())


def test_every_family_of_a_scrape_is_on_the_page(client: TestClient) -> None:
    scraped = {_full_name(metric) for metric in _scraped(client)}
    alone = {name for name in on_the_page() if name.removesuffix("_total") not in _NOT_OF_EVERY}
    assert {name for name in scraped if name.startswith(_PREFIX)} == alone


def test_the_families_of_the_library_are_named(client: TestClient) -> None:
    scraped = {_full_name(metric) for metric in _scraped(client)}
    named = {name for name in pages.code(PAGE) if name.startswith(_LIBRARY)}
    assert {name for name in scraped if name.startswith(_LIBRARY)} == named


def test_every_row_has_the_unit_of_its_name() -> None:
    for row in ROWS:
        suffixes = [suffix for suffix in _UNITS if row.name.endswith(suffix)]
        if suffixes:
            assert row.unit == _UNITS[max(suffixes, key=len)], row.name
        assert all(row), row.name


def test_a_family_that_is_never_absent_is_there_for_every_job(client: TestClient) -> None:
    samples = [sample for metric in _scraped(client) for sample in metric.samples]
    for row in ROWS:
        jobs = {each.labels.get("backup") for each in samples if each.name == row.name}
        if row.labels.startswith("job") and re.match(r"never\b(?! reported)", row.absent):
            assert jobs == {"Photos", "Mail", "daily"}, row.name


def test_the_stated_numbers_of_series_are_right(client: TestClient) -> None:
    full, least, running, second_copy, server, jobs = doc_hooks.numbers(PAGE, "cardinality")
    assert (full, least) == (_series_of(client, "Photos"), _series_of(client, "daily"))
    every_status = len(JOB_FAMILIES) + 5
    assert full == every_status
    assert (running, server) == (len(RUNNING_FAMILIES), len(SERVER_FAMILIES))
    assert second_copy == sum("destination" in family.labels for family in JOB_FAMILIES)
    assert jobs == 100 * full + 50 * server


def test_prometheus_takes_every_query(tmp_path: Path) -> None:
    queries = [block.text.strip() for block in pages.blocks(PAGE, "promql")]
    assert len(queries) >= 5
    rules = [{"record": f"query:{at}", "expr": query} for at, query in enumerate(queries)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "page", "rules": rules}]}), encoding="utf-8")
    checked = subprocess.run(
        ["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
