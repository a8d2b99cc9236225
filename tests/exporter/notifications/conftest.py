from tests.support.duplicati.fixtures import certificate
from tests.support.receivers import mail_server, receiver

__all__ = ["certificate", "mail_server", "receiver"]
