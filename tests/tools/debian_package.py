"""The Debian package on bare systems, from its build to its purge; `debian_package` runs it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.bare_system import NotMadeError
from tests.support.process.commands import needed
from tests.tools.fresh_machine import SUITES, Outcome, asked, try_each
from tests.tools.machine import CLONE, Machine
from tests.tools.package_life import STEPS, Life, done, install
from tests.tools.readme_commands import FailedError, print_line

_USAGE = f"debian_package [{' '.join(SUITES)}]"
_NEEDED = ("debhelper", "dpkg-dev", "python3-venv")
_NEWER = (
    "sed -i 's/^version = .*/version = \"99.0.0\"/' pyproject.toml\n"
    "echo '# Of the newer version.' >>deploy/debian/duplistatus.toml"
)
"""Makes the next version, whose configuration file is another one."""


def tried(system: str) -> Outcome:
    """Make a system, build the package in a copy of it, see it through its life, remove all."""
    with tempfile.TemporaryDirectory(prefix="duplistatus-machine-") as folder:
        print_line(f"== {system}: making it")
        try:
            machine = Machine.made(SUITES[system], Path(folder))
            builder = machine.copied(Path(folder, "builder"))
            builder.clone()
        except NotMadeError as error:
            return Outcome(system, [f"NOT MADE ({error})"], passed=False)
        return _lived(system, builder, machine)


def _lived(system: str, builder: Machine, machine: Machine) -> Outcome:
    lines: list[str] = []
    try:
        life = Life(machine, *_built(builder, machine))
        lines.append(f"built {life.package.name}, which lintian takes")
        for name, step in STEPS.items():
            print_line(f"== {system}: {name}")
            lines.append(f"{name} ({step(life)})")
    except (FailedError, AssertionError, subprocess.SubprocessError) as error:
        return Outcome(system, [*lines, f"FAILED ({error})"], passed=False)
    return Outcome(system, lines, passed=True)


def _built(builder: Machine, machine: Machine) -> tuple[Path, Path]:
    """Build the package and a newer one; return where they are in the machine, as it sees them."""
    done(builder, "apt-get", "update", "-qq")
    install(builder, "--no-install-recommends", *_NEEDED)
    package = _build(builder, "/srv/built", machine)
    done(builder, "bash", "-ec", _NEWER, folder=CLONE)
    return package, _build(builder, "/srv/newer", machine)


def _build(builder: Machine, folder: str, machine: Machine) -> Path:
    print_line(f"== deploy/debian/build {folder}")
    done(builder, "deploy/debian/build", folder, folder=CLONE)
    (package,) = builder.path(folder).glob("*.deb")
    subprocess.run([needed("lintian"), "--fail-on", "error", package], check=True)
    shutil.copy(package, machine.path("/srv"))
    return Path("/srv", package.name)


def main() -> int:
    """Try each system; return 0 when all that were asked for passed."""
    return try_each(asked(sys.argv[1:], _USAGE).systems, tried)


if __name__ == "__main__":
    sys.exit(main())
