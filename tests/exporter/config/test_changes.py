"""What cannot change while the daemon runs is named, option by option."""

from pathlib import Path

import pytest

from exporter.config import load
from exporter.config.changes import unchangeable
from exporter.config.option import Option
from exporter.config.options import OPTIONS
from tests.exporter.config.test_web_config import USERS

WITH_DIGEST = {"DUPLISTATUS_DIGEST_URL": "json://hook.example"}
OTHER = {
    "listen": "127.0.0.1:1",
    "database": "other.sqlite",
    "log_format": "json",
    "log_level": "debug",
    "max_upload_bytes": "5000",
    "max_upload_memory": "2097152",
    "max_log_lines": "7",
    "max_servers": "7",
    "max_jobs": "7",
    "max_jobs_per_server": "7",
    "max_requests": "17",
    "max_header_bytes": "5000",
    "request_timeout": "7s",
    "upload_patience": "7s",
    "keep_runs": "70d",
    "keep_messages": "70d",
    "expected_interval": "7h",
    "tolerance": "7h",
    "stall_after": "7h",
    "pull_interval": "7h",
    "upload_tokens": "another-token-of-uploads",
    "read_tokens": "another-token-of-readers",
    "metrics_tokens": "another-token-of-scrapes",
    "admin_token": "another-token-of-an-admin",
    "trusted_proxies": "192.0.2.1",
    "allowed_origins": "https://page.example",
    "allowed_hosts": "backups.example",
    "page": "false",
    "route_prefix": "/backups",
    "timezone": "Europe/Berlin",
    "notify_url": "json://hook.example",
    "digest_url": "json://other.example",
    "digest_at": "cron 0 7 * * *",
    "heartbeat_url": "https://hook.example",
    "heartbeat_every": "7m",
    "public_url": "https://backups.example",
}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_that_changes_is_named_if_it_needs_a_restart(
    option: Option, tmp_path: Path
) -> None:
    users = tmp_path / "web.yml"
    users.write_text(USERS, encoding="utf-8")
    files = {"templates": str(tmp_path), "web_config_file": str(users)}
    other = {**files, **OTHER}[option.name]
    before, after = load({}, WITH_DIGEST), load({}, {**WITH_DIGEST, option.variable: other})
    assert before != after
    problems = unchangeable(before, after)
    assert [each.split()[0] for each in problems] == [option.name] * option.needs_restart
    assert all("restart" in each for each in problems)


def test_what_stays_the_same_is_never_named() -> None:
    assert unchangeable(load({}, {}), load({}, {})) == []


def test_no_secret_of_a_database_is_told() -> None:
    before = load({}, {"DUPLISTATUS_DATABASE": "postgresql://me:old-secret@h.example/d"})
    after = load({}, {"DUPLISTATUS_DATABASE": "postgresql://me:new-secret@h.example/d"})
    (told,) = unchangeable(before, after)
    assert "secret" not in told
