"""Functions beside which something else happens, once."""

from collections.abc import Callable
from typing import Any


def before_first(call: Callable[..., Any], earlier: Callable[[], object]) -> Callable[..., Any]:
    """Return a function that does something more, once, before the original one."""
    do_earlier = _once(earlier)

    def called(*values: object) -> object:
        do_earlier()
        return call(*values)

    return called


def after_first(call: Callable[..., Any], then: Callable[[], object]) -> Callable[..., Any]:
    """Return a function that does something more, once, after the original one."""
    do_then = _once(then)

    def called(*values: object) -> object:
        answer = call(*values)
        do_then()
        return answer

    return called


def _once(act: Callable[[], object]) -> Callable[[], None]:
    left = [act]

    def acted() -> None:
        while left:
            left.pop()()

    return acted
