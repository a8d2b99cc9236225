import hashlib
from pathlib import Path

import pytest

from exporter.config.pull_targets import make_target
from exporter.pull.client.errors import AccessError
from exporter.pull.client.session import Session
from exporter.pull.client.transport import Transport
from tests.support.duplicati.asking import AT_ONCE, session
from tests.support.duplicati.certificate import Certificate, make_certificate
from tests.support.duplicati.simulator import PASSWORD, Simulator


def refusal(simulator: Simulator, **trust: str) -> str:
    with session(simulator, **trust) as asking, pytest.raises(AccessError) as refused:
        asking.get("/backups")
    assert simulator.requests == [], "the password was sent"
    return str(refused.value)


def test_a_self_signed_certificate_is_refused_with_the_option_that_believes_it(
    secure_duplicati: Simulator, certificate: Certificate
) -> None:
    told = refusal(secure_duplicati)
    digits = certificate.fingerprint.replace(":", "").lower()
    assert "a certificate that is not trusted" in told
    assert f"--fingerprint {digits}" in told
    assert f'fingerprint = "{digits}"' in told


def test_the_pinned_certificate_is_believed(
    secure_duplicati: Simulator, certificate: Certificate
) -> None:
    with session(secure_duplicati, fingerprint=certificate.fingerprint) as asking:
        assert asking.get("/backups") == secure_duplicati.backups


def test_another_certificate_than_the_pinned_one_is_refused(
    secure_duplicati: Simulator, certificate: Certificate
) -> None:
    told = refusal(secure_duplicati, fingerprint=hashlib.sha256(b"another").hexdigest())
    assert "shows another certificate than the pinned one" in told
    assert certificate.fingerprint.replace(":", "").lower() in told


def test_a_certificate_that_is_in_the_file_is_believed(
    secure_duplicati: Simulator, certificate: Certificate
) -> None:
    with session(secure_duplicati, ca_file=str(certificate.path)) as asking:
        assert asking.get("/backups") == secure_duplicati.backups


def test_a_file_of_other_certificates_believes_no_other(
    secure_duplicati: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = make_certificate(tmp_path_factory.mktemp("other"))
    assert "not trusted" in refusal(secure_duplicati, ca_file=str(other.path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"", "contains no certificate in PEM"),
        (b"key", "contains no certificate in PEM"),
        (b"\xff\x00", "contains no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nkey\n", "a certificate that cannot be read"),
        (
            b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n",
            "a certificate that cannot be read",
        ),
    ],
)
def test_a_file_of_certificates_that_is_none_is_told(
    secure_duplicati: Simulator, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with (
        pytest.raises(AccessError, match=f"{file} cannot be used: .*{reason}"),
        session(secure_duplicati, ca_file=str(file)),
    ):
        pass


def test_who_asks_for_it_believes_any_certificate(secure_duplicati: Simulator) -> None:
    with session(secure_duplicati, insecure=True) as asking:
        assert asking.get("/backups") == secure_duplicati.backups


def test_https_to_a_server_that_speaks_http_is_told(duplicati: Simulator) -> None:
    target = make_target(duplicati.url.replace("http:", "https:"), name="nas")
    asking = Session(Transport(target, AT_ONCE), "nas", PASSWORD)
    with pytest.raises(AccessError, match="nas does not answer"):
        asking.get("/backups")
    asking.close()
