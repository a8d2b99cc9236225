from pathlib import Path

import pytest

from tests.exporter.cli.conftest import Commands
from tests.support.process import commands

SECRET = "hunter2SECRET"
CONFIG = f"""
[[notify]]
name = "phone"
url = "ntfy://me:{SECRET}@ntfy.example/backups"
on = ["overdue", "storage"]
servers = ["laptop-*", "nas"]
hold = "10m"
repeat = "never"
quiet = "22:00-07:00 Europe/Berlin"
recovered = false

[[notify]]
url = "ntfy://ntfy.example/{SECRET}"
on = ["trouble", "warning"]

[[digest]]
name = "monday"
url = "mailto://me:{SECRET}@mail.example"
backups = "Doc*"

[heartbeat]
url = "https://hc.example/{SECRET}"
every = "30s"

[[heartbeat.job]]
server = "nas"
backup = "Documents\\u001b[2J"
url = "https://hc.example/{SECRET}/2"
"""

SHOWN = """\
notify phone: ntfy://…; servers laptop-*, nas; backups *; on overdue, storage; hold 10m; \
repeat never; quiet 22:00-07:00 Europe/Berlin; recovered false
notify ntfy: ntfy://…; servers *; backups *; on trouble, warning; hold 0s; \
repeat 1d; quiet never; recovered true
digest monday: mailto://…; servers *; backups Doc*; at cron 0 8 * * 1 UTC
heartbeat: https://…; every 30s
heartbeat.job: https://…; server "nas" backup "Documents\\x1b[2J"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "duplistatus.toml"
    file.write_text(CONFIG)
    return file


def test_check_config_says_who_is_told_what_but_not_where(command: Commands, config: Path) -> None:
    told = command.output("check-config", "--config", str(config))
    assert told.endswith(SHOWN)
    assert f"heartbeat_url = (hidden)  ({config}: heartbeat: url)" in told.splitlines()
    assert f"heartbeat_every = 30s  ({config}: heartbeat: every)" in told.splitlines()
    assert SECRET not in told


def test_check_config_names_every_address_that_cannot_be_used(
    command: Commands, config: Path
) -> None:
    config.write_text(CONFIG.replace("ntfy://", "nfty://").replace("mailto://", "tgram://"))
    finished = command("check-config", "--config", str(config))
    assert finished.code == 2
    assert [line.partition(" Apprise")[0] for line in finished.err.splitlines()] == [
        "duplistatus: notify phone:",
        "duplistatus: notify nfty:",
        "duplistatus: digest monday:",
    ]
    assert SECRET not in finished.out + finished.err


def test_the_daemon_does_not_start_with_an_address_that_cannot_be_used(tmp_path: Path) -> None:
    variables = {"DUPLISTATUS_NOTIFY_URL": f"nfty://{SECRET}@ntfy.example"}
    told = commands.refusal(commands.run("serve", folder=tmp_path, variables=variables))
    assert "notify default: Apprise does not know this kind of address" in told
    assert SECRET not in told
    assert list(tmp_path.iterdir()) == []
