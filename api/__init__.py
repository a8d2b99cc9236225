"""HTTP: a Falcon app over the domain, and the server that runs it."""
