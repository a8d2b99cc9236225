"""Which server of the fleet a table is of."""

import pytest
from msgspec.structs import replace

from exporter.config.pull_targets import make_target
from exporter.pull.matching import TargetIndex
from tests.support.strategies.state import server_named

NAS = make_target("https://nas.example:8200")
OTHER = make_target("https://192.0.2.4:8200", name="Office")


def test_before_a_pull_a_server_is_known_by_what_it_is_called() -> None:
    index = TargetIndex([NAS, OTHER])
    for name in ("nas", "NAS", "nas.example", "nas.example:8200"):
        assert index.target_of(server_named(name)) == NAS
    assert index.target_of(server_named("office")) == OTHER
    assert index.target_of(server_named("laptop")) is None
    assert index.target_of(replace(server_named("laptop"), alias="office")) == OTHER
    url = "https://192.0.2.4:8200/"
    assert index.target_of(replace(server_named("laptop"), url=url)) == OTHER


def test_a_name_that_two_tables_have_is_of_neither() -> None:
    second = make_target("https://nas.example:8300")
    index = TargetIndex([NAS, second])
    assert index.target_of(server_named("nas")) is None
    assert index.target_of(server_named("nas.example:8300")) == second


@pytest.mark.parametrize("machine_id", ["m-1", None])
def test_after_a_pull_a_server_is_known_by_its_runs_or_machine(machine_id: str | None) -> None:
    index = TargetIndex([NAS, OTHER])
    index.learn(NAS, [7], machine_id)
    laptop = server_named("laptop")
    assert index.target_of(replace(laptop, id=7)) == NAS
    assert index.target_of(replace(laptop, machine_id="m-1")) == (NAS if machine_id else None)
    assert index.target_of(server_named("nas")) is None
    assert index.target_of(server_named("office")) == OTHER
