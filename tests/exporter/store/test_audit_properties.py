"""Whatever people change, the audit log explains what is set now, and who set it."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model.audit import AuditFilter, Author
from exporter.model.run_json import Json
from exporter.store import Store
from exporter.store.rules import audit
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Engine

TAGS = st.sets(st.sampled_from("abc")).map(sorted).map(tuple)
EDITS = {
    "job": st.fixed_dictionaries(
        {},
        optional={
            "schedule": st.sampled_from([None, "off", "every 3h"]),
            "tolerance": st.sampled_from([None, 3_600_000]),
            "paused": st.booleans(),
            "muted": st.sampled_from([None, NOW]),
            "tags": TAGS,
        },
    ),
    "server": st.fixed_dictionaries(
        {},
        optional={
            "alias": st.sampled_from([None, "Attic"]),
            "note": st.sampled_from([None, "x"]),
            "url": st.sampled_from([None, "http://nas"]),
            "tags": TAGS,
        },
    ),
}


class Step(NamedTuple):
    """A change of one of the two servers or jobs."""

    who: str
    kind: str
    place: int
    edits: dict[str, Any]


STEPS = st.sampled_from(sorted(EDITS)).flatmap(
    lambda kind: st.builds(
        Step, st.sampled_from(["Ada", "Grace"]), st.just(kind), st.integers(0, 1), EDITS[kind]
    )
)


def present(store: Store) -> dict[tuple[str, int], Json]:
    """Return what people set, as entries have it."""
    found = store.snapshot()
    jobs = {("job", each.id): audit.of_settings(each.settings) for each in found.jobs}
    return jobs | {("server", each.id): audit.of_server(each) for each in found.servers}


def take(store: Store, step: Step) -> None:
    found, author = store.snapshot(), Author(step.who, NOW)
    if step.kind == "job":
        job_id = found.jobs[step.place].id
        store.set_job(job_id, lambda known: replace(known, **step.edits), author)
    else:
        server_id = found.servers[step.place].id
        store.set_server(server_id, lambda known: replace(known, **step.edits), author)


@pytest.mark.not_quick
@given(steps=st.lists(STEPS, max_size=8))
def test_the_entries_lead_from_what_was_set_to_what_is_set(
    engine: Engine, steps: list[Step]
) -> None:
    with engine.emptied() as database:
        store = database.open()
        for name in ("nas", "old"):
            body = duplicati_report(began=NOW, server=name, machine_id=name)
            deliver(store, body, received=NOW)
        explained, expected = present(store), list[tuple[str, str]]()
        for step in steps:
            before = present(store)
            take(store, step)
            if present(store) != before:
                expected.append((step.who, f"{step.kind}.set"))
        entries = store.audit(AuditFilter(), None, 100)[::-1]
        assert [(entry.who, entry.what) for entry in entries] == expected
        for entry in entries:
            key = ("job", entry.job_id) if entry.job_id else ("server", entry.server_id or 0)
            for field, change in entry.details.items():
                assert explained[key][field] == change["old"]
                explained[key][field] = change["new"]
        assert explained == present(store)
