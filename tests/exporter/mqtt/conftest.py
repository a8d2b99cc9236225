from tests.support.duplicati.fixtures import certificate
from tests.support.mosquitto import mosquitto

__all__ = ["certificate", "mosquitto"]
