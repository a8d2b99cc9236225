"""What a write is about: what keeps other writers of the same database from it."""

from msgspec import Struct

from exporter.store.rules.sender import Sender


class Scope(Struct, frozen=True):
    """The servers that a write belongs to, as far as is known before.

    `structural` is a write that may change who is who: which servers and jobs there are, and what
    leads to them.
    """

    senders: tuple[Sender, ...] = ()
    jobs: tuple[int, ...] = ()
    servers: tuple[int, ...] = ()
    structural: bool = False


NOWHERE = Scope()
"""A write that no server's figures hang on."""
