"""Builds the image from the Dockerfile as users have it, by buildah and without a registry.

What the Dockerfile begins with is made here by debootstrap, with the settings that Docker's image
of Debian has. It is kept with every layer for later runs, so that these take seconds. Needs root.
"""

import contextlib
import fcntl
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.deploy.bare_system import bootstrap
from tests.deploy.dockerfile import stages
from tests.deploy.files import DEPLOY, ROOT
from tests.support.forky import cache
from tests.support.process.commands import needed
from tests.tools import machine_settings

IMAGE = "localhost/duplistatus:test"
BASE = stages()[0][0].text.split()[0]
_SUITES = {"debian:13-slim": "trixie"}
_MOST_IMAGES = 200
"""Each layer is one. With more of them all is made anew: those of other commits are in the way."""

_OF_DOCKERS_DEBIAN = {
    "etc/apt/apt.conf.d/docker-clean": (
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin"; };\n'
        'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
    ),
    "etc/dpkg/dpkg.cfg.d/docker": (
        "path-exclude /usr/share/doc/*\npath-include /usr/share/doc/*/copyright\n"
        "path-exclude /usr/share/info/*\npath-exclude /usr/share/man/*\n"
        "path-exclude /usr/share/locale/*\n"
    ),
}
_EMPTIED = ("var/cache/apt/archives", "var/lib/apt/lists")


class Builder:
    """Buildah with images of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        places = {"root": folder / "images", "runroot": folder / "run"}
        self._command = [needed("buildah"), "--storage-driver=overlay"]
        self._command += [f"--{name}={place}" for name, place in places.items()]

    def run(self, *arguments: str | Path) -> str:
        """Run a command of it, and return what it prints; an error is what it says."""
        done = subprocess.run(
            [*self._command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def build(self, *options: str) -> None:
        """Build the image; what has not changed since an earlier run is not built again."""
        self._make_base()
        dockerfile = DEPLOY / "docker/Dockerfile"
        with tempfile.TemporaryDirectory() as name:
            ways = [f"--volume={path}:/{inside}:ro" for inside, path in _ways(Path(name))]
            told = [f"--file={dockerfile}", f"--ignorefile={dockerfile}.dockerignore"]
            kind = ("--isolation=chroot", "--format=docker", "--layers", "--pull-never")
            self.run("bud", *kind, *told, *ways, *options, f"--tag={IMAGE}", ".")

    def inspect(self, image: str) -> Any:  # noqa: ANN401 - of JSON
        """Return what an image says of itself, as Docker would."""
        return json.loads(self.run("inspect", "--type=image", image))["Docker"]

    def size(self, image: str) -> int:
        """Return how many bytes an image has unpacked, in all its layers."""
        layers = self.inspect(image)["rootfs"]["diff_ids"]
        kept = json.loads((self._folder / "images/overlay-layers/layers.json").read_bytes())
        sizes = {each["diff-digest"]: each["diff-size"] for each in kept if "diff-digest" in each}
        return sum(sizes[layer] for layer in layers)

    @contextlib.contextmanager
    def container(self) -> Iterator[str]:
        """Make a container of the image for as long as it is needed; yield its name."""
        name = self.run("from", "--pull-never", IMAGE)
        try:
            yield name
        finally:
            self.run("rm", name)

    def _make_base(self) -> None:
        images = self.run("images", "--all", "--quiet").split()
        if len(images) > _MOST_IMAGES:
            self.run("rmi", "--all", "--force")
        tag = f"docker.io/library/{BASE}"
        if tag in self.run("images", "--format={{.Name}}:{{.Tag}}").split():
            return
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "root"
            bootstrap(_SUITES[BASE], root)
            _lay_into(root)
            container = self.run("from", "scratch")
            self.run("add", "--quiet", container, root, "/")
            self.run("config", "--cmd=bash", container)
            self.run("commit", "--quiet", "--rm", container, tag)


@contextlib.contextmanager
def builder() -> Iterator[Builder]:
    """Have the kept images for oneself."""
    folder = cache() / "container"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Builder(folder)


def _lay_into(root: Path) -> None:
    for name, text in _OF_DOCKERS_DEBIAN.items():
        (root / name).write_text(text, encoding="ascii")
    for name in _EMPTIED:
        shutil.rmtree(root / name)
        (root / name / "partial").mkdir(parents=True)


def _ways(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield files that tell apt and pip how this machine reaches packages, which no image keeps."""
    for number, (inside, text) in enumerate(machine_settings.of_python_and_debian().items()):
        path = folder / str(number)
        path.write_text(text, encoding="utf-8")
        yield inside, path
