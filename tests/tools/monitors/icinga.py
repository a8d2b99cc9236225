"""Icinga 2 itself checks the backups as the page shows, and writes what it understood."""

import os
import subprocess
from pathlib import Path

from tests.docs import pages
from tests.support import doc_hooks
from tests.support.process.commands import environment, program
from tests.support.process.waiting import eventually

PACKAGES = ("icinga2-bin", "icinga2-common")
LIBRARIES = ("libboost-context1.74.0", "libboost-coroutine1.74.0", "libboost-thread1.74.0")
"""Of Debian 12, for its Icinga."""

_SECONDS = 60.0
_FOLDERS = ("DataDir", "LogDir", "CacheDir", "SpoolDir", "InitRunDir")
_AROUND = """
library "checker"
library "perfdata"
object CheckerComponent "checker" {{ }}
object PerfdataWriter "perfdata" {{
  host_perfdata_path = "{folder}/host"
  service_perfdata_path = "{folder}/service"
  host_temp_path = "{folder}/host-temp"
  service_temp_path = "{folder}/service-temp"
  rotation_interval = 1s
  service_format_template = "$service.state_id$ $service.output$ | $service.perfdata$"
}}
object CheckCommand "nothing" {{ command = [ "/bin/true" ] }}
object Host "nas" {{
  check_command = "nothing"
  vars.duplistatus_url = "{url}"
}}
"""


def check(folder: Path, root: Path, url: str) -> str:
    """Return the state, the output and the figures as Icinga writes them for graphs."""
    shown = doc_hooks.block(pages.read("docs/integrations.md"), "icinga")
    shown = shown.replace("/usr/bin/duplistatus", program())
    settings = folder / "icinga2.conf"
    around = _AROUND.format(folder=folder, url=url)
    settings.write_text(around + shown, encoding="utf-8")
    libraries = root / "usr/lib" / f"{os.uname().machine}-linux-gnu"
    variables = environment({"LD_LIBRARY_PATH": f"{libraries}:{libraries}/icinga2"})
    command = [str(libraries / "icinga2/sbin/icinga2"), "daemon", "-c", str(settings)]
    command += _defines(folder)
    subprocess.run([*command, "-C"], env=variables, check=True, capture_output=True)
    with subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL) as running:
        try:
            return eventually(lambda: _written(folder), "a check by Icinga", _SECONDS)
        finally:
            running.terminate()


def _defines(folder: Path) -> list[str]:
    values = {name: str(folder / name) for name in _FOLDERS}
    for path in values.values():
        Path(path).mkdir()
    values |= {"RunAsUser": "root", "RunAsGroup": "root", "ConfigDir": str(folder)}
    return [word for name, value in values.items() for word in ("-D", f"{name}={value}")]


def _written(folder: Path) -> str | None:
    files = sorted(folder.glob("service.*"))
    return "".join(each.read_text(encoding="utf-8") for each in files) or None
