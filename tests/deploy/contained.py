"""Runs what is in the image as an engine would: as its user, on a root that cannot be written."""

import subprocess
from pathlib import Path
from typing import Any, NamedTuple

_ENTER = """
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t tmpfs tmpfs "$0/tmp"
mount --bind "$1" "$0/data"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
exec setpriv --no-new-privs chroot --userspec="$2" "$0" env -i --chdir="$3" "${@:4}"
"""


class Contained(NamedTuple):
    """An image that is mounted, what it says of itself, and a folder for its volume."""

    root: Path
    config: dict[str, Any]
    data: Path

    def command(self, *words: str, **variables: str) -> list[str]:
        """Return the command that runs a program in it, on the network of this machine."""
        enter = ["unshare", "--mount", "--propagation=private", "bash", "-ec", _ENTER]
        places = [str(self.root), str(self.data), self.config["User"], self.config["WorkingDir"]]
        told = [f"{name}={value}" for name, value in variables.items()]
        return [*enter, *places, *self.config["Env"], *told, *words]

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program in it to its end."""
        command = self.command(*words, **variables)
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def python(self, code: str, **variables: str) -> str:
        """Run a line of Python in it, which is to succeed without a word of warning."""
        done = self.run("python", "-W", "error", "-c", code, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout.strip()

    def holds(self, pattern: str) -> list[str]:
        """Return what there is in it by a pattern of paths."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern))
