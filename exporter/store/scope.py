"""The scope of a write: what other writers of the same database must not change meanwhile."""

from msgspec import Struct

from exporter.store.rules.sender import Sender


class Scope(Struct, frozen=True):
    """The servers that a write belongs to, as far as they are known before.

    A `structural` write may change which servers and jobs there are, and which reports belong to
    them.
    """

    senders: tuple[Sender, ...] = ()
    jobs: tuple[int, ...] = ()
    servers: tuple[int, ...] = ()
    structural: bool = False


NOWHERE = Scope()
"""A write that no server's figures depend on."""
