"""The text formats of Prometheus: a family's header and its samples.

A sample's line is the same in the text format 0.0.4 and in OpenMetrics 1.0.0, so it is written once
and serves both; only the headers and the end differ. Without timestamps and exemplars, which this
daemon never sends.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Generic, TypeVar

from prometheus_client.core import Metric
from prometheus_client.utils import floatToGoString

from exporter.exposition.families import Family, Sample

Subject = TypeVar("Subject")

_MILLION = 1e6


class FamilyEncoder(Generic[Subject]):
    """Encodes one family. Labels are sorted by their names, as in the client library."""

    def __init__(self, family: Family[Subject]) -> None:
        self._family = family

    def header(self) -> bytes:
        """Return the header in the text format."""
        name, text = self._family.name, _escape_help(self._family.help)
        return f"# HELP {name} {text}\n# TYPE {name} {self._family.type}\n".encode()

    def openmetrics_header(self) -> bytes:
        """Return the header in OpenMetrics, which names a counter's family without ``_total``."""
        name, text = self._family.name.removesuffix("_total"), _escape(self._family.help)
        return f"# HELP {name} {text}\n# TYPE {name} {self._family.type}\n".encode()

    def lines(self, subject: Subject) -> bytes:
        """Return the lines of a subject's samples."""
        return self.encoded(self._family.samples(subject))

    def encoded(self, samples: Iterable[Sample]) -> bytes:
        """Return the lines of samples."""
        name, names, lines = self._family.name, self._family.labels, ""
        for sample in samples:
            lines += f"{name}{labels(names, sample.labels)} {_number(sample.value)}\n"
        return lines.encode()


def collected(metrics: Iterable[Metric]) -> bytes:
    """Return gauges, counters, histograms and summaries of the client library in the text format.

    The library checks each name and label again for each scrape, which takes most of its time.
    """
    return "".join(chain.from_iterable(map(_lines_of, metrics))).encode()


def _lines_of(metric: Metric) -> Iterator[str]:
    name = f"{metric.name}_total" if metric.type == "counter" else metric.name
    yield f"# HELP {name} {_escape_help(metric.documentation)}\n# TYPE {name} {metric.type}\n"
    for sample in metric.samples:
        told = labels(tuple(sample.labels), tuple(sample.labels.values()))
        yield f"{sample.name}{told} {_number(sample.value)}\n"


@lru_cache(maxsize=1024)  # a job's labels are in nearly every one of its families
def labels(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """Return labels as they follow a sample's name; nothing where there are none."""
    template, order = _sorted_by_name(names)
    return template % tuple([_escape(values[position]) for position in order])


@lru_cache(maxsize=256)  # as many as there are families, and more
def _sorted_by_name(names: tuple[str, ...]) -> tuple[str, list[int]]:
    """Return labels with a place for each value, and the positions of the values."""
    order = sorted(range(len(names)), key=names.__getitem__)
    pairs = ",".join(f'{names[position]}="%s"' for position in order)
    return (f"{{{pairs}}}" if names else ""), order


def _number(value: float) -> str:
    """Return a value as Go writes it; below a million that is as Python does."""
    return repr(float(value)) if -_MILLION < value < _MILLION else floatToGoString(value)


@lru_cache(maxsize=1024)  # the name of a job, of its server, and words such as how a run ended
def _escape(text: str) -> str:
    return _escape_help(text).replace('"', r"\"")


def _escape_help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
