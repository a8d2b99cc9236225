"""What the project's rules would have made of the thirty days: recorded series, then alerts."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from exporter.times import SECOND
from tests.support.process.commands import needed
from tests.tools.synthetic.scrapes import BEGIN, END, STEP

Group = dict[str, Any]

RULES = Path(__file__).parents[3] / "deploy" / "prometheus" / "rules"


def recording() -> list[Group]:
    """Return the groups of recording rules."""
    return [group for group in _groups() if any("record" in rule for rule in group["rules"])]


def alerting() -> list[Group]:
    """Return each alert as a rule that records `ALERTS`, as Prometheus does while one fires.

    promtool passes over alerts. What an alert has as `for` counts for nothing: it is less than a
    step.
    """
    alerts = [rule for group in _groups() for rule in group["rules"] if "alert" in rule]
    return [{"name": "alerts", "rules": [_recorded(alert) for alert in alerts]}]


def since() -> list[Group]:
    """Return the rule that records since when each alert fires, as Prometheus does beside `ALERTS`.

    It looks back for two days: of those that fire for longer it says so much.
    """
    began = 'min_over_time(timestamp(ALERTS{alertstate="firing"})[2d:30m])'
    rule = {"record": "ALERTS_FOR_STATE", "expr": f"max without (alertstate) ({began})"}
    return [{"name": "since", "rules": [rule]}]


def backfill_rules(groups: list[Group], url: str, blocks: Path, folder: Path) -> None:
    """Make the blocks of rules from what a Prometheus holds; it reads them when it starts again."""
    file = folder / "rules.yml"
    file.write_text(json.dumps({"groups": groups}), encoding="utf-8")
    command = [needed("promtool"), "tsdb", "create-blocks-from", "rules", "--quiet"]
    flags = {
        "url": url,
        "start": BEGIN // SECOND,
        "end": END // SECOND,
        "eval-interval": f"{STEP // SECOND}s",
        "max-block-duration": "768h",
        "output-dir": blocks,
    }
    given = [f"--{name}={value}" for name, value in flags.items()]
    # When within a step a group is evaluated follows from its file's path as it is given.
    done = subprocess.run(
        [*command, *given, file.name], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _groups() -> Iterator[Group]:
    for path in sorted(RULES.glob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]


def _recorded(alert: dict[str, Any]) -> dict[str, Any]:
    labels = {"alertname": alert["alert"], "alertstate": "firing", **alert.get("labels", {})}
    return {"record": "ALERTS", "expr": f"group without () ({alert['expr']})", "labels": labels}
