"""Zabbix's own frontend validates the template, and its own engine runs the scripts."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.deploy import zabbix
from tests.deploy.files import read

PACKAGES = (
    "zabbix-frontend-php",
    "zabbix-server-pgsql",
    "php8.2-cli",
    "php8.2-common",
    "php8.2-mbstring",
)
_SCRIPT = Path(__file__).with_name("validate.php")
_EXTENSIONS = ("ctype", "mbstring", "gettext")


def validate(folder: Path, root: Path) -> None:
    """Have the import's validator read the template, and the parsers each key and expression.

    Raises:
        subprocess.CalledProcessError: they do not accept something; they printed what.
    """
    template = folder / "template.json"
    template.write_text(json.dumps(yaml.safe_load(read("zabbix/duplistatus.yaml"))))
    (extensions,) = (root / "usr/lib/php").glob("20*")
    loaded = [f"-dextension={name}" for name in _EXTENSIONS]
    php = [str(root / "usr/bin/php8.2"), "-n", f"-dextension_dir={extensions}", *loaded]
    frontend = root / "usr/share/zabbix"
    subprocess.run([*php, str(_SCRIPT), str(frontend), str(template)], check=True)


def run_scripts(folder: Path, root: Path, answers: dict[str, str]) -> int:
    """Run each script of the template in Zabbix's engine and in Node; return how many agree.

    Raises:
        AssertionError: a script returns something else.
    """
    found = [(key, _of(key, root, folder, answers)) for key in _scripted()]
    for key, value in found:
        assert value == zabbix.value(key, answers, 1), (key, value)
    return len(found)


def _scripted() -> list[str]:
    items: dict[str, Any] = {**zabbix.ITEMS, **zabbix.PROTOTYPES}
    # The time goes on between the two.
    return [
        key
        for key, item in items.items()
        if any(step["type"] == "JAVASCRIPT" for step in item.get("preprocessing", ()))
        and "Date.now" not in str(item)
    ]


def _of(key: str, root: Path, folder: Path, answers: dict[str, str]) -> str:
    def script(code: str, text: str) -> str:
        path, value = folder / "script.js", folder / "value"
        path.write_text(code, encoding="utf-8")
        value.write_text(text, encoding="utf-8")
        command = (root / "usr/bin/zabbix_js", "-s", path, "-i", value)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip("\n")

    return zabbix.value(key, answers, 1, {**zabbix.STEPS, "JAVASCRIPT": script})
