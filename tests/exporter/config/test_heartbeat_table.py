"""The `[heartbeat]` table and its checks of jobs."""

from pathlib import Path

import pytest

from exporter.config import gather, load
from exporter.config.notifications import Heartbeat, JobCheck, SecretUrl
from exporter.times import MINUTE, SECOND
from tests.exporter.config.test_notify_tables import loaded, told
from tests.exporter.config.written import written

URL = "https://hc.example/5f0c1d1e"


def test_the_table_says_what_is_pinged(tmp_path: Path) -> None:
    text = f"""
[heartbeat]
url = "{URL}"
every = "30s"
[[heartbeat.job]]
server = "nas"
backup = "Documents"
url = "http://127.0.0.1:8000/1"
"""
    check = JobCheck("nas", "Documents", SecretUrl("http://127.0.0.1:8000/1"))
    expected = Heartbeat(SecretUrl(URL), 30 * SECOND, (check,))
    assert loaded(tmp_path, text).notifications.heartbeat == expected


def test_there_may_be_only_checks_of_jobs(tmp_path: Path) -> None:
    text = f'[[heartbeat.job]]\nserver = "nas"\nbackup = "Documents"\nurl = "{URL}"'
    heartbeat = loaded(tmp_path, text).notifications.heartbeat
    assert (heartbeat.url, len(heartbeat.jobs)) == (None, 1)


def test_a_variable_wins_over_the_table(tmp_path: Path) -> None:
    text = f'[heartbeat]\nurl = "{URL}"\nevery = "30s"'
    path = written(tmp_path, text)
    environment = {"DUPLISTATUS_HEARTBEAT_URL": "https://other.example/1"}
    heartbeat = load({"config": path}, environment).notifications.heartbeat
    assert heartbeat == Heartbeat(SecretUrl("https://other.example/1"), 30 * SECOND)
    settings = gather({"config": path}, environment).settings
    assert settings["heartbeat_url"].source == "DUPLISTATUS_HEARTBEAT_URL"
    assert settings["heartbeat_every"].source == f"{path}: heartbeat: every"


def test_the_table_and_the_options_of_one_file_are_one_too_many(tmp_path: Path) -> None:
    text = f'heartbeat_url = "{URL}"\nheartbeat_every = "1m"\n[heartbeat]\n'
    assert told(tmp_path, f'{text}url = "{URL}"\nevery = "30s"') == [
        "heartbeat: url is also given as heartbeat_url: keep one",
        "heartbeat: every is also given as heartbeat_every: keep one",
    ]
    (tmp_path / "url").write_text(URL)
    assert told(tmp_path, f'{text}url_file = "{tmp_path}/url"') == [
        "heartbeat: url_file is also given as heartbeat_url: keep one"
    ]


def test_without_a_table_it_would_be_every_minute() -> None:
    assert load({}, {}).notifications.heartbeat == Heartbeat(None, MINUTE, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("heartbeat = 5", "heartbeat must be a table, started by a line [heartbeat]"),
        ("[[heartbeat]]", "heartbeat must be a table, started by a line [heartbeat]"),
        ("[heartbeat]\njob = 5", "heartbeat.job must be tables, each started by a line [[heart"),
        (
            "[heartbeat]\njobs = 5",
            "heartbeat: jobs is unknown; expected one of url, url_file, ever",
        ),
        ('[heartbeat]\nurl = "ntfy://a/b"', "heartbeat: url: is not an address of the web: write"),
        ("[heartbeat]\nurl = 5", "heartbeat: url must be a string of 1 to 2000 characters"),
        ('[heartbeat]\nevery = "9s"', "heartbeat: every: '9s' is too often: write at least 10s"),
        (
            '[[heartbeat.job]]\nserver = "nas"\nbackup = "Documents"',
            "heartbeat.job 1: url is missing: give url or url_file",
        ),
        (
            f'[[heartbeat.job]]\nserver = "nas"\nbackup = "x"\nurl = "{URL}"\nname = "x"',
            "heartbeat.job 1: name is unknown; expected one of server, backup, url, url_file",
        ),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = told(tmp_path, text)
    assert problem.startswith(expected)


def test_there_are_at_most_fifty_checks(tmp_path: Path) -> None:
    table = f'[[heartbeat.job]]\nserver = "nas"\nbackup = "x"\nurl = "{URL}"\n'
    assert len(loaded(tmp_path, table * 50).notifications.heartbeat.jobs) == 50
    assert told(tmp_path, table * 51) == ["heartbeat.job: 51 tables are too many: at most 50"]
