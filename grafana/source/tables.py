"""Tables: a row a job or a server, a column an expression, joined by the labels."""

from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from types import MappingProxyType
from typing import NamedTuple

from grafana_foundation_sdk.builders import common, table
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    ValueMapping,
)

from grafana.source.colours import GREY, absent
from grafana.source.panels import About, described
from grafana.source.queries import as_rows

_UNSEEN = ("Time", "server_id")
"""What identifies rows but means nothing to people."""

_HIDDEN = {"job": "Scrape job", "instance": "Exporter"}
"""Labels that stay in a table, so that its links can pass them on, but have no column."""


class Column(NamedTuple):
    """A column of values."""

    title: str
    expr: str
    unit: str
    thresholds: ThresholdsConfig | None = None
    names: Sequence[ValueMapping] = ()


class Rows(NamedTuple):
    """The identity of a table's rows: labels with their titles, and the columns that sort them.

    The second column is sorted the other way.

    Most labels are before the values; those that few people need are after them.
    """

    labels: dict[str, str]
    sorted_by: str
    descending: bool = True
    then_by: str = ""
    after: Mapping[str, str] = MappingProxyType({})


JOBS = {"server": "Server", "backup": "Backup"}


_NARROW = 80
"""Pixels: Grafana's own least width lets twelve columns run out of sight."""

_EMPTY = absent("-", GREY)
"""In an empty cell; without it stands there what is to be said of an empty table."""


def listing(about: About, rows: Rows, *columns: Column) -> table.Panel:
    """Return a table. Its first two columns must have values in the same rows.

    Grafana names the values of a table after their queries only where two or more answer.
    """
    panel = described(table.Panel(), about).targets([*as_rows(each.expr for each in columns)])
    panel.transformations(_joined(rows, columns)).sort_by([*_order(rows)]).min_width(_NARROW)
    panel.override_by_regexp("/.*/", [DynamicConfigValue("mappings", [*_EMPTY])])
    for column in columns:
        panel.override_by_name(column.title, _properties(column))
    for label in (label for label in _HIDDEN if label not in rows.after):
        panel.override_by_name(_HIDDEN[label], [*_NO_COLUMN])
    return panel


def _joined(rows: Rows, columns: Sequence[Column]) -> list[DataTransformerConfig]:
    titles = {**rows.labels, **_values(columns), **rows.after, **_HIDDEN}
    organised = {
        "excludeByName": {name: True for name in _UNSEEN if name not in titles},
        "indexByName": {name: index for index, name in enumerate(titles)},
        "renameByName": titles,
    }
    return [
        DataTransformerConfig("merge", options={}),
        DataTransformerConfig("organize", options=organised),
    ]


def _values(columns: Sequence[Column]) -> dict[str, str]:
    if len(columns) == 1:
        return {"Value": columns[0].title}
    return {
        f"Value #{ref_id}": column.title
        for ref_id, column in zip(ascii_uppercase, columns, strict=False)
    }


def _order(rows: Rows) -> Iterator[common.TableSortByFieldState]:
    yield common.TableSortByFieldState().display_name(rows.sorted_by).desc(rows.descending)
    if rows.then_by:
        yield common.TableSortByFieldState().display_name(rows.then_by).desc(not rows.descending)


def _properties(column: Column) -> list[DynamicConfigValue]:
    found = [DynamicConfigValue("unit", column.unit), *_shape(column.unit)]
    if column.names:
        found.append(DynamicConfigValue("mappings", [*column.names]))
    if column.thresholds is not None:
        found.append(DynamicConfigValue("thresholds", column.thresholds.build()))
        found.append(IN_COLOUR)
    return found


def _shape(unit: str) -> list[DynamicConfigValue]:
    """Return how much of a value is said: 1 day, 3 hours are a duration of one decimal."""
    shapes = {
        "dtdurations": [DynamicConfigValue("decimals", 1)],
        "none": [DynamicConfigValue("custom.width", 90)],
    }
    return shapes.get(unit, [])


_NO_COLUMN = (
    DynamicConfigValue("custom.hidden", True),
    DynamicConfigValue("custom.hideFrom.viz", True),
)
"""The same to Grafana before 12.2 and since."""

IN_COLOUR = DynamicConfigValue("custom.cellOptions", {"type": "color-text"})
"""The property of a column whose text has the colour of its value."""
