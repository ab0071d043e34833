"""Calls to addresses people name reach that host over TLS, and nothing inside the network."""

import time

import pytest

from changeoffice.core import outbound
from changeoffice.core.outbound import NotDelivered, WrongAddress, checked, is_public, post_json
from tests.chat_server import HOST, drip, resolving

BODY = {"text": "Hello"}


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "fec0::1", "ff02::1"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(number, monkeypatch):
    with resolving(monkeypatch, {"rebound.example": [number]}), pytest.raises(NotDelivered) as told:
        post_json("https://rebound.example/hook", BODY)
    assert "inside the network" in told.value.reason


def test_one_number_inside_among_others_is_enough_to_refuse(monkeypatch):
    names = {"mixed.example": ["93.184.216.34", "10.0.0.1"]}
    with resolving(monkeypatch, names), pytest.raises(NotDelivered, match="inside the network"):
        post_json("https://mixed.example/hook", BODY)


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1::1"])
def test_the_internet_is_public(number):
    assert is_public(number)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::1]"])
def test_other_ways_to_write_this_machine_are_refused(host):
    with pytest.raises((NotDelivered, WrongAddress), match="inside the network"):
        post_json(checked(f"https://{host}/hook"), BODY)


@pytest.mark.parametrize(
    ("address", "words"),
    [("http://chat.example/hook", "https"), ("https://10.0.0.1/hook", "inside the network"),
     ("https://chat.example/", "missing"), ("https://me@chat.example/hook", "user name"),
     ("https:///hook", "host"), ("https://chat.example:port/hook", "not an address"),
     ("https://chat.example/ho ok", "without spaces"), ("https://evil\\@chat.example/x", "user name"),
     ("https://chät.example/hook", "without spaces"), ("https://[::1/x", "not an address"),
     ("https://chat.example/" + "x" * 500, "500"), ("file:///etc/passwd", "https")],
)  # fmt: skip
def test_a_wrong_address_is_refused_in_words(address, words):
    with pytest.raises(WrongAddress, match=words):
        checked(address)


def test_an_allowed_host_is_reached_by_the_number_that_was_looked_up_once(chat_server, monkeypatch):
    with resolving(monkeypatch, {HOST: ["127.0.0.1"]}) as asked:
        post_json(chat_server.address, BODY, inside=[HOST])
    assert chat_server.said == ["Hello"] and asked.count(HOST) == 1


def test_the_certificate_is_checked_for_the_name_not_the_number(chat_server, monkeypatch):
    other = chat_server.address.replace(HOST, "other.example")
    with (
        resolving(monkeypatch, {"other.example": ["127.0.0.1"]}),
        pytest.raises(NotDelivered, match="certificate"),
    ):
        post_json(other, BODY, inside=["other.example"])
    assert chat_server.paths == []


def test_a_redirect_is_not_followed(chat_server):
    for status in (301, 307, 308):
        chat_server.status = status
        chat_server.headers = {"Location": f"https://127.0.0.1:{chat_server.port}/inside"}
        with pytest.raises(NotDelivered, match="sent us on"):
            post_json(chat_server.address, BODY, inside=[HOST])
    assert set(chat_server.paths) == {"/hooks/very-secret-key"}


def test_gone_for_good_is_told_from_trouble(chat_server):
    for status, is_gone in ((404, True), (410, True), (403, False), (429, False), (500, False)):
        chat_server.status = status
        with pytest.raises(NotDelivered, match=f"answered {status}") as told:
            post_json(chat_server.address, BODY, inside=[HOST])
        assert told.value.is_gone is is_gone


def test_whoever_answers_a_byte_at_a_time_is_not_waited_for(chat_server, monkeypatch):
    monkeypatch.setattr(outbound, "IN_ALL", 0.5)
    chat_server.headers = {"X-Slow": Slow()}
    with pytest.raises(NotDelivered, match="in time"):
        post_json(chat_server.address, BODY, inside=[HOST])


class Slow:
    """A header that takes its time."""

    def __str__(self) -> str:
        import time

        time.sleep(2)
        return "at last"


@pytest.mark.parametrize("dripping", ["handshake", "answer"])
def test_a_byte_each_second_is_not_waited_for_longer_than_one_send_may_take(dripping, monkeypatch):
    monkeypatch.setattr(outbound, "IN_ALL", 1.5)
    monkeypatch.setattr(outbound, "CONNECTING", 1.0)
    with drip(dripping) as port, resolving(monkeypatch, {HOST: ["127.0.0.1"] * 2}):
        begun = time.monotonic()
        with pytest.raises(NotDelivered, match="in time"):
            post_json(f"https://{HOST}:{port}/hook", BODY, inside=[HOST])
    assert time.monotonic() - begun < 4


def test_nobody_learns_which_names_there_are_inside(monkeypatch):
    told = []
    with resolving(monkeypatch, {"inside.example": ["10.0.0.1"], "nowhere.example": []}):
        for host in ("inside.example", "nowhere.example"):
            with pytest.raises(NotDelivered) as answer:
                post_json(f"https://{host}/hook", BODY)
            told.append((answer.value.reason.replace(host, ""), answer.value.is_away))
    assert told[0] == told[1]


def test_nothing_of_the_address_but_its_host_and_port_is_told(chat_server, caplog):
    chat_server.down()
    with pytest.raises(NotDelivered) as told:
        post_json(chat_server.address, BODY, inside=[HOST])
    assert told.value.is_away
    assert "secret" not in f"{told.value} {told.value.__context__!r} {caplog.text}"
    assert outbound.masked(chat_server.address) == f"https://{HOST}:{chat_server.port}/…-key"
