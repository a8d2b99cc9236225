"""The rules and their unit tests, as the files hold them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULE_FILES = sorted((PROMETHEUS / "rules").glob("*.yml"))
UNIT_TESTS = sorted((PROMETHEUS / "tests").glob("*.yml"))
RECORDED_TEST = Path(__file__).with_name("recorded.yml")
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"


class Rule(NamedTuple):
    """A rule by its name; an alert has labels and annotations of its own."""

    name: str
    expression: str
    content: dict[str, Any]

    @property
    def is_alert(self) -> bool:
        """Whether it wakes people; else it records a series."""
        return "alert" in self.content


def load(path: Path) -> dict[str, Any]:
    """Return what a YAML file holds."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _rules() -> Iterator[Rule]:
    for path in RULE_FILES:
        for group in load(path)["groups"]:
            for rule in group["rules"]:
                yield Rule(rule.get("alert") or rule["record"], rule["expr"], rule)


RULES = tuple(_rules())
ALERTS = tuple(rule for rule in RULES if rule.is_alert)
RECORDED = frozenset(rule.name for rule in RULES if not rule.is_alert)
