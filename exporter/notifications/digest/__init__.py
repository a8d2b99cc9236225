"""Digests: what became of the backups in a span, as a mail, as plain text and as a page."""

from exporter.notifications.digest.collecting import Choice, Sources, collect
from exporter.notifications.digest.composing import Composed, compose_digest
from exporter.notifications.digest.facts import (
    Amounts,
    CopyFact,
    DigestFacts,
    JobFacts,
    VerificationFact,
)
from exporter.notifications.digest.schedule import Digests, DueDigest, next_digest, span_of
from exporter.notifications.digest.shown import ShownDigest, show
from exporter.notifications.digest.span import MAX_SPAN, Span

__all__ = [
    "MAX_SPAN",
    "Amounts",
    "Choice",
    "Composed",
    "CopyFact",
    "DigestFacts",
    "Digests",
    "DueDigest",
    "JobFacts",
    "ShownDigest",
    "Sources",
    "Span",
    "VerificationFact",
    "collect",
    "compose_digest",
    "next_digest",
    "show",
    "span_of",
]
