"""The page: what people see in a browser, without scripts and from this machine alone."""
