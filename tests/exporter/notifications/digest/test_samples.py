"""The samples try all of the templates."""

from exporter.notifications.digest.samples import digest_samples
from exporter.notifications.rendering import Templates


def test_the_own_templates_have_no_problem() -> None:
    assert Templates().problems(digest_samples()) == []


def test_a_troubled_job_and_one_that_is_left_out_are_among_them() -> None:
    templates = Templates()
    texts = [
        templates.render("digest.txt.jinja", each) for each in digest_samples()["digest.txt.jinja"]
    ]
    assert any("no space left" in text and "1 more" in text for text in texts)
