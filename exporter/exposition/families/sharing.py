"""The families of a daemon about the store that it shares with others."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from exporter.model.sharing import SharingFigures

_Value = Callable[[SharingFigures], float]

_GAUGES: tuple[tuple[str, str, _Value], ...] = (
    (
        "duplistatus_database_reachable",
        "1 if the database answered the last question, else 0.",
        lambda figures: figures.reachable,
    ),
    (
        "duplistatus_reports_held",
        "Number of reports that wait for a database that is away.",
        lambda figures: figures.held,
    ),
    (
        "duplistatus_replicas",
        "Number of daemons that share the database and were seen in the last minute.",
        lambda figures: figures.daemons,
    ),
)
_COUNTERS: tuple[tuple[str, str, _Value], ...] = (
    (
        "duplistatus_history_lost",
        "Number of times the database turned out to have lost commits.",
        lambda figures: figures.histories_lost,
    ),
    (
        "duplistatus_recorded_again",
        "Reports that were recorded again since the database had lost them.",
        lambda figures: figures.recorded_again,
    ),
)


class SharingFamilies(Collector):
    """Collected from the store's own figures at each scrape."""

    def __init__(self, figures: Callable[[], SharingFigures | None]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Yield the families; none where the daemon is alone."""
        figures = self._figures()
        if figures is None:
            return
        for name, text, value in _GAUGES:
            yield GaugeMetricFamily(name, text, float(value(figures)))
        for name, text, value in _COUNTERS:
            yield CounterMetricFamily(name, text, float(value(figures)))
        yield _catching_up(figures)


def _catching_up(figures: SharingFigures) -> SummaryMetricFamily:
    return SummaryMetricFamily(
        "duplistatus_catch_up_seconds",
        "Time that questions waited to know what other daemons committed.",
        figures.questions,
        figures.question_seconds,
    )
