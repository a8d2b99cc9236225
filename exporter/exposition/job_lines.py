"""The rendered lines of jobs: written again only in the families whose value changed.

Of fifty families a report changes about ten, and to write a line takes three times as long as to
see that its value is the same. The values kept for that take 0.7 KB a job.
"""

from array import array
from collections.abc import Iterator, Sequence

from exporter.exposition.cache import RenderedFamilies, RenderedFamily
from exporter.exposition.families import Family, JobSnapshot, Sample
from exporter.exposition.kept_lines import KeptTexts

_ABSENT = float("-inf")
"""In the place of a value that is not told; no family of jobs has it as a value."""

_Labels = tuple[str, ...]
_Values = bytes
"""Numbers of double precision; as an array the garbage collector would look at them."""

_Written = tuple[_Labels, _Values]


class RenderedJobs(RenderedFamilies[JobSnapshot]):
    """The families of jobs; those with one value of a job are compared by that value."""

    def __init__(
        self, families: Sequence[Family[JobSnapshot]], texts: KeptTexts | None = None
    ) -> None:
        super().__init__("job_id", families, texts)
        pairs = list(zip(families, self.families, strict=True))
        self._values = [family.value for family, _ in pairs if family.value is not None]
        self._single = [rendered for family, rendered in pairs if family.value is not None]
        self._others = [rendered for family, rendered in pairs if family.value is None]
        self._written: dict[int, _Written] = {}

    def put(self, entry_id: int, subject: JobSnapshot) -> None:
        """Write what changed of a job."""
        labels = subject.labels
        found = [value(subject) for value in self._values]
        values = array("d", [_ABSENT if value is None else value for value in found]).tobytes()
        before = self._written.pop(entry_id, None)  # unknown while it is written: that may fail
        for rendered, value in self._changed(labels, values, before):
            samples = () if value == _ABSENT else (Sample(labels, value),)
            rendered.put_samples(entry_id, samples)
        for rendered in self._others:
            rendered.put(entry_id, subject)
        self._written[entry_id] = labels, values
        self.failed.discard(entry_id)

    def remove(self, entry_id: int) -> None:
        """Remove the lines of a job."""
        self._written.pop(entry_id, None)
        super().remove(entry_id)

    def _changed(
        self, labels: _Labels, values: _Values, before: _Written | None
    ) -> Iterator[tuple[RenderedFamily[JobSnapshot], float]]:
        if before is None or before[0] != labels:
            yield from zip(self._single, _numbers(values), strict=True)
        elif before[1] != values:
            both = _numbers(values), _numbers(before[1])
            for rendered, value, old in zip(self._single, *both, strict=True):
                if value != old:
                    yield rendered, value


def _numbers(values: _Values) -> "memoryview[float]":
    return memoryview(values).cast("d")
