"""Addresses of databases: what they show, and which are refused."""

import pytest

from exporter.config.database import PostgresUrl
from exporter.store import StoreError
from exporter.store.postgres.address import Address

BROKEN = ["pa@tail", "pa/tail", "@tail", "1/tail@", "pa:@tail"]
"""Passwords with a tail that libpq reads as something else."""


@pytest.mark.parametrize("password", BROKEN)
@pytest.mark.parametrize("user", ["me", "me@azure"])
def test_a_password_that_is_not_encoded_is_not_shown(user: str, password: str) -> None:
    url = f"postgresql://{user}:{password}@db/reports"
    assert "tail" not in str(PostgresUrl(url))
    with pytest.raises(StoreError, match="%40") as error:
        Address(url)
    assert "tail" not in str(error.value)


def test_an_encoded_password_is_accepted_and_not_shown() -> None:
    url = "postgresql://me:pa%40t%2Fail@db/reports?sslpassword=tail&host=@socket"
    assert str(Address(url)) == "user=me dbname=reports host=@socket"
    assert "pa@t/ail" in Address(url).conninfo


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/reports",
        "postgresql://me@db:5432,other:5433/reports",
        "postgresql://me:secret@[::1]:5432/reports?application_name=a@b/c",
        "postgresql:///reports?host=/run/postgresql",
        "postgresql://",
    ],
)
def test_other_addresses_are_accepted(url: str) -> None:
    assert "secret" not in str(Address(url))
    assert "secret" not in str(PostgresUrl(url))
