"""What the rules need from a database, within one transaction.

The rules are written once, in the SQL that SQLite and PostgreSQL both understand: values are bound
as `?` or `:name`, new ids come by RETURNING, a conflict names its columns. What only
one of them can do stays in its package.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[Any] | dict[str, Any]


class Answer(Protocol):
    """The rows that a statement returned."""

    def fetchone(self) -> Any:  # noqa: ANN401 - a tuple of what the columns hold, or None
        """Return the next row; None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""
        ...


class Session(Protocol):
    """A connection to either database, with a transaction where the rules write."""

    def execute(self, statement: str, values: Values = (), /) -> Answer:
        """Run one statement."""
        ...
