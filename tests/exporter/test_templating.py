"""Text for people: in one line, in columns, without what would turn it around."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader

from exporter.templating import columns, environment, left, plain, right, speak, wrapped

ANY = st.text(st.characters(codec="utf-8"), max_size=200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Documents", "Documents"),
        ("  two\n lines\t", "two lines"),
        ("nul\x00, bell\x07", "nul\ufffd, bell\ufffd"),
        ("gnp.\u202egpj", "gnp.\ufffdgpj"),
        ("lone \ud800", "lone \ufffd"),
        ("separated\u2028lines", "separated lines"),
        ("写真 👨\u200d👩\u200d👧", "写真 👨\u200d👩\u200d👧"),
        ("x" * 90, "x" * 79 + "…"),
    ],
)
def test_a_text_is_plain_in_one_line(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(max_size=200), st.integers(1, 100))
def test_any_text_is_made_plain_and_short(text: str, most: int) -> None:
    shown = plain(text, most)
    assert len(shown) <= most
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & set("\0\x07\x1b\x7f\x9b\u202e\u2066\ud800")


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("abc", 3), ("中文", 4), ("e\u0301", 1), ("…", 1), ("ア", 2)]
)
def test_wide_characters_take_two_columns(text: str, count: int) -> None:
    assert columns(text) == count


@pytest.mark.parametrize(
    ("text", "at_left", "at_right"),
    [
        ("", "     ", "     "),
        ("abc", "abc  ", "  abc"),
        ("abcde", "abcde", "abcde"),
        ("abcdef", "abcd…", "abcd…"),
        ("中文字", "中文…", "中文…"),
        ("a中文字", "a中… ", " a中…"),
    ],
)
def test_a_text_fits_its_column(text: str, at_left: str, at_right: str) -> None:
    assert (left(text, 5), right(text, 5)) == (at_left, at_right)
    assert left(7, 2) == "7 "


@given(ANY, st.integers(1, 80))
def test_any_text_fills_its_column_exactly(text: str, width: int) -> None:
    assert columns(left(text, width)) == width
    assert columns(right(text, width)) == width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ""),
        ("one two", "  one two"),
        ("one two three", "  one two\n  three"),
        ("a-word-too-long b", "  a-word-…\n  b"),
    ],
)
def test_lines_are_broken_between_words(text: str, lines: str) -> None:
    assert wrapped(text, 10, 2) == lines


@given(ANY, st.integers(10, 80), st.integers(0, 4))
def test_no_line_is_too_long_and_no_word_is_lost(text: str, width: int, indent: int) -> None:
    lines = wrapped(text, width, indent).split("\n")
    assert all(columns(line) <= width for line in lines)
    assert len(" ".join(lines).split()) == len(text.split())


def test_a_text_of_a_template_is_html_and_its_values_are_not() -> None:
    text = "{% trans name=name %}All of <b>{{ name }}</b>, 100 %{% endtrans %}"
    assert spoken(text, name="<i>\u202egpj") == "All of <b>&lt;i&gt;\ufffdgpj</b>, 100 %"


def test_a_value_that_is_html_stays_so() -> None:
    text = "{% set time %}<b>now</b>{% endset %}{% trans %}since {{ time }}{% endtrans %}"
    assert spoken(text) == "since <b>now</b>"


@pytest.mark.parametrize(("count", "said"), [(1, "1 run"), (2, "2 runs")])
def test_a_text_has_a_form_for_a_number(count: int, said: str) -> None:
    text = "{% trans count=count %}{{ count }} run{% pluralize %}{{ count }} runs{% endtrans %}"
    assert spoken(text, count=count) == said


def test_a_text_is_trimmed_to_one_line() -> None:
    assert spoken("{% trans %}\n  one\n  two\n{% endtrans %}") == "one two"


def spoken(text: str, /, **values: object) -> str:
    made = environment(DictLoader({"page.html": text}))
    speak(made)
    return made.get_template("page.html").render(values)


def test_a_text_from_elsewhere_is_translated_and_is_no_html() -> None:
    assert spoken("{{ text|translated }}", text="<i>100 %") == "&lt;i&gt;100 %"
