import gzip
import re

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.times import DAY
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
JSON = "application/json"
ROUTES = ("/api/health", "/metrics")

PROMETHEUS_2_30 = (
    "application/openmetrics-text; version=1.0.0,"
    "application/openmetrics-text; version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_2_53 = (
    "application/openmetrics-text;version=1.0.0;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3_NATIVE_HISTOGRAMS = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
    "encoding=delimited;q=0.6,"
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
)
PROMETHEUS_3_TEXT_ONLY = "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

EXPOSITIONS = [
    (None, TEXT),
    ("", TEXT),
    ("*/*", TEXT),
    ("text/*", TEXT),
    ("text/plain", TEXT),
    ("text/plain;version=0.0.4", TEXT),
    (BROWSER, TEXT),
    ("text/html", TEXT),
    ("nonsense", TEXT),
    (";;;", TEXT),
    ("image/png, */*;q=0", TEXT),
    (PROMETHEUS_2_30, OPENMETRICS),
    (PROMETHEUS_2_53, OPENMETRICS),
    (PROMETHEUS_3, OPENMETRICS),
    (PROMETHEUS_3_NATIVE_HISTOGRAMS, OPENMETRICS),
    (PROMETHEUS_3_TEXT_ONLY, TEXT),
    ("application/openmetrics-text", OPENMETRICS),
    ("application/openmetrics-text;version=1.0.0", OPENMETRICS),
    ("application/openmetrics-text;q=0.2,text/plain;q=0.9", TEXT),
    ("text/plain;q=0.2,application/openmetrics-text;version=1.0.0;q=0.9", OPENMETRICS),
    ("application/openmetrics-text;version=1.0.0;q=0,*/*;q=0.1", TEXT),
    ("Application/OpenMetrics-Text; Version=1.0.0", OPENMETRICS),
]


@pytest.fixture
def scraped(daemon: Daemon) -> Daemon:
    daemon.upload(duplicati_report(began=NOW - DAY, backend={"BytesUploaded": 5}))
    daemon.upload(duplicati_report(began=NOW - DAY, server='a"b\\c\nd', machine_id="m-2"))
    return daemon


@pytest.mark.parametrize(("accept", "content_type"), EXPOSITIONS)
def test_the_format_is_the_one_that_is_preferred(
    daemon: Daemon, accept: str | None, content_type: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for path in ROUTES:
        result = daemon.client.simulate_get(path, headers=headers)
        assert result.status_code == 200
        assert result.headers["content-type"] == content_type
        assert result.text.endswith("# EOF\n") is (content_type == OPENMETRICS)
        assert {"Accept", "Accept-Encoding"} == set(result.headers["vary"].split(", "))


@pytest.mark.parametrize(
    "accept", ["application/json", "application/json;q=0.5", "application/JSON"]
)
def test_who_takes_json_alone_is_told_of_the_daemons_health(daemon: Daemon, accept: str) -> None:
    result = daemon.client.simulate_get("/api/health", headers={"Accept": accept})
    assert result.headers["content-type"] == JSON
    assert result.json["status"] == "success"
    assert result.json["data"]["healthy"] is True


@pytest.mark.parametrize(
    "accept", [f"{JSON}, text/plain, */*", f"{JSON};q=0.1,{PROMETHEUS_3}", f"{JSON};q=0"]
)
def test_who_takes_more_than_json_is_given_metrics(daemon: Daemon, accept: str) -> None:
    result = daemon.client.simulate_get("/api/health", headers={"Accept": accept})
    assert result.headers["content-type"] in (TEXT, OPENMETRICS)


def test_metrics_are_metrics_even_for_who_takes_json(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/metrics", headers={"Accept": JSON})
    assert result.headers["content-type"] == TEXT


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("deflate, br", False),
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("deflate;q=0.5, gzip;q=0.001", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, deflate", False),
        ("gzip;q=0, *", False),
        ("identity, *;q=0", False),
    ],
)
def test_an_exposition_is_packed_for_who_takes_gzip(
    scraped: Daemon, coding: str | None, *, packed: bool
) -> None:
    headers = {} if coding is None else {"Accept-Encoding": coding}
    for path in ROUTES:
        result = scraped.client.simulate_get(path, headers=headers)
        body = result.content
        assert (result.headers.get("content-encoding") == "gzip") is packed
        text = (gzip.decompress(body) if packed else body).decode()
        assert "duplistatus_backup_jobs 2.0" in text


def test_both_routes_and_both_formats_tell_the_same(scraped: Daemon) -> None:
    told = []
    for path in ROUTES:
        openmetrics = scraped.client.simulate_get(path, headers={"Accept": PROMETHEUS_3}).text
        text = scraped.client.simulate_get(path).text
        told += [
            samples(family for family in families if family.name.startswith("duplistatus_backup"))
            for families in (parse_openmetrics(openmetrics), parse_text(text))
        ]
    assert told[0]
    assert all(each == told[0] for each in told)


def samples(families: object) -> set[tuple[object, ...]]:
    assert hasattr(families, "__iter__")
    return {
        (sample.name, frozenset(sample.labels.items()), sample.value)
        for family in families
        for sample in family.samples
    }


def test_samples_have_no_timestamps_and_no_creation_times(scraped: Daemon) -> None:
    text = scraped.client.simulate_get("/metrics").text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"\w+(\{.*\})? \S+", line) for line in lines)
    assert "_created" not in text


def test_odd_names_survive_both_formats(scraped: Daemon) -> None:
    openmetrics = scraped.client.simulate_get("/metrics", headers={"Accept": PROMETHEUS_3}).text
    text = scraped.client.simulate_get("/metrics").text
    for families in (parse_openmetrics(openmetrics), parse_text(text)):
        names = {
            sample.labels["server"]
            for family in families
            for sample in family.samples
            if family.name == "duplistatus_backup_overdue"
        }
        assert names == {"nas", 'a"b\\c\nd'}


def test_the_daemon_tells_of_itself(daemon: Daemon) -> None:
    series = daemon.series()
    assert series['duplistatus_build_info{version="1.2.3"}'] == 1
    assert series["duplistatus_database_bytes"] == daemon.store.size_bytes()
    assert series["process_start_time_seconds"] > 0
    assert series["duplistatus_collector_duration_seconds"] >= 0
    assert any(name.startswith("python_info{") for name in series)


def asked(daemon: Daemon, query: str, accept: str = TEXT, path: str = "/metrics") -> str:
    result = daemon.client.simulate_get(path, query_string=query, headers={"Accept": accept})
    assert result.status_code == 200, result.text
    text: str = result.text
    return text


def names(text: str) -> set[str]:
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    "chosen",
    [
        ["duplistatus_backup_jobs"],
        ["duplistatus_backup_overdue", "duplistatus_backup_runs_total"],
        ["duplistatus_uploads_total", "duplistatus_upload_duration_seconds"],
        ["duplistatus_server_info", "process_start_time_seconds"],
    ],
)
def test_only_the_families_asked_for_by_name_are_given_and_these_whole(
    scraped: Daemon, chosen: list[str]
) -> None:
    query = "&".join(f"name[]={name}" for name in chosen)
    for path in ROUTES:
        assert names(asked(scraped, query, path=path)) == set(chosen)
    whole = asked(scraped, "").splitlines()
    part = [line for line in asked(scraped, query).splitlines() if not line.startswith("#")]
    assert part
    assert {line.rpartition(" ")[0] for line in part} <= {line.rpartition(" ")[0] for line in whole}


def test_a_name_that_nothing_has_gives_an_empty_exposition(scraped: Daemon) -> None:
    assert asked(scraped, "name[]=nothing") == ""
    assert asked(scraped, "name[]=nothing", PROMETHEUS_3) == "# EOF\n"


def test_the_metrics_of_a_server_are_what_the_whole_has_of_it(scraped: Daemon) -> None:
    part = asked(scraped, "server=nas")
    of_nas = [line for line in asked(scraped, "").splitlines() if 'server="nas"' in line]
    assert [line for line in part.splitlines() if not line.startswith("#")] == of_nas
    assert "duplistatus_backup_jobs" not in names(part)
    assert names(part) > {"duplistatus_backup_overdue", "duplistatus_server_info"}
    assert asked(scraped, "server=1&server=m-1") == part
    assert asked(scraped, "server=1", PROMETHEUS_3).endswith("# EOF\n")


def test_the_parts_of_all_servers_are_the_whole_of_all_jobs(scraped: Daemon) -> None:
    parts = asked(scraped, "server=1") + asked(scraped, "server=2")
    whole = [line for line in asked(scraped, "").splitlines() if "server_id=" in line]
    told = [line for line in parts.splitlines() if "server_id=" in line]
    assert sorted(told) == sorted(whole)


def test_a_part_is_packed_too_and_leaves_what_is_kept_packed_alone(scraped: Daemon) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    whole = scraped.client.simulate_get("/metrics", headers=gzipped).content
    part = scraped.client.simulate_get("/metrics", query_string="server=2", headers=gzipped)
    assert gzip.decompress(part.content).decode() == asked(scraped, "server=2")
    again = scraped.client.simulate_get("/metrics", headers=gzipped).content
    assert b"duplistatus_backup_jobs 2.0" in gzip.decompress(again)
    assert whole[:1000] == again[:1000]


@pytest.mark.parametrize(("server", "status"), [("nobody", 400), ("99", 404)])
def test_a_server_that_is_none_is_refused(scraped: Daemon, server: str, status: int) -> None:
    result = scraped.client.simulate_get("/metrics", params={"server": server})
    assert result.status_code == status
    assert result.json["status"] == "error"
