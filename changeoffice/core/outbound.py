"""Calls to addresses people name: over TLS, to an address that was checked, briefly, once.

A name is resolved one time and the connection goes to the very address that was looked at, so a
name that answers differently a moment later gains nothing. Certificates are checked for the name.
Redirects are not followed and the answer's body is not read.
"""

import http.client
import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Collection
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError

LOOKING_UP, CONNECTING, READING, IN_ALL = 3.0, 3.0, 5.0, 8.0  # seconds
MOST_TRIED = 2
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,240}[a-z0-9])?|\[[0-9a-f:.]+\]")
# Numbers that carry another one inside, which a router on the way may unpack, and an old range of
# networks' own; the standard library's idea of what is public lets some of them through.
NOT_OURS = [
    ipaddress.ip_network(one)
    for one in (
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
    )
]
NOT_THERE = ("was not found in time, or it leads inside the network, where an administrator has to "
             "allow each host by name")  # fmt: skip
INSIDE = "leads to an address inside the network, which an administrator has not allowed"


class NotDelivered(Exception):
    """Why, to go on from "Not delivered:"; `is_away` where nobody answered, `is_gone` for good."""

    def __init__(self, reason: str, *, is_away: bool = False, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_away, self.is_gone = reason, is_away, is_gone


class WrongAddress(ValueError):
    """What is wrong with an address, for whoever wrote it."""


def checked(address: str, inside: Collection[str] = ()) -> str:
    """The address as it may be kept; where its name leads is looked at whenever it is called."""
    if not re.fullmatch(r"[!-~]{1,500}", address):
        raise WrongAddress("Copy the address as it stands, without spaces, up to 500 characters.")
    if not address.lower().startswith("https://"):
        raise WrongAddress("The address begins with https://.")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise WrongAddress("This is not an address of a web page.") from None
    if "@" in parts.netloc or not HOST.fullmatch(_named(parts)):
        raise WrongAddress("Name a host such as chat.example.com, without a user name.")
    if parts.path in ("", "/"):
        raise WrongAddress("Something is missing after the host. Copy the whole address.")
    if host not in inside and _is_number(host) and not is_public(host):
        raise WrongAddress(f"It {INSIDE}.")
    return address


def host_of(address: str) -> str:
    """With its port where it is not the usual one, which is another server."""
    parts = urlsplit(address)
    return (
        f"{parts.hostname}:{parts.port}" if parts.port not in (None, 443) else f"{parts.hostname}"
    )


def masked(address: str) -> str:
    """Enough to know it again, too little to use it."""
    return f"https://{host_of(address)}/…{address[-4:]}"


def post_json(address: str, body: dict, inside: Collection[str] = ()) -> None:
    """Post once, or say why not. `inside` names the hosts that may be within the network."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    found = _look_up(host, port)
    if not found or (host not in inside and not all(is_public(one) for one in found)):
        # One answer for both, or people could ask which names there are inside.
        raise NotDelivered(f"{host} {NOT_THERE}", is_away=True)
    status = _posted(found[:MOST_TRIED], port, parts, json.dumps(body).encode())
    if 300 <= status < 400:
        raise NotDelivered(f"{host} sent us on to another address, and we do not follow")
    if status not in range(200, 300):
        raise NotDelivered(f"{host} answered {status}{_in_words(status)}", is_gone=status in (404, 410))  # fmt: skip


def is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    within = getattr(address, "ipv4_mapped", None)
    if within is not None:
        address = within
    refused = address.version == 6 and any(address in network for network in NOT_OURS)
    return address.is_global and not address.is_multicast and not refused


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _named(parts: SplitResult) -> str:
    """The host as it was written, in brackets where it is a number of the sixth version."""
    written = parts.netloc.lower()
    return written if written.endswith("]") else re.sub(r":\d*$", "", written)


def _in_words(status: int) -> str:
    phrase = http.client.responses.get(status, "")
    return f" ({phrase})" if phrase else ""


def _look_up(host: str, port: int) -> list[str]:
    """The numbers behind a name; a name server that does not answer must not hold us up."""
    found: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    asking = Thread(target=ask, daemon=True, name="look up a host")
    asking.start()
    asking.join(LOOKING_UP)
    return list(found)


def _posted(numbers: list[str], port: int, parts: SplitResult, body: bytes) -> int:
    """The status of the answer from the first number that takes the connection."""
    host, until = parts.hostname or "", monotonic() + IN_ALL
    try:
        line = _connected(numbers, port, host, until)
        end = Timer(max(0.0, until - monotonic()), _hang_up, [line])
        end.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.request("POST", target, body=body, headers={
                "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Change-Office",
            })  # fmt: skip
            return line.getresponse().status
        finally:
            end.cancel()
            line.close()
    except ssl.SSLCertVerificationError:
        raise NotDelivered(f"the certificate of {host} is not valid", is_away=True) from None
    except (HTTPError, http.client.HTTPException, OSError):
        raise NotDelivered(f"{host} could not be reached or did not answer in time", is_away=True) from None  # fmt: skip


def _connected(numbers: list[str], port: int, host: str, until: float) -> HTTPSConnection:
    for at, number in enumerate(numbers, 1):
        line = HTTPSConnection(
            number, port, timeout=max(0.1, min(CONNECTING, until - monotonic())), server_hostname=host,
            ssl_context=ssl.create_default_context(),
        )  # fmt: skip
        try:
            line.connect()
        except (HTTPError, OSError):
            line.close()
            if at == len(numbers):
                raise
        else:
            if line.sock is not None:
                line.sock.settimeout(READING)
            return line
    raise OSError("no address to connect to")


def _hang_up(line: HTTPSConnection) -> None:
    """Whoever answers a byte at a time is not waited for."""
    if line.sock is not None:
        try:
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)
        except OSError:
            return
