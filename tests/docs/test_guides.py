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
from exporter.store.sqlite import Store
from tests.deploy.dockerfile import last
from tests.deploy.files import read
from tests.docs import daemon, pages
from tests.docs.guides import GUIDES, TEXT, source

_OURS = re.compile(r"(?:sudo )?(?:\S*/)?duplistatus ((?!serve ).*)")
_ENGINE = re.compile(r"^docker compose .* exec duplistatus ")
_LISTEN = "127.0.0.1:9666"


def _lines() -> list[str]:
    """Return every line of a shell in the guides, those of a container without its engine."""
    shown = "".join(block.text for page in GUIDES.values() for block in pages.blocks(page, "bash"))
    joined = shown.replace("\\\n", "")
    return [
        re.sub(r"^docker compose .* exec duplistatus ", "", line) for line in joined.splitlines()
    ]


def _of_tables() -> list[str]:
    """Return the commands that tables tell."""
    found = [
        command for row in pages.rows(TEXT, "the job") for command in pages.code(row["what to do"])
    ]
    assert found
    return found


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


@pytest.mark.parametrize("row", pages.rows(TEXT, "the line says"), ids=lambda row: row["why"])
def test_a_message_of_a_failed_start_is_one_of_the_daemon(row: dict[str, str]) -> None:
    (message,) = pages.code(row["the line says"])
    assert message in source()


def test_every_page_shows_the_same_options_for_duplicati() -> None:
    """But for the address: those that the daemon's own log shows."""
    text = TEXT + pages.read("README.md")
    shown = re.findall(r"^ *(--send-http-(?!url)[^\s\\]+)", text, re.MULTILINE)
    own = {f"--send-http-{each}" for each in re.findall(r'"--send-http-([^"{]+)"', source())}
    assert set(shown) == own
    assert set(re.findall(r"--send-http-url=(\S+/api/\w+)", text)) == {
        "http://your-duplistatus-server:9666/api/upload",
        "https://backups.example.org/api/upload",
    }


def test_the_sizes_of_fleets_follow_from_the_measured_ones() -> None:
    (measured,) = [row for row in pages.rows(TEXT, "what") if row.get("what") == "a run, on disk"]
    a_run = int(re.findall(r"\d+", measured["takes"])[0])
    units = {"MB": 10**6, "GB": 10**9}
    for row in pages.rows(TEXT, "fleet"):
        runs = int(row["jobs"].replace(",", "")) * 365
        assert int(row["runs a year, daily"].replace(",", "")) == runs
        amount, unit = row["disk a year"].split()
        assert float(amount) * units[unit] == pytest.approx(runs * a_run, rel=0.06)


def test_the_limit_at_the_proxy_is_as_told() -> None:
    assert "33 MiB" in GUIDES["docs/reverse-proxy.md"]
    assert "client_max_body_size 33m;" in read("proxy/nginx.conf")
    assert "max_size 33MiB" in read("proxy/Caddyfile")
    assert f"> {33 * 1024 * 1024}`" in read("proxy/Caddyfile")
    assert f"DUPLISTATUS_LISTEN={_LISTEN}" in GUIDES["docs/reverse-proxy.md"]


def test_the_container_is_as_told() -> None:
    assert f"as user {last('USER').text.partition(':')[0]}," in GUIDES["docs/installation.md"]
    compose = yaml.safe_load(read("docker/compose.yaml"))
    assert "in the volume `data`" in GUIDES["docs/installation.md"]
    assert {*compose["volumes"]} == {"data"}


def _restoring() -> list[str]:
    """Return what the guide does with the files when a copy is restored."""
    restore = GUIDES["docs/operations.md"].partition("To restore")[2]
    lines = pages.blocks(restore, "bash")[0].text.splitlines()
    files = [line.removeprefix("sudo ") for line in lines if "systemctl" not in line]
    return [line for line in files if not line.startswith("cd ")]


def test_restoring_works_after_a_loss_of_power_too(filled_database: Path, tmp_path: Path) -> None:
    """Then a log of the lost database lies there, which would ruin the copy."""
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
