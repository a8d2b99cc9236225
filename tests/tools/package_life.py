"""The life of the Debian package in a bare system, step by step, as its administrator sees it.

No systemd runs there. What would start and stop the units is asked of one that only takes notes,
and the daemon is started by its unit's command, as its user and without rights.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.tools.machine import Machine
from tests.tools.readme_commands import FailedError, serve

PROGRAM = "/usr/bin/duplistatus"
HOME = "/usr/lib/duplistatus-exporter"
CONFIG = "/etc/duplistatus/duplistatus.toml"
DATA = "/var/lib/duplistatus"
_EDITED = '\ntolerance = "2h"\n'
_NOTES = "/var/log/systemctl"
_SYSTEMCTL = f"""#!/bin/sh
echo "$*" >>{_NOTES}
case " $* " in *" is-enabled "*) echo enabled ;; esac
"""
_UNITS = re.compile(r"^(?:--\S+ )*(start|restart|stop) (.*)$", re.MULTILINE)


class Life(NamedTuple):
    """A system, and two packages in it of which the second is newer."""

    machine: Machine
    package: Path
    newer: Path


def done(machine: Machine, *words: str, folder: str = "/") -> str:
    """Let a command end; return what it says.

    Raises:
        FailedError: when it fails.
    """
    with machine.running(*words, folder=folder) as process:
        output = process.communicate()[0].decode(errors="replace")
    if process.returncode:
        message = f"{' '.join(words)} ended with {process.returncode}: {output[-2000:]}"
        raise FailedError(message)
    return output


def install(machine: Machine, *words: str) -> str:
    """Install packages without a question."""
    return _apt(machine, "install", *words)


def _apt(machine: Machine, *words: str) -> str:
    # What an administrator changed is kept, as dpkg proposes when it asks.
    quiet = ("-y", "-qq", "-o", "Dpkg::Options::=--force-confdef")
    return done(machine, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *quiet, *words)


def installed(life: Life) -> str:
    """Install the package; it finds what it depends on, and is ready to start."""
    machine = life.machine
    machine.path("/run/systemd/system").mkdir(parents=True)
    machine.path("/usr/bin/systemctl").write_text(_SYSTEMCTL, encoding="ascii")
    machine.path("/usr/bin/systemctl").chmod(0o755)
    done(machine, "apt-get", "update", "-qq")
    install(machine, "--no-install-recommends", str(life.package))
    _check_asked(machine, 0, "start duplistatus.socket", "start duplistatus.service")
    owned = done(machine, "stat", "--format=%U:%G %a", CONFIG).strip()
    assert owned == "root:duplistatus 640", owned
    assert any(machine.path(HOME).rglob("__pycache__")), "nothing was compiled"
    done(machine, PROGRAM, "check-config")
    return f"user {done(machine, 'id', '--user', 'duplistatus').strip()}"


def served(life: Life) -> str:
    """Run the daemon as its unit does; the commands find its database by themselves."""
    machine = life.machine
    unit = _unit(machine)
    owner = [f"--owner={unit['User']}", f"--group={unit['Group']}"]
    mode = f"--mode={unit['StateDirectoryMode']}"
    done(machine, "install", "-d", *owner, mode, f"/var/lib/{unit['StateDirectory']}")
    told = serve(machine, *_as(unit), *unit["ExecStart"].split())
    assert _jobs(machine) == 1
    return told


def upgraded(life: Life) -> str:
    """Upgrade it; the changed configuration and the reports are kept, and it serves again."""
    machine = life.machine
    config = machine.path(CONFIG)
    edited = config.read_text(encoding="utf-8").replace("\n# Tables", f"{_EDITED}\n# Tables")
    config.write_text(edited, encoding="utf-8")
    before = len(_asked(machine))
    install(machine, "--no-install-recommends", str(life.newer))
    # The socket stays open: what comes meanwhile waits.
    _check_asked(machine, before, "start duplistatus.socket", "restart duplistatus.service")
    version = done(machine, PROGRAM, "--version").strip()
    assert version.endswith(" 99.0.0"), version
    assert config.read_text(encoding="utf-8") == edited
    assert "tolerance = 2h" in done(machine, PROGRAM, "check-config")
    assert _jobs(machine) == 1
    serve(machine, *_as(_unit(machine)), *_unit(machine)["ExecStart"].split())
    return version


def removed(life: Life) -> str:
    """Remove it; the configuration and the reports are kept."""
    machine = life.machine
    before = len(_asked(machine))
    _apt(machine, "remove", "duplistatus-exporter")
    # The two at once: a report that comes between would start the daemon again.
    both = "stop duplistatus.socket duplistatus.service"
    _check_asked(machine, before, both, "stop duplistatus.service", "stop duplistatus.socket")
    left = [path for path in (PROGRAM, HOME) if machine.path(path).exists()]
    assert left == [], left
    assert _EDITED in machine.path(CONFIG).read_text(encoding="utf-8")
    assert machine.path(f"{DATA}/duplistatus.sqlite").exists()
    return "configuration and reports kept"


def purged(life: Life) -> str:
    """Purge it; the configuration goes, the reports are kept, and it says so."""
    machine = life.machine
    said = _apt(machine, "purge", "duplistatus-exporter")
    assert not machine.path(CONFIG).parent.exists()
    assert machine.path(f"{DATA}/duplistatus.sqlite").exists()
    assert f"rm -r {DATA}" in said, said
    left = done(machine, "find", "/etc", "/usr", "-name", "*duplistatus*").split()
    assert left == [], left
    return "reports kept, configuration gone"


STEPS: dict[str, Callable[[Life], str]] = {
    "installed": installed,
    "served": served,
    "upgraded": upgraded,
    "removed": removed,
    "purged": purged,
}


def _unit(machine: Machine) -> dict[str, str]:
    """Return the directives of the installed unit, of each its last value."""
    (path,) = machine.path("/usr/lib/systemd/system").glob("duplistatus.service")
    pairs = re.findall(r"^(\w+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(pairs)


def _as(unit: dict[str, str]) -> list[str]:
    """Return what runs a command as a unit's user."""
    who = [f"--reuid={unit['User']}", f"--regid={unit['Group']}", "--clear-groups"]
    return ["setpriv", *who, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]


def _jobs(machine: Machine) -> int:
    """Return how many backups a command of root's sees."""
    return len(json.loads(done(machine, PROGRAM, "jobs", "--json")))


def _asked(machine: Machine) -> list[str]:
    """Return what systemd was asked for until now."""
    notes = machine.path(_NOTES).read_text(encoding="utf-8")
    return [" ".join(asked) for asked in _UNITS.findall(notes)]


def _check_asked(machine: Machine, number: int, *expected: str) -> None:
    """Check what systemd was asked for after a number of other requests."""
    asked = _asked(machine)[number:]
    assert asked == [*expected], asked
