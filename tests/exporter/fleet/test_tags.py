"""Which tags there are, and what changes with those of a server."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.fleet.tags import Tags
from exporter.model import JobSettings
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from tests.support.strategies.state import START, change_of, job_named, server_named, stored_run

SETS = st.sets(st.sampled_from("abcd")).map(sorted).map(tuple)


@given(changes=st.lists(st.tuples(st.integers(0, 2), SETS), max_size=12))
def test_a_tag_is_there_as_long_as_something_has_it(
    changes: list[tuple[int, tuple[str, ...]]],
) -> None:
    tags, held = Tags(), dict.fromkeys(range(3), tuple[str, ...]())
    for each, new in changes:
        tags.change(held[each], new)
        held[each] = new
    known = {tag for each in held.values() for tag in each}
    assert tags.all() == sorted(known)
    assert tags.unknown("abcd") == sorted(set("abcd") - known)


def test_the_fleet_knows_the_tags_of_servers_and_jobs() -> None:
    fleet = Fleet(SchedulePolicy(), START)
    job = job_named("Photos", [stored_run(START)])
    server = server_named("nas", 1)
    fleet.apply(change_of(server, job))
    assert fleet.tags.all() == []
    tagged = replace(job, settings=JobSettings(tags=("prod",)))
    fleet.apply(change_of(replace(server, tags=("office",)), tagged))
    assert fleet.tags.all() == ["office", "prod"]
    (view,) = fleet.jobs()
    assert view.tags == ("office", "prod")
    assert view.has_tags(("prod", "office"))
    assert not view.has_tags(("prod", "test"))
    fleet.apply(Change(removed_jobs=(job.id,), removed_servers=(1,)))
    assert fleet.tags.all() == []


def test_a_job_has_changed_with_the_tags_of_its_server() -> None:
    fleet = Fleet(SchedulePolicy(), START)
    server = server_named("nas", 1)
    fleet.apply(change_of(server, job_named("Photos", [stored_run(START)])))
    fleet.changes_since_last_call(START)
    fleet.apply(Change(servers=(replace(server, note="x"),)))
    assert fleet.changes_since_last_call(START).jobs == ()
    fleet.apply(Change(servers=(replace(server, tags=("office",)),)))
    (changed,) = fleet.changes_since_last_call(START).jobs
    assert changed.tags == ("office",)
