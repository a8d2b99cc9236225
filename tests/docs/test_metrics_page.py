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
from exporter.exposition.self_metrics import SelfMetrics
from tests.docs import daemon, pages
from tests.docs.metrics import PAGE, Described, on_the_page

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


def _in_the_code() -> dict[str, Described]:
    families: tuple[Family[Any], ...] = (
        *FLEET_FAMILIES,
        *SERVER_FAMILIES,
        *JOB_FAMILIES,
        *RUNNING_FAMILIES,
    )
    found = {each.name: Described(each.type, frozenset(each.labels)) for each in families}
    self_metrics = SelfMetrics(daemon.VERSION, lambda: 0)
    self_metrics.set_pull_targets(["nas"], 0)
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


def test_every_family_stands_on_the_page_as_it_is() -> None:
    assert on_the_page() == _in_the_code()


def test_no_family_stands_there_twice() -> None:
    assert len(pages.rows(PAGE, "name")) == len(on_the_page())


def test_no_name_stands_there_that_is_no_family() -> None:
    assert set(re.findall(rf"{_PREFIX}\w+", PAGE)) == set(_in_the_code())


def test_every_family_of_a_scrape_stands_on_the_page(client: TestClient) -> None:
    scraped = {_full_name(metric) for metric in _scraped(client)}
    assert {name for name in scraped if name.startswith(_PREFIX)} == set(on_the_page())


def test_the_families_of_the_library_are_named(client: TestClient) -> None:
    scraped = {_full_name(metric) for metric in _scraped(client)}
    named = {name for name in pages.code(PAGE) if name.startswith(_LIBRARY)}
    assert {name for name in scraped if name.startswith(_LIBRARY)} == named


def test_every_row_has_a_unit_that_its_name_tells() -> None:
    for row in pages.rows(PAGE, "name"):
        (name,) = pages.code(row["name"])
        suffixes = [suffix for suffix in _UNITS if name.endswith(suffix)]
        if suffixes:
            assert row["unit"] == _UNITS[max(suffixes, key=len)], name
        assert all(row.values()), name


def test_a_family_that_is_never_absent_is_there_for_every_job(client: TestClient) -> None:
    samples = [sample for metric in _scraped(client) for sample in metric.samples]
    for row in pages.rows(PAGE, "name"):
        (name,) = pages.code(row["name"])
        jobs = {each.labels.get("backup") for each in samples if each.name == name}
        if row["labels"].startswith("job") and re.match(r"never\b(?! reported)", row["absent"]):
            assert jobs == {"Photos", "Mail", "daily"}, name


def test_the_stated_series_per_job_are_right(client: TestClient) -> None:
    stated = re.search(r"reports everything has (\d+) series; one that .*? start has (\d+)", PAGE)
    assert stated is not None
    full, least = int(stated[1]), int(stated[2])
    assert (full, least) == (_series_of(client, "Photos"), _series_of(client, "daily"))
    every_status = len(JOB_FAMILIES) + 5
    assert full == every_status


def test_the_stated_series_of_a_run_are_right() -> None:
    stated = re.search(r"run that is going on\nadds (\d+)", PAGE)
    assert stated is not None
    assert int(stated[1]) == len(RUNNING_FAMILIES)


def test_the_stated_series_of_a_hundred_jobs_follow(client: TestClient) -> None:
    stated = re.search(r"at most ([\d,]+) series", PAGE)
    assert stated is not None
    assert int(stated[1].replace(",", "")) == 100 * _series_of(client, "Photos") + 50


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
