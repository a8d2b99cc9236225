"""What is published: everything once, then what changes, and what is gone is removed."""

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from exporter.conditions.standing import Standing
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.model import JobSettings
from exporter.model.live import Progress
from exporter.mqtt.discovery import Describing, describe_job
from exporter.mqtt.index import read_index
from exporter.mqtt.publisher import Publisher, Sources
from exporter.mqtt.states import job_state
from exporter.mqtt.topics import FLEET, Topics, job_name
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import ERROR, NOW, daily, row
from tests.support.daemon import CREATED
from tests.support.strategies.state import activity_of, change_of, fold, server_named

TOPICS = Topics("duplistatus", "homeassistant")
COMMON = Describing(TOPICS, "1.2.3")


class World:
    """A fleet, a broker that keeps what it gets, and a publisher between them."""

    def __init__(self) -> None:
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        self.kept: dict[str, bytes] = {}
        self.sent: list[tuple[str, bytes]] = []
        self.standing = Standing(self.fleet)
        self.connect()

    def connect(self) -> None:
        """Begin anew, as after a connection was lost."""
        sources = Sources(self.fleet, self.standing, lambda _now: ())
        self.publisher = Publisher(sources, COMMON, self, lambda: None)

    def publish(self, topic: str, payload: bytes) -> None:
        """Take a message, as a broker does."""
        self.sent.append((topic, payload))
        if payload:
            self.kept[topic] = payload
        else:
            self.kept.pop(topic, None)

    def put(self, job: Job, server: str = "nas") -> None:
        """Let the store pass on a job."""
        self.fleet.apply(change_of(server_named(server, job.server_id), job))

    def step(self, now: Millis = NOW) -> list[str]:
        """Publish; return the topics of what was sent."""
        self.sent.clear()
        self.publisher.step(now)
        return [topic for topic, _ in self.sent]

    def state(self, job_id: int) -> dict[str, object]:
        """Return what the broker keeps of a job."""
        found: dict[str, object] = json.loads(self.kept[TOPICS.state(job_name(job_id))])
        return found

    def device(self, job_id: int) -> str:
        """Return the device that a job belongs to."""
        config = json.loads(self.kept[TOPICS.config(job_name(job_id))])
        return str(config["device"]["identifiers"][0])


def job(job_id: int = 1, *, server: int = 1, name: str = "Photos") -> Job:
    return Job.of(job_id, server, name, fold(daily()), JobSettings())


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.put(job())
    yield made
    made.publisher.close()


def test_a_connection_begins_with_all_there_is_and_ends_with_online(world: World) -> None:
    assert world.step() == [
        TOPICS.config(FLEET),
        TOPICS.index,
        TOPICS.state("job_1"),
        TOPICS.config("job_1"),
        TOPICS.state(FLEET),
        TOPICS.availability,
    ]
    assert world.kept[TOPICS.availability] == b"online"


def test_what_did_not_change_is_not_repeated(world: World) -> None:
    world.step()
    assert world.step(NOW + MINUTE) == []
    world.put(job())
    assert world.publisher.has_reason(NOW)
    assert world.step() == []
    assert not world.publisher.has_reason(NOW)


def test_only_what_changed_is_published(world: World) -> None:
    world.put(job(2))
    world.step()
    world.put(replace(job(2), packed=job(2).with_state(fold(row(ERROR))).packed))
    assert world.step() == [TOPICS.state("job_2"), TOPICS.state(FLEET)]
    assert world.state(2)["status"] == "error"


def test_a_new_name_is_a_new_description_of_the_same_entities(world: World) -> None:
    world.step()
    world.put(replace(job(), name="Pictures"))
    assert world.step() == [TOPICS.config("job_1")]


def test_a_job_that_goes_is_removed(world: World) -> None:
    world.put(job(2))
    world.step()
    world.fleet.apply(Change(removed_jobs=(1,)))
    assert world.step() == [
        TOPICS.config("job_1"),
        TOPICS.state("job_1"),
        TOPICS.index,
        TOPICS.state(FLEET),
    ]
    assert [topic for topic in world.kept if "job_1" in topic] == []


def test_a_job_of_another_server_is_removed_first(world: World) -> None:
    world.step()
    world.put(job(server=2), "other")
    assert world.step()[:5] == [
        TOPICS.index,
        TOPICS.config("job_1"),
        TOPICS.state("job_1"),
        TOPICS.state("job_1"),
        TOPICS.config("job_1"),
    ]
    assert world.device(1) == "duplistatus_server_2"


def test_time_alone_makes_a_job_overdue(world: World) -> None:
    world.step()
    assert not world.publisher.has_reason(NOW + HOUR)
    late = NOW + 2 * DAY
    assert world.publisher.has_reason(late)
    assert world.step(late) == [TOPICS.state("job_1"), TOPICS.state(FLEET)]
    assert world.state(1)["problem"] == "ON"
    assert world.step(late + 1) == []


def test_progress_is_published_while_a_backup_runs(world: World) -> None:
    world.step()
    began = NOW + MINUTE
    for ratio in (0.1, 0.104, 0.5):
        activity = replace(activity_of(began, began), progress=Progress(ratio=ratio), reported=None)
        world.fleet.apply_live_report(1, activity, began)
        topics = world.step(began + 1)
        assert (TOPICS.state("job_1") in topics) == (ratio != 0.104)
    assert (world.state(1)["running"], world.state(1)["progress"]) == ("ON", 50)


def test_after_a_connection_everything_is_published_again(world: World) -> None:
    first = world.step()
    world.connect()
    assert world.step() == first


def test_what_is_left_of_an_earlier_life_is_removed(world: World) -> None:
    world.kept = dict.fromkeys((*_topics("job_7"), *_topics("job_8")), b"{}")
    world.publisher.check({7: 1, 8: 2, 1: 1})
    assert world.kept == {}
    world.step()
    assert world.kept[TOPICS.index] == b'{"1":1}'


def test_what_is_right_of_an_earlier_life_is_left_alone(world: World) -> None:
    world.publisher.check({1: 1})
    assert world.sent == []


def test_a_job_that_had_another_device_is_described_again(world: World) -> None:
    world.step()
    world.publisher.check({1: 2})
    world.step()
    assert world.device(1) == "duplistatus_server_1"


def test_what_breaks_off_is_in_the_list_already(world: World) -> None:
    topics = world.step()
    assert topics.index(TOPICS.index) < topics.index(TOPICS.config("job_1"))


def test_a_removed_job_is_in_the_list_until_it_is_removed(world: World) -> None:
    world.step()
    world.fleet.apply(Change(removed_jobs=(1,)))
    topics = world.step()
    assert topics.index(TOPICS.index) > topics.index(TOPICS.config("job_1"))
    assert world.kept[TOPICS.index] == b"{}"


def test_reports_get_a_pause_after_a_few_jobs() -> None:
    world = World()
    for job_id in range(1, 51):
        world.put(job(job_id))
    pauses: list[int] = []
    sources = Sources(world.fleet, world.standing, lambda _now: ())
    world.sent.clear()
    Publisher(sources, COMMON, world, lambda: pauses.append(len(world.sent))).step(NOW)
    assert max(after - before for before, after in pairwise([0, *pauses])) <= 2 * 20 + 3


class Lives(RuleBasedStateMachine):
    """Reports, moves, removals, lost connections and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.now = NOW
        self.ids: set[int] = set()

    @rule(
        job_id=st.integers(1, 3),
        server=st.integers(1, 2),
        name=st.sampled_from("ab"),
        runs=st.sampled_from((daily(), daily(last=ERROR), row(ERROR))),
        chosen=st.builds(
            JobSettings, paused=st.booleans(), muted=st.sampled_from((None, NOW + DAY))
        ),
    )
    def report(self, **given: object) -> None:
        job_id, server, name = given["job_id"], given["server"], given["name"]
        self.ids.add(job_id)  # type: ignore[arg-type] # as drawn
        made = Job.of(job_id, server, name, fold(given["runs"]), given["chosen"])  # type: ignore[arg-type] # as drawn
        self.world.put(made, f"nas {server}")

    @rule(job_id=st.integers(1, 3))
    def removed(self, job_id: int) -> None:
        self.remove(job_id)

    def remove(self, job_id: int) -> None:
        """Let the store pass on that a job is gone."""
        self.world.fleet.apply(Change(removed_jobs=tuple({job_id} & self.ids)))
        self.ids.discard(job_id)

    @rule(span=st.sampled_from((1, HOUR, DAY)))
    def pass_time(self, span: Millis) -> None:
        self.now += span

    @rule(gone=st.booleans())
    def connect(self, gone: bool) -> None:  # noqa: FBT001 - drawn
        self.world.publisher.close()
        if gone and self.ids:
            self.remove(min(self.ids))
        self.world.connect()
        self.world.publisher.check(read_index(self.world.kept.get(TOPICS.index, b"")))

    @invariant()
    def the_broker_keeps_what_holds(self) -> None:
        self.world.step(self.now)
        views = {job_name(view.job.id): view for view in self.world.fleet.jobs()}
        for name, view in views.items():
            state, config = (json.loads(self.world.kept[each]) for each in _topics(name))
            expected = job_state(view, self.now)
            assert {**state, "because": 0} == {**expected, "because": 0}
            assert state["because"]["conditions"] == expected["because"]["conditions"]
            assert config == describe_job(view, COMMON)
        topics = {topic for name in (*views, FLEET) for topic in _topics(name)}
        assert read_index(self.world.kept[TOPICS.index]).keys() == self.ids
        assert self.world.kept.keys() == topics | {TOPICS.availability, TOPICS.index}


def _topics(name: str) -> tuple[str, str]:
    return TOPICS.state(name), TOPICS.config(name)


TestLives = Lives.TestCase
TestLives.settings = settings(suppress_health_check=list(HealthCheck))
