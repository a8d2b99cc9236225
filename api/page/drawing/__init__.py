"""Pictures on the page, each with a text that says the same."""
