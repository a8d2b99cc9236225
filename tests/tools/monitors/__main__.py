"""`python -m tests.tools.monitors`: Nagios, Icinga 2 and parts of Zabbix, as Debian 12 has them."""

import sys
import tempfile
from pathlib import Path

from exporter.times import HOUR, now
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.reports_builder import duplicati_report
from tests.tools.monitors import debian, icinga, nagios, zabbix

_HOSTILE = "a'b\"|x=1;2\n3"


def main() -> int:
    """Fetch the programs, run each on a daemon with a backup that fails, and print a line each."""
    packages = (*nagios.PACKAGES, *icinga.PACKAGES, *icinga.LIBRARIES, *zabbix.PACKAGES)
    with tempfile.TemporaryDirectory() as name:
        root = debian.unpack(Path(name), *packages)
        with Daemon(_made(name, "daemon"), *ANY_PORT) as daemon:
            _report(daemon)
            _nagios(_made(name, "nagios"), root, daemon.url)
            _icinga(_made(name, "icinga"), root, daemon.url)
            _zabbix(_made(name, "zabbix"), root, daemon)
    return 0


def _report(daemon: Daemon) -> None:
    """Upload what every script of Zabbix finds a value in, and a failure with a hostile name."""
    began, source, stored = now() - HOUR, {"SizeOfExaminedFiles": 5}, {"KnownFileSize": 7}
    daemon.upload(duplicati_report(began=began, backup="Photos", data=source, backend=stored))
    daemon.upload(duplicati_report(began=began, backup=_HOSTILE, status="Fatal"))


def _made(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.mkdir()
    return path


def _nagios(folder: Path, root: Path, url: str) -> None:
    known = nagios.check(folder, root, url)
    assert known["current_state"] == "2", known
    assert known["performance_data"].startswith("jobs=2;;;0; in_trouble=1;;;0;2 "), known
    assert "x=1;2 3" in known["long_plugin_output"], known
    sys.stdout.write(f"nagios    ok: {known['plugin_output']}\n")


def _icinga(folder: Path, root: Path, url: str) -> None:
    written = icinga.check(folder, root, url)
    assert written.startswith("2 BACKUPS CRITICAL - "), written
    assert "| jobs=2;;;0" in written, written
    sys.stdout.write(f"icinga    ok: {written.splitlines()[0]}\n")


def _zabbix(folder: Path, root: Path, daemon: Daemon) -> None:
    zabbix.validate(folder, root)
    paths = {"duplistatus.status": "/api/status", "duplistatus.jobs": "/api/jobs?limit=1000"}
    answers = {key: daemon.get(path).text for key, path in paths.items()}
    count = zabbix.run_scripts(folder, root, answers)
    sys.stdout.write(f"zabbix    ok: the template is valid, {count} scripts agree\n")


if __name__ == "__main__":
    sys.exit(main())
