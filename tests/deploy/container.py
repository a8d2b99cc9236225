"""Builds and runs the container without an engine: `python -m tests.deploy.container`.

Each stage of the Dockerfile is a Debian made by debootstrap. RUN happens in it, COPY copies, and
what the image starts is run in it as the image's user, on a root that cannot be written. An
engine's own part is left out: its base image, layers, labels, network and limits.

Needs root, Debian's debootstrap, and the way to Debian's and Python's packages; takes some minutes.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.bare_system import PATH, TRUSTED_INSIDE, bootstrap
from tests.deploy.dockerfile import Instruction, last, stages
from tests.deploy.files import ROOT
from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon

SUITES = {"debian:13-slim": "trixie"}
LARGE = 2 * 1024 * 1024
"""A body that waits in a file in /tmp while it comes in."""

_ENTER = """
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t tmpfs tmpfs "$0/tmp"
mount --bind "$1" "$0/data"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
shift
exec setpriv --no-new-privs chroot --userspec=10001:10001 "$0" "$@"
"""


class Stage:
    """One stage: its root, and what its instructions set."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.variables = [PATH]
        self.folder = "/"

    def inside(self, path: str) -> Path:
        """Return where a path of the container is on this machine."""
        return self.root / str(Path(self.folder, path)).lstrip("/")

    def apply(self, each: Instruction, earlier: dict[str, "Stage"]) -> None:
        """Do what an instruction says; those that only tell an engine something do nothing."""
        if each.name == "RUN":
            self._run(each.text)
        elif each.name == "COPY":
            self._copy(each.text.split(), earlier)
        elif each.name == "WORKDIR":
            self.folder = each.text
            self.inside("").mkdir(parents=True, exist_ok=True)
        elif each.name in ("ENV", "ARG"):
            self.variables += each.text.split()

    def _run(self, text: str) -> None:
        _tell(f"RUN {text}")
        trusted = f"PIP_CERT={TRUSTED_INSIDE}"
        line = f"cd {self.folder} && {text}"
        command = ["chroot", str(self.root), "env", "-i", *self.variables, trusted]
        command += ["sh", "-ec", line]
        subprocess.run(command, check=True)

    def _copy(self, words: list[str], earlier: dict[str, "Stage"]) -> None:
        _tell(f"COPY {' '.join(words)}")
        if words[0].startswith("--from="):
            source = earlier[words.pop(0).partition("=")[2]]
            paths = [source.inside(word) for word in words[:-1]]
        else:
            paths = [ROOT / word for word in words[:-1]]
        for path in paths:
            target = self.inside(words[-1])
            if path.is_dir():
                shutil.copytree(path, target, symlinks=True)
            else:
                shutil.copy(path, target)


def build(folder: Path) -> Stage:
    """Build every stage; return the last one."""
    built: dict[str, Stage] = {}
    for number, (begin, *instructions) in enumerate(stages()):
        image, _, name = begin.text.partition(" AS ")
        stage = built[name or "last"] = Stage(folder / f"stage-{number}")
        _tell(f"FROM {image}, by debootstrap")
        bootstrap(SUITES[image], stage.root)
        for each in instructions:
            stage.apply(each, built)
    return built["last"]


def entered(stage: Stage, data: Path) -> list[str]:
    """Return the command that runs a program in a stage as an engine would."""
    unshare = ["unshare", "--mount", "--propagation=private", "bash", "-ec", _ENTER]
    return [*unshare, str(stage.root), str(data), "env", "-i", *stage.variables]


def run(stage: Stage, data: Path) -> None:
    """Run what the image starts, see that it works, and that its health check does."""
    (action,) = last("CMD").words
    command = [*entered(stage, data), *last("ENTRYPOINT").words]
    with Daemon(data.parent, *ANY_PORT, command=command, action=action) as daemon:
        mounts = Path(f"/proc/{daemon.process.pid}/mounts").read_text(encoding="utf-8")
        assert any(line.split()[1] == "/" and " ro" in line for line in mounts.splitlines())
        health = [word.replace("9666", str(daemon.port)) for word in last("HEALTHCHECK").words]
        inside = ["chroot", str(stage.root), "env", "-i", *stage.variables]
        subprocess.run([*inside, *health], check=True)
        daemon.upload(reports.documented())
        assert daemon.post(b"x" * LARGE).status_code == 400
        assert daemon.get("/api/health").status_code == 200
        assert daemon.stop() == 0
    assert (data / "duplistatus.sqlite").stat().st_uid == int(last("USER").text.partition(":")[0])


def _tell(text: str) -> None:
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()


def main() -> None:
    """Build, run, and remove everything."""
    with tempfile.TemporaryDirectory(prefix="duplistatus-container-") as name:
        folder = Path(name)
        stage = build(folder)
        data = folder / "data"
        shutil.copytree(stage.inside("/data"), data)
        subprocess.run(["chown", "--recursive", last("USER").text, data], check=True)
        folder.chmod(0o755)
        run(stage, data)
    _tell("the container's steps work")


if __name__ == "__main__":
    main()
