"""Tags: short words, in lower case, each once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model.tags import MAX_TAGS, read_tag, read_tags, united

TAGS = st.text(st.sampled_from("abzÄß0-_.:/@+"), min_size=1, max_size=10)


@given(text=TAGS)
def test_a_tag_that_was_read_is_read_as_the_same(text: str) -> None:
    tag = read_tag(text)
    assert read_tag(tag) == read_tag(text.upper()) or "ß" in text
    assert read_tag(tag) == tag


@pytest.mark.parametrize("text", ["", " ", "a b", "a,b", "a\nb", "a\0", "#a", "<b>", "x" * 41])
def test_what_is_no_tag_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 40 letters"):
        read_tag(text)


@given(tags=st.lists(TAGS, max_size=MAX_TAGS))
def test_tags_are_sorted_and_each_is_there_once(tags: list[str]) -> None:
    assert read_tags(tags) == tuple(sorted(set(map(read_tag, tags))))


@given(own=st.sets(TAGS, max_size=MAX_TAGS), others=st.sets(TAGS, max_size=MAX_TAGS))
def test_united_tags_are_those_of_both_as_long_as_there_is_room(
    own: set[str], others: set[str]
) -> None:
    both = united(own, others)
    assert own <= set(both) <= own | others
    assert len(both) == min(len(own | others), MAX_TAGS)
    assert list(both) == sorted(both)
