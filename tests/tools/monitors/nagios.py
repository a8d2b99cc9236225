"""Nagios itself checks the backups as the page shows, and writes down what it understood."""

import re
import subprocess
from pathlib import Path

from tests.docs import pages
from tests.support import doc_hooks
from tests.support.process.commands import environment, program
from tests.support.process.waiting import eventually

PACKAGES = ("nagios4-core",)
_SECONDS = 60.0

_OBJECTS = """
define timeperiod {
    timeperiod_name always
    alias           always
}
define command {
    command_name nothing
    command_line /bin/true
}
define contact {
    contact_name                  nobody
    host_notification_period      always
    service_notification_period   always
    host_notification_commands    nothing
    service_notification_commands nothing
}
define host {
    host_name          localhost
    address            127.0.0.1
    check_command      nothing
    max_check_attempts 1
    contacts           nobody
}
define service {
    name               generic-service
    register           0
    max_check_attempts 1
    contacts           nobody
}
"""


def check(folder: Path, root: Path, url: str) -> dict[str, str]:
    """Return what Nagios knows of the service: `current_state`, `plugin_output` and so on."""
    nagios = root / "usr/sbin/nagios4"
    settings = _configure(folder, url)
    subprocess.run((nagios, "-v", settings), check=True, capture_output=True)
    with subprocess.Popen(
        (nagios, settings), env=environment(), stdout=subprocess.DEVNULL
    ) as running:
        try:
            return eventually(lambda: _known(folder), "a check by Nagios", _SECONDS)
        finally:
            running.terminate()


def _configure(folder: Path, url: str) -> Path:
    shown = doc_hooks.block(pages.read("docs/integrations.md"), "nagios")
    shown = shown.replace("/usr/bin/duplistatus", program()).replace("http://localhost:9666", url)
    (folder / "objects.cfg").write_text(shown + _OBJECTS, encoding="utf-8")
    (folder / "results").mkdir()
    paths = {
        "log_file": "nagios.log",
        "cfg_file": "objects.cfg",
        "object_cache_file": "objects.cache",
        "status_file": "status.dat",
        "temp_file": "nagios.tmp",
        "temp_path": "results",
        "check_result_path": "results",
        "state_retention_file": "retention.dat",
        "lock_file": "nagios.lock",
        "command_file": "commands",
        "query_socket": "query",
    }
    lines = [f"{key}={folder / name}" for key, name in paths.items()]
    more = (
        "status_update_interval=1",
        "service_inter_check_delay_method=n",  # else the first check is after half an hour
        "nagios_user=root",
        "nagios_group=root",
    )
    path = folder / "nagios.cfg"
    path.write_text("\n".join([*lines, *more, "check_for_updates=0", ""]), encoding="utf-8")
    return path


def _known(folder: Path) -> dict[str, str] | None:
    status = folder / "status.dat"
    found = status.read_text(encoding="utf-8") if status.exists() else ""
    match = re.search(r"^servicestatus \{\n(.*?)\}", found, re.MULTILINE | re.DOTALL)
    if match is None:
        return None
    pairs = (line.strip().partition("=") for line in match[1].splitlines())
    known = {key: text for key, _, text in pairs}
    return known if known["has_been_checked"] == "1" else None
