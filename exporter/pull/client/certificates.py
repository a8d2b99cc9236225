"""Which certificate of a server is trusted, and what a person can do about one that is not.

Duplicati creates its own certificate unless it is given one, so this is not a rare case.
"""

import contextlib
import hashlib
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import InsecureRequestWarning, SSLError
from urllib3.response import BaseHTTPResponse

from exporter.config.pull_targets import PullTarget
from exporter.model.pulled import Certificate
from exporter.pull.client.errors import AccessError
from exporter.pull.client.expiry import expiry

_CERTIFICATE = "CERTIFICATE-----"
"""Part of the first line of each certificate in PEM (RFC 7468)."""

_SECONDS = 10.0
_HTTPS = 443


def settings(target: PullTarget) -> dict[str, Any]:
    """Return the client's settings for a server's certificate.

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
    return {"ssl_context": _trusting(target.ca_file)}


def _trusting(file: Path) -> ssl.SSLContext:
    """Return a context that trusts the certificates of a file, and no others.

    The file is read here: Python's error for a file that OpenSSL cannot read depends on what other
    threads do meanwhile.
    """
    try:
        pem = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from error
    if _CERTIFICATE not in pem:  # an empty text would mean the system's certificates
        raise _unusable(file, "it contains no certificate in PEM")
    try:
        return ssl.create_default_context(cadata=pem.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise _unusable(file, "it contains a certificate that cannot be read") from error


def _unusable(file: Path, reason: str) -> AccessError:
    return AccessError(f"the certificates of {file} cannot be used: {reason}")


def shown(answer: BaseHTTPResponse) -> bytes | None:
    """Return the certificate that a server showed with an answer, in DER; None if it is gone."""
    socket = getattr(answer.connection, "sock", None)
    return socket.getpeercert(binary_form=True) if isinstance(socket, ssl.SSLSocket) else None


def read(der: bytes | None) -> Certificate | None:
    """Return what is kept of a certificate; None without one that can be read."""
    if der is None:
        return None
    with contextlib.suppress(ValueError):
        return Certificate(hashlib.sha256(der).hexdigest(), expiry(der))
    return None


def is_refused(reason: object) -> bool:
    """Return whether a connection failed because the certificate is not trusted."""
    text = str(reason)
    return isinstance(reason, SSLError) and (
        "CERTIFICATE_VERIFY_FAILED" in text or "Fingerprints did not match" in text
    )


def explain(target: PullTarget) -> str:
    """Return what to do about a certificate that is not trusted, with its fingerprint."""
    shown = _fingerprint(target.url)
    found = f"Its SHA-256 fingerprint is {shown}" if shown else "Look at its SHA-256 fingerprint"
    if target.fingerprint is not None:
        problem = "shows another certificate than the pinned one"
        todo = "if it was renewed, pin the new one; otherwise somebody intercepts the connection"
    else:
        problem = "shows a certificate that is not trusted, for example a self-signed one"
        todo = (
            f"if the server's own fingerprint is the same, give --fingerprint {shown or 'SHA256'}"
        )
        todo += f', or fingerprint = "{shown or "SHA256"}" in its [[pull]] table'
    return f"{problem}. {found}: {todo}"


def _fingerprint(url: str) -> str:
    """Return the fingerprint of the certificate that a server shows, empty if it shows none."""
    address = urlsplit(url)
    with contextlib.suppress(OSError, ValueError):
        pem = ssl.get_server_certificate(
            (address.hostname or "", address.port or _HTTPS), timeout=_SECONDS
        )
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    return ""
