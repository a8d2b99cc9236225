"""Names that mean something to SQL, to templates, to the exposition, to a terminal or a page."""

from urllib.parse import quote

import pytest
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.deliver import sqlite
from tests.support.reports_builder import duplicati_report

FORMATS = (
    (parse_text, "text/plain"),
    (parse_openmetrics, "application/openmetrics-text"),
)
NAMES = (
    "'; DROP TABLE runs; --",
    '" OR ""="',
    "a' UNION SELECT name FROM sqlite_schema --",
    '"} 1\nduplistatus_overdue_backups 0\n# {x="',
    "a\\",
    "\\n\\",
    "{{ $labels.server }}{{ 7 * 7 }}${7*7}%s%n",
    "<script>alert(1)</script><!--",
    "\x1b]0;title\x07\x1b[2J",
    "../../etc/passwd",
    "a\u2028b\u202ec",
    "=1+1",
    "*",
    "%00%2e%2f",
)


def tables(daemon: Daemon) -> dict[str, int]:
    """Return every table with how many rows it has."""
    with sqlite(daemon.path) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE rootpage")]
        kinds = dict(db.execute("SELECT name, type FROM sqlite_schema"))
        return {
            name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
            if kinds[name] == "table"
        }


def labels(daemon: Daemon, label: str) -> set[str]:
    """Return the values of a label as both formats tell them."""
    told = []
    for parse, accept in (
        (parse_text, "text/plain"),
        (parse_openmetrics, "application/openmetrics-text"),
    ):
        text = daemon.client.simulate_get("/metrics", headers={"Accept": accept}).text
        samples = [sample for family in parse(text) for sample in family.samples]
        told.append({sample.labels[label] for sample in samples if sample.labels.get(label)})
    assert told[0] == told[1]
    return told[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_any_names_is_kept_under_them_and_nothing_else_happens(
    daemon: Daemon, name: str
) -> None:
    daemon.upload(duplicati_report(began=NOW, server="nas", machine_id="m", backup="b"))
    before = tables(daemon)
    daemon.upload(
        duplicati_report(
            began=NOW,
            server=name,
            machine_id=name,
            backup=name,
            version=name,
            os=name,
            lines=(name,),
        )
    )
    after = tables(daemon)
    assert after.keys() == before.keys()
    assert (after["servers"], after["jobs"], after["runs"]) == (2, 2, 2)
    assert labels(daemon, "server") == {"nas", name}
    assert labels(daemon, "backup") == {"b", name}
    assert labels(daemon, "machine_id") == {"m", name}
    assert daemon.series()["duplistatus_backup_jobs"] == 2


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_by_any_name_is_found_by_it_alone(daemon: Daemon, name: str) -> None:
    daemon.upload(duplicati_report(began=NOW, server="nas", machine_id="m", backup="b"))
    query = f"server={quote(name, safe='')}"
    ids = daemon.upload(duplicati_report(began=NOW, server=None, machine_id=None), query=query)
    assert len(daemon.get("/api/jobs", server=name)["jobs"]) == 1
    runs = daemon.get("/api/backups", server=name)["backups"]
    assert [run["id"] for run in runs] == [ids["backupId"]]


@pytest.mark.parametrize("name", NAMES)
def test_an_alias_of_any_characters_is_what_was_set(daemon: Daemon, name: str) -> None:
    daemon.upload(duplicati_report(began=NOW))
    answer = daemon.client.simulate_patch(
        "/api/servers/1",
        json={"alias": name, "note": name},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    if answer.status_code == 400:
        assert not name.isprintable()
        return
    (server,) = daemon.get("/api/servers")["servers"]
    assert (server["alias"], server["note"]) == (name, name)
    assert labels(daemon, "alias") == {name}
