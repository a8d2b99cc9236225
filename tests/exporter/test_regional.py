"""The zone of the machine, by its name."""

import pytest

from exporter import regional


@pytest.mark.parametrize(
    ("variable", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":America/Lima", "America/Lima"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Nowhere/Town", "UTC"),
        ("CET-1CEST", "UTC"),
        ("/etc/passwd", "UTC"),
    ],
)
def test_it_is_that_of_the_variable_and_utc_where_that_names_none(
    monkeypatch: pytest.MonkeyPatch, variable: str, zone: str
) -> None:
    monkeypatch.setenv("TZ", variable)
    assert regional.machine_zone() == zone


def test_without_the_variable_it_is_that_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert regional.machine_zone()
