"""The HTTP server, which receives requests within limits. Only this package uses waitress."""
