"""Zabbix's template, and its preprocessing as Zabbix does it, with Node for the JavaScript.

https://www.zabbix.com/documentation/6.0/en/manual/config/items/preprocessing
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from tests.deploy.files import read
from tests.support.process.commands import BOUND_SECONDS, needed

EXPORT = yaml.safe_load(read("zabbix/duplistatus.yaml"))["zabbix_export"]
(TEMPLATE,) = EXPORT["templates"]
(DISCOVERY,) = TEMPLATE["discovery_rules"]
ITEMS: dict[str, Any] = {item["key"]: item for item in TEMPLATE["items"]}
PROTOTYPES: dict[str, Any] = {item["key"]: item for item in DISCOVERY["item_prototypes"]}

Step: TypeAlias = Callable[[str, str], str]

_ONE = re.compile(r"(.+)\[\?\(@\.(\w+)==(\d+)\)\]\.first\(\)")
_RUN = "console.log(JSON.stringify((function (value) {%s})(%s)))"


class DiscardedError(Exception):
    """A step failed, and says that the value is then left out."""


def triggers() -> Iterator[Any]:
    """Yield every trigger and prototype of one."""
    for item in (*ITEMS.values(), *PROTOTYPES.values()):
        yield from item.get("triggers", ())
        yield from item.get("trigger_prototypes", ())


def value(
    key: str, answers: dict[str, str], job: int = 0, steps: Mapping[str, Step] | None = None
) -> str:
    """Return what an item becomes, from the texts that the requests of the daemon returned.

    `steps` has what runs each kind of step, if that is not `STEPS`.
    """
    item = ITEMS.get(key) or PROTOTYPES[key]
    if item["type"] == "HTTP_AGENT":
        return answers[key]
    return processed(item, value(item["master_item"]["key"], answers, job, steps), job, steps)


def processed(
    item: Mapping[str, Any], text: str, job: int = 0, steps: Mapping[str, Step] | None = None
) -> str:
    """Run the steps of an item on a value."""
    for step in item.get("preprocessing", ()):
        (parameter,) = step["parameters"]
        try:
            text = (steps or STEPS)[step["type"]](parameter.replace("{#ID}", str(job)), text)
        except (KeyError, TypeError, subprocess.CalledProcessError) as error:
            if step.get("error_handler") != "DISCARD_VALUE":
                raise
            raise DiscardedError from error
    return text


def _path(path: str, text: str) -> str:
    """Return what a JSONPath finds: names and one filter is all that the template uses."""
    found, match = json.loads(text), _ONE.fullmatch(path)
    for name in (match[1] if match else path).split(".")[1:]:
        found = found[name]
    if match:
        (found,) = [each for each in found if str(each[match[2]]) == match[3]]
    if found is None:
        raise KeyError(path)
    return found if isinstance(found, str) else json.dumps(found)


def _script(script: str, text: str) -> str:
    """Return what a script returns of the text in `value`."""
    code = _RUN % (script, json.dumps(text))
    done = subprocess.run(
        [needed("node"), "--eval", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=BOUND_SECONDS,
    )
    found = json.loads(done.stdout)
    return found if isinstance(found, str) else json.dumps(found)


STEPS: Mapping[str, Step] = {"JSONPATH": _path, "JAVASCRIPT": _script}
"""What runs each kind of step, by its parameter and the value."""
