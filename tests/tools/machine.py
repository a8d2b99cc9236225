"""A system made anew in a folder, with a fresh clone, and what is run in it. Needs root."""

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from tests.deploy.bare_system import Process, apart, bootstrap, command, finish, has_keys
from tests.deploy.files import ROOT
from tests.tools import machine_settings

CLONE = "/srv/duplistatus"
_ANY = ("ca-certificates", "python3")
"""What any machine has that got a clone from somewhere and can run Python."""

_MAKER = "trixie"
"""It has the keys of Ubuntu, and a debootstrap that knows all suites."""

_PREPARE = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "debootstrap", "ubuntu-keyring"),
)
_MADE = "made"

_ENTER = """
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount --rbind /dev "$0/dev"
exec chroot "$0" env -i "$@"
"""


class Machine:
    """One system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def made(cls, suite: str, folder: Path) -> "Machine":
        """Make a system in an empty folder; in Debian 13 where the suite's keys are missing here.

        Raises:
            NotMadeError: when it cannot be made.
        """
        root = folder / "root"
        if suite == _MAKER or has_keys(suite):
            bootstrap(suite, root, *_ANY)
        else:
            maker = cls.made(_MAKER, folder)
            for words in (*_PREPARE, command(suite, f"/{_MADE}", *_ANY)):
                finish(maker.running(*words))
            root /= _MADE
        machine_settings.lay_into(root)
        # What is removed soon need not reach the disk.
        (root / "etc/dpkg/dpkg.cfg.d/machine").write_text("force-unsafe-io\n", encoding="ascii")
        return cls(root)

    def copied(self, root: Path) -> "Machine":
        """Return a copy of it in a folder that is not there yet."""
        subprocess.run(["cp", "--archive", self._root, root], check=True)
        return Machine(root)

    def path(self, inside: str) -> Path:
        """Return where a path of it is here."""
        return self._root / inside.lstrip("/")

    def clone(self) -> None:
        """Lay what is committed here into it."""
        target = self.path(CLONE)
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, target], check=True)

    def running(self, *words: str, folder: str = "/") -> AbstractContextManager[Process]:
        """Run a command in a folder of it; at the end nothing of the command is left."""
        inside = [f"--chdir={folder}", *machine_settings.variables(), *words]
        return apart("bash", "-ec", _ENTER, str(self._root), *inside)
