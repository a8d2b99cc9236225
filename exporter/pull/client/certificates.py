"""Which certificate of a server is believed, and what a person can do about one that is not.

Duplicati makes its own certificate where nobody gives it one, so this is no rare case.
"""

import contextlib
import hashlib
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import InsecureRequestWarning, SSLError

from exporter.config.pull_targets import PullTarget
from exporter.pull.client.errors import AccessError

_CERTIFICATE = "CERTIFICATE-----"
"""Stands in the first line of each certificate in PEM (RFC 7468)."""

_SECONDS = 10.0
_HTTPS = 443


def settings(target: PullTarget) -> dict[str, Any]:
    """Return what the client is told about a server's certificate.

    Raises:
        AccessError: the file of certificates cannot be used.
    """
    if target.insecure:
        urllib3.disable_warnings(InsecureRequestWarning)  # the person who set it was warned
        return {"cert_reqs": "CERT_NONE"}
    if target.fingerprint is not None:
        return {"cert_reqs": "CERT_NONE", "assert_fingerprint": target.fingerprint}
    if target.ca_file is None:
        return {"ssl_context": ssl.create_default_context()}
    return {"ssl_context": _believing(target.ca_file)}


def _believing(file: Path) -> ssl.SSLContext:
    """Return what believes the certificates of a file, and no others.

    It is read here: what Python says of a file that OpenSSL cannot read depends on what other
    threads do meanwhile.
    """
    try:
        pem = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from error
    if _CERTIFICATE not in pem:  # an empty text would stand for those that the system knows
        raise _unusable(file, "it contains no certificate in PEM")
    try:
        return ssl.create_default_context(cadata=pem.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise _unusable(file, "it contains a certificate that cannot be read") from error


def _unusable(file: Path, reason: str) -> AccessError:
    return AccessError(f"the certificates of {file} cannot be used: {reason}")


def is_refused(reason: object) -> bool:
    """Tell a certificate that is not believed from other faults of a connection."""
    told = str(reason)
    return isinstance(reason, SSLError) and (
        "CERTIFICATE_VERIFY_FAILED" in told or "Fingerprints did not match" in told
    )


def explain(target: PullTarget) -> str:
    """Say what to do about a certificate that is not believed, with its fingerprint."""
    shown = _fingerprint(target.url)
    found = f"Its SHA-256 fingerprint is {shown}" if shown else "Look at its SHA-256 fingerprint"
    if target.fingerprint is not None:
        told = "shows another certificate than the pinned one"
        todo = "if it was renewed, pin the new one; otherwise somebody intercepts the connection"
    else:
        told = "shows a certificate that is not trusted, for example a self-signed one"
        todo = (
            f"if the server's own fingerprint is the same, give --fingerprint {shown or 'SHA256'}"
        )
        todo += f', or fingerprint = "{shown or "SHA256"}" in its [[pull]] table'
    return f"{told}. {found}: {todo}"


def _fingerprint(url: str) -> str:
    """Return the fingerprint of the certificate that a server shows, empty where it shows none."""
    address = urlsplit(url)
    with contextlib.suppress(OSError, ValueError):
        pem = ssl.get_server_certificate(
            (address.hostname or "", address.port or _HTTPS), timeout=_SECONDS
        )
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    return ""
