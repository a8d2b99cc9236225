"""The kinds of panels. Each has a title, a description, a unit and thresholds."""

from typing import NamedTuple, TypeVar

from grafana_foundation_sdk.builders import common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor, ThresholdsConfig
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    ValueMapping,
)

from grafana.source import colours
from grafana.source.queries import DATASOURCE, Query, at_the_end, over_time

Panel = TypeVar("Panel", stat.Panel, timeseries.Panel, statetimeline.Panel, table.Panel)


class About(NamedTuple):
    """What is said of a panel and how large it is, in columns of 24 and rows."""

    title: str
    description: str
    unit: str
    thresholds: ThresholdsConfig
    width: int
    height: int


def described(panel: Panel, about: About) -> Panel:
    """Give a panel what each has."""
    panel.title(about.title).description(about.description).datasource(DATASOURCE)
    panel.unit(about.unit).thresholds(about.thresholds)
    return panel.span(about.width).height(about.height)


def figure(about: About, query: Query) -> stat.Panel:
    """Return one large figure, or one for each series, as of the end of the time range."""
    panel = described(stat.Panel(), about).targets([*at_the_end([query])])
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    panel.graph_mode(options.BigValueGraphMode.NONE).color_scheme(_by_threshold())
    return panel.color_mode(options.BigValueColorMode.BACKGROUND_SOLID).no_value("no data")


def lines(about: About, *queries: Query) -> timeseries.Panel:
    """Return lines over time. A value holds until the next run, hence the steps."""
    panel = described(timeseries.Panel(), about).targets([*over_time(queries)])
    panel.line_interpolation(options.LineInterpolation.STEP_AFTER).line_width(2)
    panel.show_points(options.VisibilityMode.NEVER).fill_opacity(5)
    panel.color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    return panel.legend(_legend()).tooltip(_tooltip())


def limited(panel: timeseries.Panel) -> timeseries.Panel:
    """Draw the thresholds into a panel whose values are measured against them."""
    mode = options.GraphThresholdsStyleMode.DASHED
    return panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(mode))


def bars(about: About, *queries: Query) -> timeseries.Panel:
    """Return bars over time, one on top of the other. Each stands on the time that it counts."""
    panel = stacked(lines(about, *queries)).draw_style(options.GraphDrawStyle.BARS)
    panel.fill_opacity(80).line_width(0).bar_alignment(options.BarAlignment.BEFORE)
    return panel.max_data_points(_BARS)


_BARS = 500
"""More bars than that run into each other, and a large fleet's counters would be read for them."""


def stacked(panel: timeseries.Panel) -> timeseries.Panel:
    """Draw each series on top of the one before."""
    return panel.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))


def status_bars(about: About, query: Query) -> timeseries.Panel:
    """Return bars whose series are named by a status, in its colour."""
    panel = bars(about, query)
    for status, colour in colours.STATUS_COLOURS.items():
        panel.override_by_name(status, [fixed(colour)])
    return panel


def timeline(
    about: About, query: Query, names: list[ValueMapping], link: DashboardLink
) -> statetimeline.Panel:
    """Return a row for each series that shows its states over time."""
    panel = described(statetimeline.Panel(), about).targets([*over_time([query])])
    panel.mappings(names).data_links([link]).color_scheme(_by_threshold())
    panel.show_value(options.VisibilityMode.NEVER).row_height(0.85).per_page(_ROWS_A_PAGE)
    panel.max_data_points(_MOMENTS)
    return panel.legend(_legend()).tooltip(_tooltip())


_MOMENTS = 400
"""States last for hours; with more points than these a large fleet costs more than it shows."""

_ROWS_A_PAGE = 50
"""More rows than that cannot be distinguished; Grafana 10 has no paging and draws them all."""


def fixed(colour: str) -> DynamicConfigValue:
    """Return the property of a field that is always of one colour."""
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})


def _by_threshold() -> FieldColor:
    return FieldColor().mode(FieldColorModeId.THRESHOLDS)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().display_mode(options.LegendDisplayMode.LIST)
    return legend.placement(options.LegendPlacement.BOTTOM).show_legend(True)


def _tooltip() -> common.VizTooltipOptions:
    tooltip = common.VizTooltipOptions().mode(options.TooltipDisplayMode.MULTI)
    return tooltip.sort(options.SortOrder.DESCENDING)
