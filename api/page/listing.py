"""What the overview and a server's page have in common: the words at the head, and the rows."""

from collections.abc import Iterable
from typing import Any

from api.page import choice, drawing, rows, words
from api.page.choice import Wish
from api.page.counts import Count
from api.page.rows import When
from exporter.condition import Census, Condition, sentence
from exporter.store import Store
from exporter.times import Millis
from exporter.views import JobView


def head(census: Census, counts: list[Count], now: Millis) -> dict[str, Any]:
    """Return what stands at the head of a page."""
    calm = Condition.FINE if census.fine else None
    return {
        "now": When.of(now, now),
        "sentence": sentence(census, _failed(census, now)),
        "worst": next(iter(census.troubles), calm),
        "counts": counts,
    }


def _failed(census: Census, now: Millis) -> str | None:
    """Say when the newest failure was; a start to come is that of a clock a little ahead."""
    last = census.last_failure
    return None if last is None else words.relative(min(last, now), now)


def listing(store: Store, views: Iterable[JobView], wish: Wish, now: Millis) -> dict[str, Any]:
    """Return the rows that are asked for, and what is needed to show them."""
    shown = choice.shown(views, wish, now)
    return {
        "wish": wish,
        "shown": shown,
        "groups": rows.groups(store, shown.views, now, grouped=bool(wish.group)),
        "shapes": drawing.SHAPES,
    }
