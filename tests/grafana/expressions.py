"""Expressions of the dashboards: their variables filled in, and taken apart."""

import re
from collections.abc import Iterator, Mapping
from re import Match

import promql_parser as promql

FILLED = {
    "server": ".+",
    "backup": ".+",
    "job": ".+",
    "instance": ".+",
    "__range": "7d",
    "__rate_interval": "2h",
}
"""What Grafana would write for the variables while all is chosen."""


def filled(expr: str, values: Mapping[str, str] = FILLED) -> str:
    """Return an expression as Prometheus gets it; a variable without a value is a fault."""

    def value(variable: Match[str]) -> str:
        return values[variable["plain"] or variable["formatted"]]

    return _VARIABLE.sub(value, expr)


_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<formatted>\w+)(?::regex)?\})")


def parsed(expr: str) -> promql.Expr:
    """Return the tree of an expression; its variables are filled in."""
    return promql.parse(filled(expr))


def nodes(expr: str) -> list[promql.Expr]:
    """Return all nodes of an expression's tree."""
    found: list[promql.Expr] = []
    promql.walk(parsed(expr), found.append)
    return found


def selectors(expr: str) -> list[promql.VectorSelector]:
    """Return the selectors of series, those under a range as well."""
    return [node for node in nodes(expr) if isinstance(node, promql.VectorSelector)]


def selected(argument: promql.Expr) -> promql.Expr:
    """Return what a function that takes a range reads, be it each sample or a look now and then."""
    if isinstance(argument, promql.MatrixSelector):
        return argument.vector_selector
    return argument.expr if isinstance(argument, promql.SubqueryExpr) else argument


def labels(expr: str) -> set[str]:
    """Return every label that is read; one that a function makes is none of them."""
    return set(_read(expr)) - set(_made(expr))


def _read(expr: str) -> Iterator[str]:
    for selector in selectors(expr):
        yield from (matcher.name for matcher in selector.matchers.matchers)
    for group in groupings(expr):
        yield from group


def groupings(expr: str) -> Iterator[list[str]]:
    """Yield the labels by which series are put together or matched, each time it is done."""
    for node in nodes(expr):
        if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            yield node.modifier.labels
        elif isinstance(node, promql.BinaryExpr) and node.modifier is not None:
            matching = node.modifier.matching
            yield matching.labels if matching is not None else []


def _made(expr: str) -> Iterator[str]:
    for node in nodes(expr):
        if isinstance(node, promql.Call) and node.func.name in ("label_replace", "label_join"):
            destination = node.args[1]
            assert isinstance(destination, promql.StringLiteral)
            yield destination.val


def labels_of_result(expr: str) -> set[str]:
    """Return the labels of an expression whose outermost aggregation names them."""
    grouped = next(node for node in nodes(expr) if isinstance(node, promql.AggregateExpr))
    assert grouped.modifier is not None
    return {*grouped.modifier.labels, *_made(expr)}
