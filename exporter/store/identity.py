"""Which server and which job a report belongs to.

A server is found by machine-id, else by the name in the URL, else by machine name, else by the
sender's address: Duplicati up to 2.0.7 tells no machine at all, and no report is refused for it.
A name or an address that no server has may be that of one that was merged into another.
"""

from msgspec.structs import replace
from sqlite_utils import Database

from exporter.model import Delivery, Machine, Server
from exporter.store import rows
from exporter.times import Millis

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
_INSERT = """
INSERT INTO servers (name, address, described, last_report) VALUES (?, ?, -1, ?)"""


def find_server(db: Database, machine: Machine, delivery: Delivery) -> Server:
    """Return the server a report belongs to, made where nobody knows it yet."""
    name = delivery.server or machine.name
    if machine.machine_id is not None:
        return _by_machine_id(db, machine.machine_id, name, delivery.received)
    if name is not None:
        known = _select(db, _BY_NAME, name) or _merged(db, "name", name)
        return known or _insert(db, name, None, delivery.received)
    address = delivery.address
    known = _select(db, _BY_ADDRESS, address) or _merged(db, "address", address)
    return known or _insert(db, address, address, delivery.received)


def described(server: Server, machine: Machine, delivery: Delivery, started: Millis) -> Server:
    """Bring a server's facts up to date; an old report that comes late only fills gaps.

    Facts are as new as the report that told a version: one without tells next to nothing.

    Of a server with several machine-ids the newest one that named it keeps naming it: else its
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


def _fresher(known: str | None, told: str | None, *, newer: bool) -> str | None:
    return (told or known) if newer else (known or told)


def _by_machine_id(db: Database, machine_id: str, name: str | None, received: Millis) -> Server:
    """Find by machine-id; a server known by name only takes one that nobody has."""
    server = _select(db, _BY_MACHINE_ID, machine_id)
    if server is not None:
        return server
    if name is not None:
        server = _select(db, _BY_NAME_ONLY, name) or _claimed(db, name)
    if server is None:
        server = _insert(db, name or machine_id, None, received)
    db.execute("INSERT INTO machine_ids VALUES (?, ?)", (machine_id, server.id))
    if server.machine_id is not None:
        return server
    db.execute("UPDATE servers SET machine_id = ? WHERE id = ?", (machine_id, server.id))
    return replace(server, machine_id=machine_id)


def _claimed(db: Database, name: str) -> Server | None:
    """Find the server that one known by this name only was merged into; once."""
    server = _merged(db, "unclaimed", name)
    if server is not None:
        db.execute("DELETE FROM merged_identities WHERE (kind, value) = ('unclaimed', ?)", (name,))
    return server


def _merged(db: Database, kind: str, value: str) -> Server | None:
    row = db.execute(_BY_MERGED, (kind, value)).fetchone()
    return None if row is None else rows.server(row)


def _select(db: Database, query: str, value: str) -> Server | None:
    row = db.execute(query, (value,)).fetchone()
    return None if row is None else rows.server(row)


def _insert(db: Database, name: str, address: str | None, received: Millis) -> Server:
    server_id = db.execute(_INSERT, (name, address, received)).lastrowid
    row = db.execute(f"SELECT {_COLUMNS} FROM servers WHERE id = ?", (server_id,)).fetchone()  # noqa: S608 - constant
    return rows.server(row)
