"""The guides name options, variables, routes, files and messages that there are."""

import re
import shlex
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from falcon.testing import TestClient

from exporter.cli import main
from exporter.reports.sender_options import REPORTS, duplicati_options, retrying_options
from exporter.store.sqlite import Store
from tests.deploy.dockerfile import last
from tests.deploy.files import read
from tests.docs import daemon, pages
from tests.docs.guides import GUIDES, TEXT, source
from tests.support import doc_hooks

_OURS = re.compile(r"(?:sudo )?(?:\S*/)?duplistatus ((?!serve |files |connect ).*)")
"""A command that asks a database; serve would not end, and the others have no database."""

_ENGINE = re.compile(r"^docker (?:compose .* )?exec duplistatus ")
_LISTEN = "127.0.0.1:9666"


def _lines() -> list[str]:
    """Return every line of a shell in the guides, those of a container without its engine."""
    shown = "".join(block.text for page in GUIDES.values() for block in pages.blocks(page, "bash"))
    joined = shown.replace("\\\n", "")
    return [_ENGINE.sub("", line) for line in joined.splitlines()]


def _of_tables() -> list[str]:
    """Return the commands in tables."""
    rows = doc_hooks.rows(GUIDES["docs/troubleshooting.md"], "overdue-jobs")
    return [command for _, advice in rows for command in pages.code(advice)]


COMMANDS = sorted(
    {match[1] for line in (*_lines(), *_of_tables()) if (match := _OURS.fullmatch(line))}
)


@pytest.mark.usefixtures("root_log")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works(command: str, filled_database: Path, tmp_path: Path) -> None:
    copy = daemon.database_in(tmp_path)
    shutil.copy(filled_database, copy)
    words = re.sub(r" --database \S+", "", command)
    made = re.sub(r"\S+\.sqlite$", str(tmp_path / "made.sqlite"), words)
    unasked = ["--yes"] if {"delete", "merge", "separate"} & set(words.split()) else []
    assert main([*shlex.split(made), *unasked, "--database", str(copy)]) == 0


def test_the_commands_are_those_of_this_program() -> None:
    assert {command.split()[0] for command in COMMANDS} == {
        "backup-database",
        "check-config",
        "job",
        "jobs",
        "server",
        "servers",
    }


@pytest.mark.parametrize(
    "url", sorted({line.split()[-1] for line in _lines() if line.startswith("curl ")})
)
def test_a_request_is_answered(url: str, client: TestClient) -> None:
    answer = client.simulate_get(urlsplit(url).path)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_file_that_a_command_takes_is_there(name: str) -> None:
    for file in re.findall(r"\bdeploy/[\w./-]+[\w]", pages.read(name)):
        assert (pages.ROOT / file).exists(), file


@pytest.mark.parametrize(
    "row",
    doc_hooks.rows(GUIDES["docs/troubleshooting.md"], "failed-starts"),
    ids=lambda row: row[1],
)
def test_a_message_of_a_failed_start_is_one_of_the_daemon(row: list[str]) -> None:
    (message,) = pages.code(row[0])
    assert message in source()


def test_a_message_of_a_rejected_report_is_one_of_the_daemon() -> None:
    rows = doc_hooks.rows(GUIDES["docs/troubleshooting.md"], "rejected-reports")
    messages = [message for status, *_ in rows for message in pages.code(status)]
    assert messages
    assert [message for message in messages if message not in source()] == []


def test_every_page_shows_the_same_options_for_duplicati() -> None:
    """But for the address: those that the daemon's own pages and log show."""
    text = TEXT + pages.read("README.md")
    shown = re.findall(r"^ *(--send-http-(?!url|json-urls)[^\s\\]+=[^\s\\]+)", text, re.MULTILINE)
    own = {*duplicati_options(""), *retrying_options("")} - {"--send-http-url=", f"{REPORTS}="}
    assert set(shown) == own
    assert set(re.findall(r"--send-http-(?:url|json-urls)=(\S+/api/\w+)", text)) == {
        "http://your-duplistatus-server:9666/api/upload",
        "https://backups.example.org/api/upload",
    }


def test_the_sizes_of_fleets_follow_from_the_measured_ones() -> None:
    (_, run_size), *_ = doc_hooks.rows(GUIDES["docs/operations.md"], "sizes")
    bytes_of_a_run = re.search(r"(\d+) bytes", run_size)
    assert bytes_of_a_run is not None
    a_run = int(bytes_of_a_run[1])
    units = {"MB": 10**6, "GB": 10**9}
    for _, jobs, runs_a_year, disk_a_year, _ in doc_hooks.rows(
        GUIDES["docs/operations.md"], "fleets"
    ):
        runs = int(jobs.replace(",", "")) * 365
        assert int(runs_a_year.replace(",", "")) == runs
        amount, unit = disk_a_year.split()
        assert float(amount) * units[unit] == pytest.approx(runs * a_run, rel=0.06)


def test_the_limit_at_the_proxy_is_as_documented() -> None:
    assert "33 MiB" in GUIDES["docs/reverse-proxy.md"]
    assert "client_max_body_size 33m;" in read("proxy/nginx.conf")
    assert "max_size 33MiB" in read("proxy/Caddyfile")
    assert f"> {33 * 1024 * 1024}`" in read("proxy/Caddyfile")
    assert f"DUPLISTATUS_LISTEN={_LISTEN}" in GUIDES["docs/reverse-proxy.md"]


def test_the_container_is_as_documented() -> None:
    page = GUIDES["docs/installation.md"]
    user = int(last("USER").text.partition(":")[0])
    (volume,) = yaml.safe_load(read("docker/compose.yaml"))["volumes"].values()
    assert doc_hooks.numbers(page, "container")[0] == user
    for text in (
        doc_hooks.text(page, "container"),
        doc_hooks.text(GUIDES["docs/containers.md"], "volume"),
    ):
        assert volume["name"] in pages.code(text)


def _restoring() -> list[str]:
    """Return what the guide does with the files when a copy is restored."""
    lines = doc_hooks.block(GUIDES["docs/operations.md"], "restore").splitlines()
    files = [line.removeprefix("sudo ") for line in lines if "systemctl" not in line]
    return [line for line in files if not line.startswith("cd ")]


def test_restoring_works_after_a_loss_of_power_too(filled_database: Path, tmp_path: Path) -> None:
    """The lost database then leaves its write-ahead log, which would ruin the copy."""
    origin = tmp_path / "origin.sqlite"
    copy, lost = tmp_path / "copy.sqlite", tmp_path / "duplistatus.sqlite"
    shutil.copy(filled_database, origin)
    assert main(["backup-database", str(copy), "--database", str(origin)]) == 0
    with closing(Store(tmp_path / "running.sqlite")) as running:
        running.check_writable()
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{tmp_path}/running.sqlite{end}", f"{lost}{end}")
    script = "\n".join(_restoring()).replace("/var/backups/duplistatus.sqlite", str(copy))
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, check=True)
    with closing(Store(lost)) as restored, closing(Store(origin)) as before:
        assert restored.snapshot() == before.snapshot()
