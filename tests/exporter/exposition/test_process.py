"""The families of the process are those of the client library."""

import math
import os
import resource
from pathlib import Path

import pytest
from prometheus_client.core import Metric
from prometheus_client.process_collector import ProcessCollector

from exporter.exposition.families.process import ProcessFamilies


def told(families: list[Metric]) -> dict[str, float]:
    return {sample.name: sample.value for each in families for sample in each.samples}


def test_they_have_the_names_texts_and_types_of_the_library() -> None:
    library = list(ProcessCollector(registry=None).collect())
    ours = list(ProcessFamilies().collect())
    assert [(each.name, each.documentation, each.type) for each in ours] == [
        (each.name, each.documentation, each.type) for each in library
    ]


def test_they_have_its_values() -> None:
    library = told(list(ProcessCollector(registry=None).collect()))
    ours = told(list(ProcessFamilies().collect()))
    assert ours.keys() == library.keys()
    for same in ("process_start_time_seconds", "process_max_fds"):
        assert ours[same] == library[same]
    for near in ("process_virtual_memory_bytes", "process_resident_memory_bytes"):
        assert math.isclose(ours[near], library[near], rel_tol=0.2)
    assert ours["process_cpu_seconds_total"] >= library["process_cpu_seconds_total"] - 0.02


def test_each_open_file_is_counted() -> None:
    families = ProcessFamilies()
    before = told(list(families.collect()))["process_open_fds"]
    read, write = os.pipe()
    assert told(list(families.collect()))["process_open_fds"] == before + 2
    os.close(read)
    os.close(write)


def test_an_older_kernel_has_them_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    families = ProcessFamilies()
    before = told(list(families.collect()))["process_open_fds"]
    monkeypatch.setattr(Path, "stat", lambda _path: os.stat_result([0] * 10))
    assert abs(told(list(families.collect()))["process_open_fds"] - before) <= 1


def test_without_limits_the_most_is_infinite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (resource.RLIM_INFINITY,) * 2)
    assert told(list(ProcessFamilies().collect()))["process_max_fds"] == math.inf


def test_what_cannot_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    families = ProcessFamilies()

    def refuse(*_arguments: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "open", refuse)
    names = told(list(families.collect())).keys()
    assert "process_open_fds" in names
    assert "process_resident_memory_bytes" not in names


def test_a_machine_without_proc_has_none(tmp_path: Path) -> None:
    assert list(ProcessFamilies(tmp_path).collect()) == []
