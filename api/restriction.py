"""A token that is good for one server's reports only."""

from collections.abc import Iterable

from msgspec.structs import replace

from api.errors import ApiError
from exporter.auth import Grant
from exporter.fleet import Fleet
from exporter.model import Delivery, Machine, short_name


def assigned(
    delivery: Delivery, machine: Machine, grants: Iterable[Grant], fleet: Fleet
) -> Delivery:
    """Return whose report this is: the server's that its token is for, where it is for one.

    A machine-id finds its server whatever it is called, so it has to be that server's too.

    Raises:
        ApiError: the report tells of another server.
    """
    allowed = sorted({short_name(grant.server or "") for grant in grants})
    if not allowed or "" in allowed:
        return delivery
    told = delivery.server or machine.name or allowed[0]
    owner = fleet.owner(machine.machine_id) if machine.machine_id else None
    foreign = [name for name in (told, owner.name if owner else told) if name not in allowed]
    if foreign or (owner is not None and owner.name != told):
        message = f"This token is for reports of {' and '.join(allowed)} only"
        raise ApiError(403, f"{message}: give the sender one for its own server, or one for all")
    return replace(delivery, server=told, bound=True)
