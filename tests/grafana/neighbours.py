"""A Prometheus that scrapes three exporters: one at the same time as two with the same names."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from os import link
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from exporter.times import DAY, SECOND, Millis
from tests.support.process.commands import needed
from tests.support.process.prometheus import running
from tests.tools.synthetic.history import FLAGS, FleetHistory, History

TARGET = {"job": "duplistatus", "instance": "localhost:9666"}
"""The labels of the exporter whose history is known."""


class _Neighbour(NamedTuple):
    """An exporter with the same jobs and servers, on which all happened some days later."""

    labels: dict[str, str]
    later: Millis


_ON_THE_SAME_MACHINE = {**TARGET, "job": "duplistatus (test)"}
ON_ANOTHER = {**TARGET, "instance": "[::1]:9666"}
_NEIGHBOURS = (_Neighbour(ON_ANOTHER, 3 * DAY), _Neighbour(_ON_THE_SAME_MACHINE, 5 * DAY))
_SPAN: Millis = 9 * DAY
"""More than any panel of the present reads but for its trends."""


@contextmanager
def with_neighbours(history: FleetHistory, folder: Path) -> Iterator[History]:
    """Run a Prometheus that holds a history and those of its neighbours."""
    data, written = folder / "prometheus", folder / "neighbours.openmetrics"
    known = history.database.with_name("prometheus")
    for block in (path.parent for path in known.glob("*/meta.json")):
        shutil.copytree(block, data / block.name, copy_function=link)
    with written.open("w", encoding="utf-8") as file:
        _write(file, history)
    command = [needed("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    subprocess.run([*command, "--max-block-duration=768h", written, data], check=True)
    config = folder / "prometheus.yml"
    config.write_text("scrape_configs: []\n", encoding="utf-8")
    with running(config, data, *FLAGS) as url:
        yield History(url)


def _write(file: TextIO, history: History) -> None:
    """Write the neighbours in OpenMetrics, where the samples of a family are together."""
    found = [
        (series, neighbour) for neighbour in _NEIGHBOURS for series in _known(history, neighbour)
    ]
    for series, neighbour in sorted(found, key=lambda each: str(each[0]["metric"]["__name__"])):
        labels = {**series["metric"], **_identity(series["metric"], neighbour)}
        named = f"{labels.pop('__name__')}{{{','.join(map(_label, labels.items()))}}}"
        later = neighbour.later // SECOND
        file.writelines(f"{named} {value} {at + later}\n" for at, value in series["values"])
    file.write("# EOF\n")


def _known(history: History, neighbour: _Neighbour) -> list[dict[str, Any]]:
    end = history.end - neighbour.later
    return history.query_range('{__name__!=""}', end - _SPAN, end, history.step)


def _identity(labels: dict[str, str], neighbour: _Neighbour) -> dict[str, str]:
    """Return the labels of the target, of those that a series has: some alerts have none."""
    return {name: value for name, value in neighbour.labels.items() if name in labels}


def _label(label: tuple[str, str]) -> str:
    name, value = label
    escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{name}="{escaped}"'
