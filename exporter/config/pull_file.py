"""A [[pull]] table that is added to the configuration file of a person."""

import json
import tomllib
from pathlib import Path

from exporter.config.pull_targets import PullTarget


def add_table(path: Path, target: PullTarget) -> bool:
    """Add the table of a server at the end of a file; return whether it was not there yet.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: it is not TOML.
    """
    text = path.read_text(encoding="utf-8")
    tables = tomllib.loads(text).get("pull", [])
    known = {each.get("url", "").rstrip("/") for each in tables if isinstance(each, dict)}
    if target.url in known:
        return False
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{'' if text.endswith(chr(10)) or not text else chr(10)}\n{as_toml(target)}")
    return True


def as_toml(target: PullTarget) -> str:
    """Return the table of a server; paths are written whole, for the daemon has another folder."""
    texts = {
        "url": target.url,
        "name": target.name,
        "password_file": _whole(target.password_file),
        "token_file": _whole(target.token_file),
        "fingerprint": target.fingerprint,
        "ca_file": _whole(target.ca_file),
    }
    # A string of JSON in ASCII is one of TOML too.
    lines = [f"{key} = {json.dumps(value)}" for key, value in texts.items() if value]
    lines += ["insecure = true"] if target.insecure else []
    return "\n".join(["[[pull]]", *lines, ""])


def _whole(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
