"""After a full run no token stands in anything that the daemon wrote or answered."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.process import commands, raw
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.reports import documented, payloads

UPLOAD, ROTATED, NAS = "upload-token-7c1e93", "rotated-token-b82d40", "token-of-nas-51fa06"
READ, SCRAPE, ADMIN = "reader-token-0e64b9", "scrape-token-93ab17", "admin-token-e5d208"
UNKNOWN = "unknown-token-2f7c65"
SECRETS = (UPLOAD, ROTATED, NAS, READ, SCRAPE, ADMIN, UNKNOWN)


class Closed(Daemon):
    """A daemon whose tokens are somewhere each: variable, file, credential and configuration."""

    def __init__(self, folder: Path) -> None:
        (folder / "secrets").mkdir()
        (folder / "secrets" / "upload").write_text(f"{UPLOAD}\n{ROTATED}\n{NAS} nas\n")
        (folder / "secrets" / "metrics_tokens").write_text(SCRAPE)
        stored = hashlib.sha256(READ.encode()).hexdigest()
        (folder / "duplistatus.toml").write_text(f'read_tokens = ["sha256:{stored}"]\n')
        self.variables = {
            "DUPLISTATUS_CONFIG": str(folder / "duplistatus.toml"),
            "DUPLISTATUS_UPLOAD_TOKENS_FILE": str(folder / "secrets" / "upload"),
            "DUPLISTATUS_ADMIN_TOKEN": ADMIN,
            "CREDENTIALS_DIRECTORY": str(folder / "secrets"),
        }
        flags = (*ANY_PORT, "--log-level", "debug", "--max-upload-bytes", "100000")
        super().__init__(folder, *flags, variables=self.variables)

    def ask(self, method: str, path: str, token: str, body: bytes | None = None) -> str:
        """Return all of an answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.request(
            method, f"{self.url}{path}", data=body, headers=headers, timeout=commands.BOUND_SECONDS
        )
        return f"{answer.status_code}\n{answer.headers}\n{answer.text}"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Closed]:
    with Closed(tmp_path) as daemon:
        yield daemon


def uploads(daemon: Closed) -> Iterator[str]:
    """Send every report and every fault, with each token in each place."""
    for token in (UPLOAD, ROTATED, NAS, READ, UNKNOWN, ADMIN):
        for body in (*payloads(), b"no report", f"token={token}".encode(), b"x" * 100_001):
            yield daemon.ask("POST", f"/api/upload?token={token}", "", body)
        coded = base64.b64encode(f"duplicati:{token}".encode()).decode()
        answer = daemon.post(documented("nas"), headers={"Authorization": f"Basic {coded}"})
        yield f"{answer.headers}{answer.text}"


def others(daemon: Closed) -> Iterator[str]:
    """Ask every route, with tokens that open it and others; paths that are none; no HTTP."""
    paths = ("/api/summary", "/api/rejected", "/api/backups", "/metrics", "/-/ready", "/nowhere")
    for token in SECRETS:
        for path in paths:
            yield daemon.ask("GET", f"{path}?token={token}", token)
        yield daemon.ask("DELETE", f"/api/jobs/99?token={token}", token)
        yield daemon.ask("PUT", f"/api/upload?token={token}", token)
        yield str(
            raw.exchange(daemon, f"GET /?token={token} HTTP/1.1\r\nno colon\r\n\r\n".encode())
        )
        yield str(raw.exchange(daemon, f"{token} nonsense\r\n\r\n".encode()))


def told_by_commands(daemon: Closed) -> Iterator[str]:
    folder = daemon.log.parent
    for words in (["jobs"], ["servers"], ["check-config"], ["job", "delete", "99", "--yes"]):
        done = commands.run(*words, folder=folder, variables=daemon.variables)
        yield done.stdout + done.stderr


def test_no_token_is_written_or_answered_anywhere(closed: Closed) -> None:
    answers = [*uploads(closed), *others(closed), *told_by_commands(closed)]
    assert any(answer.startswith("200") for answer in answers)
    assert any(answer.startswith("401") for answer in answers)
    assert any(answer.startswith("403") for answer in answers)
    answers.append(closed.ask("GET", "/api/rejected?limit=1000", READ))
    answers.append(closed.ask("GET", "/metrics", SCRAPE))
    assert closed.stop() == 0
    folder = closed.log.parent
    written = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert len(written) >= 3
    for secret in SECRETS:
        assert [answer for answer in answers if secret in answer] == []
        assert [path for path, content in written.items() if secret.encode() in content] == []


def test_a_token_can_be_changed_without_a_gap(closed: Closed) -> None:
    for token in (UPLOAD, ROTATED):
        assert closed.ask("POST", f"/api/upload?token={token}", "", b"{}").startswith("400")
    assert closed.ask("POST", f"/api/upload?token={UNKNOWN}", "", b"{}").startswith("401")


def test_the_commands_send_the_admin_token_where_reading_needs_one(closed: Closed) -> None:
    closed.ask("POST", f"/api/upload?token={UPLOAD}", "", payloads()[0])
    done = commands.run("jobs", "--json", folder=closed.log.parent, variables=closed.variables)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_start_says_what_is_open_where_others_reach_it(tmp_path: Path) -> None:
    variables = {"DUPLISTATUS_METRICS_TOKENS": SCRAPE}
    with Daemon(tmp_path, "--listen", "*:0", variables=variables) as daemon:
        event = daemon.wait_for_event("no authentication for these scopes; configure *_tokens")
        assert (event["level"], event["scopes"]) == ("warning", "upload,read")


def test_on_loopback_an_open_daemon_says_nothing(tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        daemon.wait_for_event("database opened")
        assert daemon.stop() == 0
        assert [event for event in daemon.events() if event["level"] == "warning"] == []


@pytest.mark.parametrize("content", ["", "\n", "short"])
def test_a_file_of_tokens_that_holds_none_refuses_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokens").write_text(content)
    variables = {"DUPLISTATUS_READ_TOKENS_FILE": "tokens"}
    told = commands.refusal(commands.run("serve", folder=tmp_path, variables=variables))
    assert "DUPLISTATUS_READ_TOKENS_FILE: " in told


def test_a_file_of_tokens_that_is_missing_refuses_the_start(tmp_path: Path) -> None:
    variables = {"DUPLISTATUS_READ_TOKENS_FILE": "missing"}
    told = commands.refusal(commands.run("serve", folder=tmp_path, variables=variables))
    assert "missing cannot be read" in told
