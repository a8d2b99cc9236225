from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.resources.badge_svg import COLOURS, MAX_CHARACTERS, SUBJECT_COLOUR, TEXT_COLOUR, draw
from exporter.conditions.badge import Badge, Tone

SVG = "{http://www.w3.org/2000/svg}"
CONTRAST_AA = 4.5


def drawn(subject: str, words: str = "all fine", tone: Tone = Tone.GOOD) -> ET.Element:
    return ET.fromstring(draw(Badge(subject, words, tone, f"{subject}: {words}")))


def texts(svg: ET.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


def test_a_badge_shows_its_subject_and_words_and_has_a_title() -> None:
    svg = drawn("backups", "2 overdue", Tone.BAD)
    assert texts(svg) == ["backups", "2 overdue"]
    assert svg.findtext(f"{SVG}title") == "backups: 2 overdue"
    assert svg.attrib["role"] == "img"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("""a"b'c&d""", """a"b'c&d"""),
        ("line\nline\ttab", "line line tab"),
        ("nul\x00 bell\x07 \ud800", "nul bell "),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("n" * 40, "n" * 40),
        ("n" * 41, "n" * 39 + "…"),
        ("", ""),
    ],
)
def test_a_name_is_text_whatever_it_holds(subject: str, shown: str) -> None:
    assert texts(drawn(subject))[0] == shown


@given(st.text(max_size=60))
def test_every_name_makes_a_picture_that_holds_its_text(subject: str) -> None:
    svg = drawn(subject)
    name, words = svg.iter(f"{SVG}text")
    assert len(name.text or "") <= MAX_CHARACTERS
    for each, after in ((name, words.attrib["x"]), (words, svg.attrib["width"])):
        assert float(each.attrib["x"]) + float(each.attrib["textLength"]) < float(after)


def test_wide_characters_get_the_room_they_need() -> None:
    (narrow, _), (wide, _) = (drawn(name).iter(f"{SVG}text") for name in ("nn", "備份"))
    assert float(wide.attrib["textLength"]) == 2 * float(narrow.attrib["textLength"])


def test_nothing_in_it_is_fetched_styled_or_run() -> None:
    names = {each.tag.removeprefix(SVG) for each in drawn("nas").iter()}
    assert names == {"svg", "title", "rect", "path", "g", "text"}
    attributes = {name for each in drawn("nas").iter() for name in each.attrib}
    assert not {name for name in attributes if name.startswith(("on", "style", "href"))}


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    whole = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = (int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [*COLOURS.values(), SUBJECT_COLOUR])
def test_the_text_can_be_read_on_every_colour(colour: str) -> None:
    text, ground = _luminance(TEXT_COLOUR), _luminance(colour)
    assert (text + 0.05) / (ground + 0.05) >= CONTRAST_AA


def test_every_tone_has_a_colour_of_its_own() -> None:
    assert len(set(COLOURS.values())) == len(Tone)
