"""Reports of the past, and the runs that are stored of them."""

from exporter.ingest.importer import HistoricalReport
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, Millis
from tests.support.daemon import NOW
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - 400 * DAY


def past(began: Millis | None = BEGAN, **told: object) -> HistoricalReport:
    return HistoricalReport(duplicati_report(began=began, **told))  # type: ignore[arg-type] # by name


def runs(store: Store) -> list[Millis]:
    return [run.stored.started for run in store.runs(RunFilter(), None, 1000)]
