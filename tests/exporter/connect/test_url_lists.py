import pytest

from exporter.connect.url_lists import has_ours, persons, token_of, with_ours, without_ours

OURS = "http://monitor:9666/api/upload?token=new"
FORMER = "http://monitor:9666/api/upload?token=old"
PERSONS = "http://monitor:9666/api/upload?server=attic"
OTHER = "https://hc.example/ping/1?x=2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", OURS),
        ("  ", OURS),
        (OTHER, f"{OTHER};{OURS}"),
        (f"{OTHER}; {OTHER}2 ", f"{OTHER}; {OTHER}2 ;{OURS}"),
        (FORMER, OURS),
        (f"{OTHER};{FORMER};{OTHER}2", f"{OTHER};{OURS};{OTHER}2"),
        (f"{FORMER};{OTHER};{OURS}", f"{OURS};{OTHER}"),
        (OURS, OURS),
        ("HTTP://Monitor:9666/api/upload/", OURS),
        ("http://monitor:9667/api/upload", f"http://monitor:9667/api/upload;{OURS}"),
        ("http://[::1", f"http://[::1;{OURS}"),
    ],
)
def test_ours_is_added_once_and_takes_the_place_of_a_former_one(before: str, after: str) -> None:
    assert with_ours(before, OURS, ";") == after
    assert has_ours(after, FORMER, ";")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (OTHER, OTHER),
        (FORMER, ""),
        (f"{OTHER} ; {FORMER}", f"{OTHER} "),
        (f"{FORMER};{OTHER}", OTHER),
        (f"{OURS};{FORMER};{OTHER};{OURS}", OTHER),
    ],
)
def test_ours_is_taken_out_whatever_its_token(before: str, after: str) -> None:
    assert without_ours(before, OURS, ";") == after


@pytest.mark.parametrize(
    "text",
    [
        PERSONS,
        f"{OTHER}; {PERSONS} ",
        f"{PERSONS}&token=old",
        "http://monitor:9666/api/upload?token=old&backup=Photos",
        "http://monitor:9666/api/upload/?x",
    ],
)
def test_an_address_of_a_person_that_leads_here_stays_alone(text: str) -> None:
    assert with_ours(text, OURS, ";") == text
    assert without_ours(text, OURS, ";") == text
    assert not has_ours(text, OURS, ";")
    (found,) = persons(text, OURS, ";")
    assert found in text.strip()


def test_ours_beside_that_of_a_person_is_still_ours() -> None:
    text = f"{PERSONS};{FORMER}"
    assert with_ours(text, OURS, ";") == f"{PERSONS};{OURS}"
    assert without_ours(text, OURS, ";") == PERSONS


@pytest.mark.parametrize("url", ["", OTHER, OURS, FORMER, "http://[::1"])
def test_no_other_address_is_taken_for_that_of_a_person(url: str) -> None:
    assert persons(url, OURS, ";") == []


def test_the_token_of_an_address_is_known() -> None:
    assert (token_of(OURS), token_of(PERSONS)) == ("new", None)


def test_either_separator_counts_and_the_first_is_written() -> None:
    activity = "http://monitor:9666/api/activity"
    text = f"http://a;{activity}?token=old,http://b"
    assert without_ours(text, activity, ",;") == "http://a,http://b"
    assert with_ours("http://a;http://b", activity, ",;") == f"http://a;http://b,{activity}"
