from tests.support.duplicati.fixtures import certificate, duplicati, secure_duplicati

__all__ = ["certificate", "duplicati", "secure_duplicati"]
