"""What tests of several artefacts ask for."""

from tests.support.distribution import distribution

__all__ = ["distribution"]
