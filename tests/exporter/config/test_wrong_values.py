"""A configuration with errors: each is named with its place, and all at once."""

import re
from pathlib import Path

import pytest

from tests.exporter.config.written import problems_of, written

WRONG = [
    ("listen", "9666"),
    ("listen", "nas"),
    ("listen", "*:65536"),
    ("listen", "*:-1"),
    ("listen", "*:"),
    ("listen", "*:٣"),
    ("listen", "*:" + "9" * 5000),
    ("database", "~nobody-has-this-name/reports.sqlite"),
    ("log_format", "xml"),
    ("log_level", "INFO"),
    ("max_upload_bytes", "1023"),
    ("max_upload_bytes", "1e6"),
    ("max_upload_bytes", "9" * 5000),
    ("max_upload_memory", "1048575"),
    ("expected_interval", "daily"),
    ("expected_interval", "0d"),
    ("expected_interval", "99999w"),
    ("tolerance", "-1h"),
    ("tolerance", "1"),
    ("keep_runs", "23h"),
    ("keep_messages", "never"),
    ("pull_interval", "59s"),
    ("pull_interval", "always"),
    ("max_log_lines", "1001"),
    ("max_servers", "0"),
    ("max_jobs", "0"),
    ("max_jobs_per_server", "-1"),
    ("max_requests", "15"),
    ("max_header_bytes", "4095"),
    ("request_timeout", "0s"),
    ("upload_patience", "0s"),
    ("upload_tokens", "short"),
    ("upload_tokens", "0123456789abcdef,short nas"),
    ("upload_tokens", "sha256:0123"),
    ("upload_tokens", " , "),
    ("read_tokens", "0123456789abcdef nas"),
    ("metrics_tokens", "0123456789äöüßäöüß"),
    ("trusted_proxies", "proxy.example"),
    ("trusted_proxies", "10.0.0.0/33"),
    ("allowed_origins", "*"),
    ("allowed_origins", "https://page.example/"),
    ("allowed_hosts", "*"),
    ("allowed_hosts", "https://nas.example"),
    ("allowed_hosts", "nas.example:9666"),
    ("allowed_hosts", "nas.example," + "x" * 254),
    ("page", "no"),
    ("page", "FALSE"),
    ("route_prefix", "/"),
    ("route_prefix", "backups"),
    ("route_prefix", "/backups/"),
    ("route_prefix", "/backups/../x"),
    ("route_prefix", "/%2e%2e"),
    ("route_prefix", "/" + "b" * 100),
    ("route_prefix", "/api/backups"),
    ("timezone", "Berlin"),
    ("timezone", "CET/../x"),
    ("notify_url", "ntfy.example/backups"),
    ("notify_url", "ntfy://"),
    ("notify_url", "ntfy://a/b\nntfy://c/d"),
    ("notify_url", "ntfy://" + "x" * 2000),
    ("notify_url", "\n"),
    ("digest_url", "me@mail.example"),
    ("digest_at", "every 1w"),
    ("digest_at", "cron 0 8 * *"),
    ("heartbeat_url", "ntfy://a/b"),
    ("heartbeat_url", "https://[::1"),
    ("heartbeat_url", "https://:80"),
    ("heartbeat_url", "https://hc.example:99999/1"),
    ("heartbeat_every", "9s"),
    ("heartbeat_every", "never"),
    ("public_url", "backups.example"),
    ("public_url", "ftp://backups.example"),
    ("public_url", "https://me:secret@backups.example"),
    ("public_url", "https://backups.example/?a=b"),
    ("public_url", "https://backups.example/?"),
    ("public_url", "https://backups.example/#top"),
    ("public_url", "https://backups.example/a b"),
    ("templates", "/dev/null"),
    ("templates", "missing"),
    ("admin_token", "short"),
    ("admin_token", "sixteen with spaces"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_with_where_it_was_given(name: str, value: str) -> None:
    variable = f"DUPLISTATUS_{name.upper()}"
    (problem,) = problems_of({}, {variable: value})
    assert problem.startswith(f"{variable}: ")


def test_every_fault_of_all_sources_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, 'tolerance = "soon"\ncolour = "blue"\nlog_level = true')
    environment = {"DUPLISTATUS_LOG_FORMAT": "xml", "DUPLISTATUS_LOGLEVEL": "info"}
    problems = problems_of({"config": path, "listen": "nowhere"}, environment)
    for told in (f"{path}: tolerance", "colour is unknown", "log_level must be", "--listen: "):
        assert sum(told in problem for problem in problems) == 1
    for told in ("DUPLISTATUS_LOG_FORMAT: ", "DUPLISTATUS_LOGLEVEL is unknown"):
        assert sum(problem.startswith(told) for problem in problems) == 1
    assert len(problems) == 6


def test_an_unknown_key_is_told_with_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems_of({"config": written(tmp_path, "tolerence = '1h'")})
    assert "tolerence is unknown" in problem
    assert "tolerance" in problem.partition("expected one of")[2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("collect_every = '15m'", "collect_every was renamed to pull_interval"),
        ("[[collect]]\nurl = 'https://nas'", "collect was renamed to pull"),
    ],
)
def test_a_key_of_before_is_told_with_the_present_one(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    assert problems_of({"config": path}) == [f"{path}: {told}"]


@pytest.mark.parametrize("value", ["true", "1.5", "['a']", "{}", "2026-01-01", "''"])
def test_a_value_of_another_type_is_a_fault(tmp_path: Path, value: str) -> None:
    (problem,) = problems_of({"config": written(tmp_path, f"listen = {value}")})
    assert "listen must be" in problem


@pytest.mark.parametrize("value", ["1.5", "[true]", "{}", "2026-01-01", "''"])
def test_a_boolean_of_another_type_is_a_fault(tmp_path: Path, value: str) -> None:
    (problem,) = problems_of({"config": written(tmp_path, f"page = {value}")})
    assert "page must be true or false" in problem


@pytest.mark.parametrize("content", [b"listen = ", b"[override", b"\xff\xfe", b"listen: nas"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "duplistatus.toml"
    path.write_bytes(content)
    (problem,) = problems_of({"config": str(path)})
    assert problem.startswith(f"{path} is not valid TOML")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        (problem,) = problems_of({"config": str(path)})
        assert problem.startswith(f"{path} cannot be read")


def test_every_fault_of_the_overrides_is_told_with_its_number(tmp_path: Path) -> None:
    text = (
        '[[override]]\nschedule = "sometimes"\ncolour = "blue"\n'
        '[[override]]\nserver = "nas"\n'
        "[[override]]\ntolerance = 5"
    )
    problems = problems_of({"config": written(tmp_path, text)})
    found = [re.search(r"override (\d)", problem) for problem in problems]
    assert [match.group(1) for match in found if match] == ["1", "1", "2", "3"]
    assert problems_of({"config": written(tmp_path, "override = 5")})


def test_every_fault_of_both_kinds_of_tables_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, '[[pull]]\nurl = "nas"\n[[override]]\ncolour = "blue"')
    told = problems_of({"config": path})
    assert [problem.removeprefix(f"{path}: ").partition(":")[0] for problem in told] == [
        "override 1",
        "pull 1",
        "pull 1",
    ]
