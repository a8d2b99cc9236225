"""How this machine reaches packages and names, laid into a bare system; and nothing else of it.

Passwords outside of the settings, such as apt's auth.conf, are not copied.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.deploy.bare_system import PATH, TRUSTED, TRUSTED_INSIDE, trust

_APT = re.compile(r"Acquire::(?:https?(?:::|\b)|Retries|Check-|Force|ForceIPv).*", re.MULTILINE)
_PIP = re.compile(
    r"^(?:global|install|:env:)\.(index-url|extra-index-url|proxy|trusted-host|timeout|"
    r"default-timeout|retries)='(.*)'$",
    re.MULTILINE,
)
_NPM = ("registry", "proxy", "https-proxy", "noproxy")
_UNSET = ("", "null", "undefined")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def lay_into(root: Path) -> None:
    """Let a system reach what this machine reaches."""
    trust(root)
    for path in (Path("/etc/resolv.conf"), Path("/etc/hosts")):
        if path.exists():
            shutil.copy(path, root / "etc")
    of_node = npm({name: _output("npm", "config", "get", name) for name in _NPM})
    for name, text in {**of_python_and_debian(), "root/.npmrc": of_node}.items():
        (root / name).write_text(text, encoding="utf-8")


def of_python_and_debian() -> dict[str, str]:
    """Return files by their path in a system that trusts whom this machine trusts."""
    trusted = f"cert = {TRUSTED_INSIDE}\n" if TRUSTED.exists() else ""
    return {
        "etc/apt/apt.conf.d/90machine": apt(_output("apt-config", "dump", "Acquire")),
        "etc/pip.conf": pip(_output("pip", "config", "list")) + trusted,
    }


def variables() -> list[str]:
    """Return the variables of a login there, and of this machine's proxies."""
    trusted = [f"PIP_CERT={TRUSTED_INSIDE}", f"NODE_EXTRA_CA_CERTS={TRUSTED_INSIDE}"]
    proxies = [each for name in _PROXIES for each in (name, name.upper()) if each in os.environ]
    return [PATH, "HOME=/root", *trusted, *(f"{name}={os.environ[name]}" for name in proxies)]


def apt(settings: str) -> str:
    """Return the part of apt's settings that is about the way to the packages."""
    return "".join(f"{line}\n" for line in _APT.findall(settings))


def pip(settings: str) -> str:
    """Return that part of pip's; an index in a folder of this machine is not there."""
    lines = ["[global]\n"]
    for name, value in _PIP.findall(settings):
        there = [word for word in value.split() if not word.startswith("file:")]
        lines += [f"{name} = {' '.join(there)}\n"] if there else []
    return "".join(lines)


def npm(settings: dict[str, str]) -> str:
    """Return that part of npm's."""
    return "".join(f"{name}={value}\n" for name, value in settings.items() if value not in _UNSET)


def _output(*command: str) -> str:
    """Return what a program says of its settings; nothing where this machine does not have it."""
    found = shutil.which(command[0])
    if found is None:
        return ""
    asked = subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False)
    return asked.stdout.strip()
