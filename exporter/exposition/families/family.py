"""What a metric family is."""

from collections.abc import Callable, Iterable
from typing import Generic, Literal, TypeVar

from msgspec import Struct

Subject = TypeVar("Subject")


class Sample(Struct, frozen=True, gc=False):
    """One value and the values of its family's labels."""

    labels: tuple[str, ...]
    value: float


class Family(Struct, Generic[Subject], frozen=True):
    """A metric family; a counter's name ends in ``_total``.

    `value` is there where a subject has one value at most, under labels that all such families
    share: what did not change need not be written again.
    """

    name: str
    help: str
    type: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    samples: Callable[[Subject], Iterable[Sample]]
    value: Callable[[Subject], float | None] | None = None
