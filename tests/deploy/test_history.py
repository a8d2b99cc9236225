"""What Homepage's widget asks Prometheus has an answer in the synthetic fleet's thirty days."""

import pytest

from tests.deploy.homepage import METRICS, Json
from tests.docs import metrics
from tests.rules.promql import named
from tests.tools.synthetic.history import History


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric["label"])
def test_a_metric_is_one_figure_and_of_this_exporter(metric: Json, history: History) -> None:
    assert named(metric["query"]).series <= {"up", *metrics.on_the_page()}
    (found,) = history.query(metric["query"])
    assert float(found["value"][1]) >= 0
