"""Which series and labels an expression names."""

from collections.abc import Iterator
from typing import NamedTuple

import promql_parser as promql


class Named(NamedTuple):
    """The series and the labels that something names."""

    series: frozenset[str]
    labels: frozenset[str]


def named(expression: str) -> Named:
    """Return what an expression asks for."""
    found = nodes(expression)
    selectors = [node for node in found if isinstance(node, promql.VectorSelector)]
    series = frozenset(node.name or "" for node in selectors)
    return Named(series, frozenset(label for node in found for label in _labels(node)))


def nodes(expression: str) -> list[promql.Expr]:
    """Return all nodes of an expression's tree."""
    found: list[promql.Expr] = []
    promql.walk(promql.parse(expression), found.append)
    return found


def kept(expression: str) -> list[frozenset[str]]:
    """Return the labels that are left where series are brought together by some of theirs."""
    return [frozenset(labels) for node in nodes(expression) for labels in _kept(node)]


def _kept(node: promql.Expr) -> Iterator[list[str]]:
    if isinstance(node, promql.AggregateExpr):
        if node.modifier is None or node.modifier.type == promql.AggModifierType.By:
            yield node.modifier.labels if node.modifier is not None else []
    elif isinstance(node, promql.BinaryExpr) and node.modifier is not None:
        matching = node.modifier.matching
        if matching is not None and matching.type == promql.LabelModifierType.Include:
            yield matching.labels


def _labels(node: promql.Expr) -> Iterator[str]:
    if isinstance(node, promql.VectorSelector):
        yield from (matcher.name for matcher in node.matchers.matchers)
    elif isinstance(node, promql.AggregateExpr) and node.modifier is not None:
        yield from node.modifier.labels
    elif isinstance(node, promql.BinaryExpr) and node.modifier is not None:
        matching = node.modifier.matching
        yield from (matching.labels if matching is not None else ())
