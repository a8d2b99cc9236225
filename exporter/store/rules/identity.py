"""Which server a report belongs to.

A server is found by machine-id, else by the name in the URL, else by machine name, else by the
sender's address: Duplicati up to 2.0.7 reports no machine at all, and no report is refused for it.
A name or an address that no server has may be that of one that was merged into another.

An unknown machine-id, with the name of a known server, may be another machine: a person decides.
Only a fetched report counts as one of the machine of that name: Duplicati's API reports another
machine-id than its reports (seen up to 2.3.0.4).
"""

from msgspec.structs import replace

from exporter.model import Delivery, Machine, Server
from exporter.store.rules import rows
from exporter.store.rules.sender import Sender
from exporter.store.rules.workspace import Workspace
from exporter.store.session import Session
from exporter.times import SECOND, Millis

_COLUMNS = ", ".join(rows.SERVER_COLUMNS)
_BY_MACHINE_ID = f"""
SELECT {_COLUMNS} FROM servers
WHERE id = (SELECT server_id FROM machine_ids WHERE machine_id = ?)"""  # noqa: S608 - constant
_BY_NAME = f"""
SELECT {_COLUMNS} FROM servers WHERE name = ? AND address IS NULL
ORDER BY last_report DESC, id LIMIT 1"""  # noqa: S608 - constant
_BY_NAME_ONLY = f"""
SELECT {_COLUMNS} FROM servers WHERE name = ? AND address IS NULL AND machine_id IS NULL
ORDER BY last_report DESC, id LIMIT 1"""  # noqa: S608 - constant
_BY_ADDRESS = f"SELECT {_COLUMNS} FROM servers WHERE address = ?"  # noqa: S608 - constant
_BY_MERGED = f"""
SELECT {_COLUMNS} FROM servers
WHERE id = (SELECT server_id FROM merged_identities WHERE kind = ? AND value = ?)"""  # noqa: S608 - constant
_BEARING_NAME = f"""
SELECT {_COLUMNS} FROM servers WHERE name = ? AND address IS NULL LIMIT 2"""  # noqa: S608 - constant
_HAS_FETCHED = "SELECT 1 FROM machine_ids WHERE server_id = ? AND fetched LIMIT 1"
_ONLY_FETCHED = f"""
SELECT {_COLUMNS} FROM servers WHERE name = ? AND address IS NULL AND machine_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM machine_ids WHERE server_id = servers.id AND NOT fetched)
LIMIT 2"""  # noqa: S608 - constant
_WITH_RUN = f"""
SELECT {_COLUMNS} FROM servers WHERE id IN (
    SELECT jobs.server_id FROM jobs JOIN runs ON runs.job_id = jobs.id
    WHERE coalesce(jobs.reported_name, jobs.name) = ? AND runs.started BETWEEN ? AND ?
) LIMIT 2"""  # noqa: S608 - constant
_POSSIBLE_DUPLICATE = """
SELECT id FROM servers WHERE (name = :name AND address IS NULL) OR address = :address
ORDER BY address IS NOT NULL, last_report DESC, id LIMIT 1"""
_INSERT = """
INSERT INTO servers (name, address, described, last_report, possible_duplicate_of)
VALUES (?, ?, -1, ?, ?) RETURNING id"""
_INSERT_MACHINE_ID = "INSERT INTO machine_ids (machine_id, server_id, fetched) VALUES (?, ?, ?)"


def find_server(space: Workspace, sender: Sender) -> Server:
    """Return the server that a report belongs to, locked; created if missing."""
    if sender.machine.machine_id is not None:
        return _by_machine_id(space, sender.machine.machine_id, sender)
    return space.hold(_without_machine(space.db, sender))


def named(db: Session, name: str) -> Server | None:
    """Return the server of a name, or the one it was merged into; of several the newest."""
    return _select(db, _BY_NAME, name) or _merged(db, "name", name)


def described(server: Server, machine: Machine, delivery: Delivery, started: Millis) -> Server:
    """Return a server with what a report says of it; an old report that comes late fills gaps only.

    The facts are as new as the last report with a version: one without has next to no facts.

    If a server has several machine-ids, only reports with its own one change its name: else the
    name, and with it every series, would change from run to run.
    """
    newer = started >= server.described
    named = delivery.server or machine.name
    own = machine.machine_id == server.machine_id if machine.machine_id else named == server.name
    return replace(
        server,
        name=named if named is not None and newer and own else server.name,
        version=_fresher(server.version, machine.version, newer=newer),
        os=_fresher(server.os, machine.os, newer=newer),
        described=max(server.described, started) if machine.version else server.described,
        last_report=max(server.last_report, delivery.received),
    )


def _fresher(known: str | None, reported: str | None, *, newer: bool) -> str | None:
    return (reported or known) if newer else (known or reported)


def _without_machine(db: Session, sender: Sender) -> Server:
    delivery, name = sender.delivery, sender.name
    if name is not None:
        known = named(db, name)
        return known or _insert(db, name, None, delivery.received, _duplicate(db, sender))
    address = delivery.address
    known = _select(db, _BY_ADDRESS, address) or _merged(db, "address", address)
    return known or _insert(db, address, address, delivery.received)


def _by_machine_id(space: Workspace, machine_id: str, sender: Sender) -> Server:
    """Find a server by machine-id; one known by name only gets the id if it is new.

    It is locked before its machine-ids are changed: what is read of it under the lock may be kept
    in memory, though the change may yet be undone.
    """
    fetched, db = sender.delivery.fetched, space.db
    server = _select(db, _BY_MACHINE_ID, machine_id)
    if server is not None:
        server = space.hold(server)
        if not fetched:
            db.execute("UPDATE machine_ids SET fetched = FALSE WHERE machine_id = ?", (machine_id,))
        return server
    found = _without_id(db, sender) or _same_machine(db, sender)
    server = space.hold(found or _insert_with_id(db, machine_id, sender))
    db.execute(_INSERT_MACHINE_ID, (machine_id, server.id, fetched))
    if server.machine_id is not None:
        return server
    db.execute("UPDATE servers SET machine_id = ? WHERE id = ?", (machine_id, server.id))
    return replace(server, machine_id=machine_id)


def _without_id(db: Session, sender: Sender) -> Server | None:
    """Find a server that is known by this name only."""
    if sender.name is None:
        return None
    return _select(db, _BY_NAME_ONLY, sender.name) or _claimed(db, sender.name)


def _same_machine(db: Session, sender: Sender) -> Server | None:
    """Find the server whose reports were posted or fetched with another machine-id."""
    if not sender.delivery.fetched:
        return _only(db, _ONLY_FETCHED, sender.name)
    return _that_posts(db, sender) or _with_run(db, sender)


def _that_posts(db: Session, sender: Sender) -> Server | None:
    """Find the one server of this name, if nothing was fetched for it with another id.

    If something was, the two ids are of two machines: a history has the same one throughout.
    """
    server = _only(db, _BEARING_NAME, sender.name)
    if server is None or db.execute(_HAS_FETCHED, (server.id,)).fetchone() is not None:
        return None
    return server


def _with_run(db: Session, sender: Sender) -> Server | None:
    began = sender.began
    if began is None:
        return None
    second = began - began % SECOND
    return _only(db, _WITH_RUN, sender.backup, second, second + SECOND - 1)


def _only(db: Session, query: str, *values: object) -> Server | None:
    """Return the server that a query finds; None if it finds several or none."""
    found = db.execute(query, values).fetchall()
    return rows.server(found[0]) if len(found) == 1 else None


def _insert_with_id(db: Session, machine_id: str, sender: Sender) -> Server:
    name, received = sender.name or machine_id, sender.delivery.received
    return _insert(db, name, None, received, _duplicate(db, sender))


def _duplicate(db: Session, sender: Sender) -> int | None:
    """Return a server of the same name or address, which may be the same machine."""
    delivery = sender.delivery
    values = {"name": sender.name, "address": None if delivery.fetched else delivery.address}
    found = db.execute(_POSSIBLE_DUPLICATE, values).fetchone()
    return None if found is None else int(found[0])


def _claimed(db: Session, name: str) -> Server | None:
    """Find the server into which one known by this name only was merged; works once."""
    server = _merged(db, "unclaimed", name)
    if server is not None:
        db.execute("DELETE FROM merged_identities WHERE (kind, value) = ('unclaimed', ?)", (name,))
    return server


def _merged(db: Session, kind: str, value: str) -> Server | None:
    row = db.execute(_BY_MERGED, (kind, value)).fetchone()
    return None if row is None else rows.server(row)


def _select(db: Session, query: str, value: str) -> Server | None:
    row = db.execute(query, (value,)).fetchone()
    return None if row is None else rows.server(row)


def _insert(
    db: Session, name: str, address: str | None, received: Millis, duplicate: int | None = None
) -> Server:
    (server_id,) = db.execute(_INSERT, (name, address, received, duplicate)).fetchone()
    row = db.execute(f"SELECT {_COLUMNS} FROM servers WHERE id = ?", (server_id,)).fetchone()  # noqa: S608 - constant
    return rows.server(row)
