"""The text formats of Prometheus: how a family's head and its samples are written.

A sample's line is the same in the text format 0.0.4 and in OpenMetrics 1.0.0, so it is written once
and serves both; only the heads and the end differ. Without timestamps and exemplars, which this
daemon never sends.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from prometheus_client.utils import floatToGoString

from exporter.families import Family, Sample

Subject = TypeVar("Subject")


class FamilyWriter(Generic[Subject]):
    """Writes one family. Labels stand in the order of their names, as the client library does."""

    def __init__(self, family: Family[Subject]) -> None:
        self._family = family
        self._order = sorted(range(len(family.labels)), key=lambda index: family.labels[index])
        labels = ",".join(f'{family.labels[index]}="%s"' for index in self._order)
        self._line = f"{family.name}{{{labels}}} %s\n" if labels else f"{family.name} %s\n"

    def head(self) -> bytes:
        """Return the head in the text format."""
        name, text = self._family.name, _escape_help(self._family.help)
        return f"# HELP {name} {text}\n# TYPE {name} {self._family.type}\n".encode()

    def openmetrics_head(self) -> bytes:
        """Return the head in OpenMetrics, where a counter's family is named without ``_total``."""
        name, text = self._family.name.removesuffix("_total"), _escape(self._family.help)
        return f"# HELP {name} {text}\n# TYPE {name} {self._family.type}\n".encode()

    def lines(self, subject: Subject) -> bytes:
        """Return the lines of a subject's samples."""
        return "".join(self._lines(self._family.samples(subject))).encode()

    def _lines(self, samples: Iterable[Sample]) -> Iterable[str]:
        for sample in samples:
            values = [_escape(sample.labels[index]) for index in self._order]
            yield self._line % (*values, floatToGoString(sample.value))


@lru_cache(maxsize=1024)  # the labels of a job stand in every one of its families
def _escape(text: str) -> str:
    return _escape_help(text).replace('"', r"\"")


def _escape_help(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
