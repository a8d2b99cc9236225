"""The options with which Duplicati sends its reports here."""


def duplicati_options(upload_url: str) -> list[str]:
    """Return the options, as they are pasted or given on a command line."""
    return [
        f"--send-http-url={upload_url}",
        "--send-http-result-output-format=Json",
        "--send-http-log-level=Information",
        "--send-http-max-log-lines=0",
    ]
