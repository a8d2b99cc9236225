"""Flags as exporters of Prometheus spell them."""

from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands
from tests.exporter.config.test_web_config import USERS


@pytest.mark.parametrize("address", [":9666", "0.0.0.0:9666", "[::]:9666", "localhost:0"])
def test_the_address_is_taken_as_exporters_take_it(command: Commands, address: str) -> None:
    shown = command.output("check-config", "--web.listen-address", address)
    assert f"listen = {address}  (--listen)" in shown.splitlines()


@pytest.mark.parametrize(
    "flags",
    [
        ("--web.listen-address=:1", "--web.listen-address=:2"),
        ("--listen=:1", "--web.listen-address=:2"),
    ],
)
def test_a_second_address_is_refused(command: Commands, flags: tuple[str, ...]) -> None:
    assert "--web.listen-address: only one is possible" in command.refusal("check-config", *flags)


def test_of_our_own_flag_the_last_counts(command: Commands) -> None:
    shown = command.output("check-config", "--listen", ":1", "--listen", ":2")
    assert "listen = :2  (--listen)" in shown.splitlines()


@pytest.mark.parametrize("flag", ["--web.config.file", "--web-config-file"])
def test_the_configuration_is_checked_with_the_file_of_users(
    command: Commands, tmp_path: Path, flag: str
) -> None:
    file = tmp_path / "web.yml"
    file.write_text(USERS)
    shown = command.output("check-config", flag, str(file))
    assert f"web_config_file = {file}  (--web-config-file)" in shown.splitlines()
    assert "$2" not in shown
    file.write_text("tls_server_config: {}\n")
    told = command.refusal("check-config", flag, str(file))
    assert "docs/reverse-proxy.md" in told
    assert "has no basic_auth_users" in told


def test_the_help_shows_both_spellings(command: Commands) -> None:
    told = " ".join(command.output("serve", "--help").split())
    assert "--web.listen-address HOST:PORT" in told
    assert "--web.config.file FILE" in told
