"""The machines of the fleet and the destinations of their backups."""

from exporter.demo.job import Destination, Server

MB = 10**6
GB = 10**9
TB = 10**12


def _linux(name: str, number: int, installation: str) -> Server:
    detailed = "Linux 6.12.0 (Debian GNU/Linux 13)"
    return Server(name, _machine_id(number), "Linux", detailed, installation)


def _windows(name: str, number: int) -> Server:
    return Server(name, _machine_id(number), "Windows", "Windows 11 Pro 10.0.26100", "msi")


def _mac(name: str, number: int) -> Server:
    return Server(name, _machine_id(number), "MacOS", "macOS 15.6", "pkg")


def _machine_id(number: int) -> str:
    return f"{0x5EED0000 + number:08x}" * 4


NAS = _linux("nas", 1, "docker")
MAIL = _linux("mail", 2, "deb")
WEB_1 = _linux("web-1", 3, "deb")
WEB_2 = _linux("web-2", 4, "deb")
DATABASE = _linux("db-1", 5, "deb")
FILES = _windows("files", 6)
ACCOUNTING = _windows("accounting", 7)
GIT = _linux("git", 8, "docker")
MEDIA = _linux("media", 9, "docker")
DESIGN = _mac("laptop-design", 10)
SALES = _windows("laptop-sales", 11)
BRANCH = _windows("branch-north", 12)

S3 = Destination("s3", "amazonaws.com", 40 * MB)
B2 = Destination("b2", "backblazeb2.com", 25 * MB)
SSH = Destination("ssh", "backup.example.net", 60 * MB, total=16 * TB, others=5 * TB)
SHARE = Destination("file", "", 90 * MB, total=8 * TB, others=2 * TB)
DISK = Destination("file", "", 90 * MB, total=1_080 * GB, others=300 * GB)
"""A disk for the videos only, and too small for them."""
