"""The configuration from flags, the environment and the file: which value counts."""

from pathlib import Path

import pytest

from exporter.config import Config, gather, load
from exporter.config.notifications import Notifications
from exporter.config.options import OPTIONS
from exporter.config.parsers import Address
from exporter.limits import Limits
from exporter.model.live import STALL_AFTER
from exporter.schedule.expressions import Every, Off
from exporter.times import DAY, HOUR, MINUTE
from tests.exporter.config.test_web_config import USERS
from tests.exporter.config.written import written

MIB = 1024 * 1024


def test_nothing_has_to_be_configured() -> None:
    config = load({}, {})
    assert config.listen == Address(None, 9666)
    assert config.database == Path("duplistatus.sqlite")
    assert (config.log_format, config.log_level) == ("human", "info")
    assert config.limits == Limits()
    assert config.limits.max_upload_bytes == 32 * MIB
    assert (config.upload_tokens, config.read_tokens, config.metrics_tokens) == ((), (), ())
    assert config.admin_token == ()
    assert (config.policy.expected_interval, config.policy.tolerance) == (DAY, HOUR)
    assert config.policy.overrides == ()
    assert config.stall_after == STALL_AFTER
    assert config.page
    assert config.route_prefix == ""
    assert (config.pull_interval, config.pull_targets) == (None, ())
    assert config.notifications == Notifications()


def test_flags_win_over_the_environment_over_the_file_over_the_defaults(tmp_path: Path) -> None:
    text = 'listen = "127.0.0.1:1"\nlog_level = "error"\ntolerance = "3h"'
    environment = {
        "DUPLISTATUS_CONFIG": written(tmp_path, text),
        "DUPLISTATUS_LISTEN": "127.0.0.1:2",
        "DUPLISTATUS_LOG_LEVEL": "warning",
    }
    config = load({"listen": "127.0.0.1:3", "log_level": None}, environment)
    assert config.listen.port == 3
    assert config.log_level == "warning"
    assert config.policy.tolerance == 3 * HOUR
    assert config.policy.expected_interval == DAY


def test_each_setting_is_told_with_where_it_comes_from(tmp_path: Path) -> None:
    path = written(tmp_path, 'tolerance = "3h"')
    given = gather({"config": path, "listen": "*:1"}, {"DUPLISTATUS_LOG_LEVEL": "debug"})
    sources = {name: setting.source for name, setting in given.settings.items()}
    assert sources["listen"] == "--listen"
    assert sources["log_level"] == "DUPLISTATUS_LOG_LEVEL"
    assert sources["tolerance"] == f"{path}: tolerance"
    assert sources["database"] == "default"


def test_the_flag_that_names_the_file_wins_over_the_environments(tmp_path: Path) -> None:
    flag = written(tmp_path, 'tolerance = "3h"')
    config = load({"config": flag}, {"DUPLISTATUS_CONFIG": str(tmp_path / "missing.toml")})
    assert config.policy.tolerance == 3 * HOUR


def test_an_empty_variable_or_flag_counts_as_not_given() -> None:
    config = load({"listen": ""}, {"DUPLISTATUS_LISTEN": "", "DUPLISTATUS_CONFIG": ""})
    assert config == load({}, {})


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_read_from_the_environment_and_from_the_file(
    tmp_path: Path, option: object
) -> None:
    name = str(getattr(option, "name", ""))
    other = {
        "listen": "[::1]:1",
        "database": "other.sqlite",
        "log_format": "json",
        "log_level": "debug",
        "max_upload_bytes": "4096",
        "max_upload_memory": "4194304",
        "expected_interval": "12h",
        "tolerance": "30m",
        "stall_after": "20m",
        "pull_interval": "15m",
        "keep_runs": "53w",
        "keep_messages": "forever",
        "max_log_lines": "0",
        "max_servers": "1",
        "max_jobs": "1",
        "max_jobs_per_server": "1",
        "max_requests": "16",
        "max_header_bytes": "4096",
        "request_timeout": "10s",
        "upload_patience": "10s",
        "upload_tokens": "0123456789abcdef nas",
        "read_tokens": "0123456789abcdef",
        "metrics_tokens": "0123456789abcdef",
        "admin_token": "0123456789abcdef",
        "web_config_file": str(tmp_path / "web.yml"),
        "trusted_proxies": "127.0.0.1, 2001:db8::/32",
        "allowed_origins": "https://page.example",
        "allowed_hosts": "nas.example, Backups.Example.",
        "page": "false",
        "route_prefix": "/backups",
        "timezone": "America/Lima",
        "notify_url": "ntfy://ntfy.example/backups",
        "digest_url": "mailto://me:secret@mail.example",
        "digest_at": "cron 0 7 * * * Europe/Berlin",
        "heartbeat_url": "https://hc.example/1",
        "heartbeat_every": "30s",
        "public_url": "https://backups.example",
        "templates": str(tmp_path),
    }
    (tmp_path / "web.yml").write_text(USERS)
    beside = {"DUPLISTATUS_DIGEST_URL": "json://localhost"} if name == "digest_at" else {}
    by_variable = load({}, {f"DUPLISTATUS_{name.upper()}": other[name], **beside})
    by_file = load({"config": written(tmp_path, f'{name} = "{other[name]}"')}, beside)
    assert by_variable == by_file != load({}, beside)


def test_the_admin_token_is_no_flag_that_others_on_the_machine_could_read() -> None:
    flags = {option.name: option.flag for option in OPTIONS}
    assert flags["admin_token"] is None
    assert flags["max_upload_bytes"] == "--max-upload-bytes"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("*:9666", Address(None, 9666)),
        (":9666", Address(None, 9666)),
        ("127.0.0.1:80", Address("127.0.0.1", 80)),
        ("[::1]:80", Address("::1", 80)),
        ("localhost:0", Address("localhost", 0)),
        ("nas:65535", Address("nas", 65535)),
    ],
)
def test_an_address_has_a_host_and_a_port(text: str, address: Address) -> None:
    assert load({"listen": text}, {}).listen == address


def test_hosts_are_compared_without_case_and_the_dot_of_the_root() -> None:
    assert load({"allowed_hosts": "NAS.Example., b"}, {}).allowed_hosts == {"nas.example", "b"}


def test_a_number_in_the_file_is_read_as_the_text_it_stands_for(tmp_path: Path) -> None:
    config = load({"config": written(tmp_path, "max_upload_bytes = 4096")}, {})
    assert config.limits.max_upload_bytes == 4096


@pytest.mark.parametrize("value", ["true", "false", "'true'", "'false'"])
def test_a_boolean_in_the_file_is_read_as_one_or_as_its_text(tmp_path: Path, value: str) -> None:
    config = load({"config": written(tmp_path, f"page = {value}")}, {})
    assert config.page is ("true" in value)


@pytest.mark.parametrize("service", ["DUPLISTATUS", "DUPLISTATUS_EXPORTER", "DUPLISTATUS_METRICS"])
def test_what_kubernetes_sets_beside_a_service_is_no_configuration(service: str) -> None:
    environment = {
        f"{service}_SERVICE_HOST": "10.0.0.1",
        f"{service}_SERVICE_PORT": "9666",
        f"{service}_SERVICE_PORT_HTTP": "9666",
        f"{service}_PORT": "tcp://10.0.0.1:9666",
        f"{service}_PORT_9666_TCP": "tcp://10.0.0.1:9666",
        f"{service}_PORT_9666_TCP_PROTO": "tcp",
        f"{service}_PORT_9666_TCP_PORT": "9666",
        f"{service}_PORT_9666_TCP_ADDR": "10.0.0.1",
    }
    assert load({}, environment) == load({}, {})


def test_variables_of_other_programs_are_none_of_ours() -> None:
    environment = {"PATH": "/bin", "MY_DUPLISTATUS_LISTEN": "x", "duplistatus_x": "y"}
    assert load({}, environment) == load({}, {})


def overridden(folder: Path, text: str) -> Config:
    return load({"config": written(folder, text)}, {})


def test_overrides_hold_for_the_jobs_they_match(tmp_path: Path) -> None:
    config = overridden(
        tmp_path,
        '[[override]]\nserver = "laptop*"\nschedule = "off"\n'
        '[[override]]\nbackup = "Mail"\nschedule = "every 2h"\ntolerance = "5m"\n'
        'expected_interval = "1w"',
    )
    laptops, mail = config.policy.overrides
    assert (laptops.server, laptops.backup, laptops.plan) == ("laptop*", "*", Off())
    assert (mail.server, mail.backup, mail.plan) == ("*", "Mail", Every(2 * HOUR))
    assert (mail.tolerance, mail.expected_interval) == (5 * MINUTE, 7 * DAY)


def test_servers_to_pull_from_stand_in_tables(tmp_path: Path) -> None:
    text = '[[pull]]\nurl = "https://nas:8200"\npassword_file = "/etc/nas"\nname = "nas"'
    (target,) = overridden(tmp_path, text).pull_targets
    assert (target.name, target.url, target.password_file) == (
        "nas",
        "https://nas:8200",
        Path("/etc/nas"),
    )


@pytest.mark.parametrize("database", ["postgresql://host/reports", "reports.sqlite"])
def test_a_line_break_at_the_end_of_a_file_is_no_part_of_the_database(
    tmp_path: Path, database: str
) -> None:
    file = tmp_path / "url"
    file.write_text(f"{database}\n", encoding="utf-8")
    parsed = load({}, {"DUPLISTATUS_DATABASE_FILE": str(file)}).database
    assert parsed == load({"database": database}, {}).database
