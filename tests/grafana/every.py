"""A rule for one panel or expression as one test of all: its message names each that breaks it."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
Rule = Callable[Concatenate[T, P], None]


def of_every(items: Sequence[T]) -> Callable[[Rule[T, P]], Callable[P, None]]:
    """Make a test of a rule whose first argument is an item; the others are fixtures."""
    assert items

    def decorate(rule: Rule[T, P]) -> Callable[P, None]:
        @functools.wraps(rule)
        def test(*fixtures: P.args, **named: P.kwargs) -> None:
            told = [
                _told(functools.partial(rule, each, *fixtures, **named), each) for each in items
            ]
            faults = [fault for fault in told if fault]
            assert not faults, f"{len(faults)} of {len(items)}:\n" + "\n".join(faults)

        signature = inspect.signature(rule)
        _, *fixtures = signature.parameters.values()
        test.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined] # pytest reads it
        return test

    return decorate


def _told(rule: Callable[[], None], item: object) -> str:
    try:
        rule()
    except (AssertionError, LookupError, ValueError) as error:
        return f"{item}: {type(error).__name__}: {error}"
    return ""
