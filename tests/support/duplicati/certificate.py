"""A self-signed certificate, as Duplicati makes one where nobody gives it another."""

import hashlib
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.support.process.commands import needed


class Certificate(NamedTuple):
    """A certificate in PEM, and its key."""

    path: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, as OpenSSL and browsers show it."""
        der = ssl.PEM_cert_to_DER_cert(self.path.read_text(encoding="ascii"))
        return hashlib.sha256(der).digest().hex(":").upper()


def make_certificate(folder: Path) -> Certificate:
    """Make one for this machine."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            needed("openssl"),
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-noenc", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-out", str(made.path), "-keyout", str(made.key)),
        ],
        check=True,
        capture_output=True,
    )
    return made
