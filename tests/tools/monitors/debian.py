"""Packages of this machine's Debian, unpacked in a folder and not installed."""

import subprocess
from pathlib import Path


def unpack(folder: Path, *packages: str) -> Path:
    """Fetch packages with apt, and return the folder that stands for the root of a system.

    Raises:
        subprocess.CalledProcessError: a package cannot be had.
    """
    root = folder / "root"
    fetched = folder / "packages"
    fetched.mkdir()
    # apt's own user may not see the folder.
    apt = ("apt-get", "--quiet=2", "--option=APT::Sandbox::User=root", "download", *packages)
    subprocess.run(apt, cwd=fetched, check=True)
    for archive in fetched.glob("*.deb"):
        subprocess.run(("dpkg", "--extract", archive, root), check=True)
    return root
