"""Tries the recipes for Home Assistant in a real one: python -m tests.tools.home_assistant PYTHON.

PYTHON is a program that Home Assistant can run with, such as python3.13; the environment is made in
a folder that may be named, too, and is used again.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from exporter.times import MINUTE, now
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.live import activity
from tests.support.mosquitto import Mosquitto
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

_TOKEN = "the-token-of-this-tool"
_SECONDS = 60.0
_INSIDE = Path(__file__).with_name("inside.py")
_PAGE = "docs/integrations.md"

Json = dict[str, Any]


def environment(python: str, folder: Path) -> Path:
    """Return the Python of an environment with Home Assistant, made where it is missing."""
    inside = folder / "bin" / "python"
    if not inside.exists():
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        _install(inside, "homeassistant")
        found = folder.glob("lib/*/site-packages/homeassistant/components/*/manifest.json")
        manifests = [each for each in found if each.parent.name in ("mqtt", "rest")]
        for each in manifests:
            _install(inside, *json.loads(each.read_text(encoding="utf-8"))["requirements"])
    return inside


def _install(python: Path, *packages: str) -> None:
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)


class HomeAssistant:
    """One that runs in a process of its own."""

    def __init__(self, python: Path, folder: Path, broker: Mosquitto, rest: str) -> None:
        self._process = subprocess.Popen(
            [str(python), str(_INSIDE), str(folder), str(broker.port), rest],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin"},
        )

    def snapshot(self) -> Json:
        """Return what people would see now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: Json = json.loads(self._process.stdout.readline())
        return found

    def shows(self, what: str, look: Callable[[Json], object]) -> None:
        """Wait until it shows something, and print that it does."""
        seen: Json = {}

        def found() -> bool:
            seen.clear()
            seen.update(self.snapshot())
            return bool(look(seen))

        try:
            eventually(found, what, _SECONDS)
        except AssertionError:
            sys.stdout.write(json.dumps(seen, indent=1) + "\n")
            raise
        sys.stdout.write(f"ok: {what}\n")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def state(seen: Json, entity: str) -> str | None:
    """Return the state of an entity, None where there is none."""
    found = seen["entities"].get(entity)
    return None if found is None else str(found["state"])


def report(daemon: Daemon, backup: str, status: str = "Success", server: str = "nas") -> None:
    """Upload a report."""
    data = {"SizeOfExaminedFiles": 5 * 2**30, "ExaminedFiles": 1000}
    machine = "m-1" if server == "nas" else server
    body = duplicati_report(
        began=now() - 10 * MINUTE,
        backup=backup,
        status=status,
        server=server,
        machine_id=machine,
        data=data,
    )
    daemon.upload(body)


def change(method: str, url: str, body: Json | None = None) -> None:
    """Change something as an administrator."""
    headers = {"Authorization": f"Bearer {_TOKEN}"}
    answer = requests.request(method, url, json=body, headers=headers, timeout=10)
    assert answer.ok, answer.text


def check(home: HomeAssistant, daemon: Daemon) -> None:
    """See that all is shown, and follows what happens."""
    good, bad = "sensor.nas_documents", "binary_sensor.nas_photos_7_7"
    home.shows(
        "a device for each server and one for the totals",
        lambda seen: {"nas", "duplistatus"} == set(seen["devices"]),
    )
    home.shows(
        "eight entities of each backup and five totals, each of its device",
        lambda seen: (
            [each["device"] for each in seen["entities"].values()].count("nas") == 16
            and [each["device"] for each in seen["entities"].values()].count("duplistatus") == 5
        ),
    )
    home.shows("a size", lambda seen: state(seen, f"{good}_size") == "5.0")
    home.shows("a success", lambda seen: state(seen, f"{good}_last_run") == "success")
    home.shows("no progress", lambda seen: state(seen, f"{good}_progress") == "unknown")
    home.shows("a problem", lambda seen: state(seen, f"{bad}_problem") == "on")
    home.shows(
        "why it is one",
        lambda seen: seen["entities"][f"{bad}_problem"]["attributes"]["conditions"] == ["failing"],
    )
    home.shows("the totals", lambda seen: state(seen, "sensor.duplistatus_failing_backups") == "1")
    home.shows(
        "the same by REST",
        lambda seen: (
            state(seen, "sensor.backups_failing") == "1"
            and state(seen, "binary_sensor.backups_problem") == "on"
        ),
    )
    live = activity(began=now() - MINUTE, at=now(), done=0.5)
    requests.post(f"{daemon.url}/api/activity", data=live, timeout=10).raise_for_status()
    home.shows("progress", lambda seen: state(seen, f"{good}_progress") == "50")
    home.shows("a run", lambda seen: state(seen, "binary_sensor.nas_documents_running") == "on")
    report(daemon, "Music", server="attic")
    home.shows("a new server", lambda seen: "attic" in seen["devices"])
    change("POST", f"{daemon.url}/api/servers/1/merge", {"from": [2]})
    home.shows(
        "a backup that was moved to another server",
        lambda seen: (
            set(seen["devices"]) == {"nas", "duplistatus"}
            and [each["device"] for each in seen["entities"].values()].count("nas") == 24
        ),
    )
    change("DELETE", f"{daemon.url}/api/jobs/2")
    home.shows("no backup that was deleted", lambda seen: state(seen, f"{bad}_problem") is None)
    change("PATCH", f"{daemon.url}/api/servers/1", {"alias": "Office"})
    home.shows("the alias of a server", lambda seen: "Office" in seen["devices"])
    home.shows("no complaint", lambda seen: seen["complaints"] == [])
    daemon.kill()
    home.shows(
        "that the daemon is away",
        lambda seen: state(seen, f"{good}_last_run") == "unavailable",
    )


def main(python: str, made: str = "") -> None:
    """Try it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("daemon", "home", "broker"):
            (folder / name).mkdir()
        inside = environment(python, Path(made or folder / "environment"))
        with Mosquitto(folder / "broker") as broker:
            _with_daemon(inside, folder, broker)


def _with_daemon(inside: Path, folder: Path, broker: Mosquitto) -> None:
    config = folder / "daemon" / "mqtt.toml"
    config.write_text(f'public_url = "https://backups.example"\n[mqtt]\nurl = "{broker.url}"\n')
    flags = (*ANY_PORT, "--config", str(config))
    variables = {"DUPLISTATUS_ADMIN_TOKEN": _TOKEN}
    with Daemon(folder / "daemon", *flags, variables=variables) as daemon:
        report(daemon, "Documents")
        report(daemon, "Photos {{ 7 * 7 }}", "Error")
        rest = doc_hooks.block(pages.read(_PAGE), "home-assistant-rest")
        rest = rest.replace("http://localhost:9666", daemon.url)
        home = HomeAssistant(inside, folder / "home", broker, rest)
        try:
            check(home, daemon)
        finally:
            home.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
