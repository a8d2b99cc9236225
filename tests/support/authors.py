"""Who makes the changes of tests."""

from exporter.model.audit import Author

BY = Author("the tests", 0)
