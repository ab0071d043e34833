"""A chat server of our own: takes posts over TLS, keeps them, and answers as it is told."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "data" / "chat" / "chat.pem"  # for chat.example
HOST = "chat.example"


class ChatServer:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.paths: list[str] = []
        self.status, self.headers = 200, {}
        self.port, self._server = 0, None

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.port}/hooks/very-secret-key"

    def up(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self):
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.paths.append(self.path)
                if chat.status == 200:
                    chat.said.append(json.loads(body)["text"])
                self.send_response(chat.status)
                for name, value in chat.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *args) -> None:
                return

        return Handler


DRIPS = {  # the beginning of a TLS record of full length; a header without an end
    "handshake": b"\x16\x03\x03\x3f\xff" + bytes(60),
    "answer": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 60,
}


class Drip(threading.Thread):
    """A server that sends one byte each second: of the handshake, or of its answer."""

    def __init__(self, what: str) -> None:
        super().__init__(daemon=True)
        self.what, self.over = what, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def run(self) -> None:
        while not self.over.is_set():
            line, _ = self.listening.accept()
            threading.Thread(target=self.send, args=[line], daemon=True).start()

    def send(self, line: socket.socket) -> None:
        if self.what == "answer":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            line = context.wrap_socket(line, server_side=True)
        with line, suppress(OSError):
            for byte in DRIPS[self.what]:
                line.sendall(bytes([byte]))
                if self.over.wait(1):
                    return


@contextmanager
def drip(what: str) -> Iterator[int]:
    server = Drip(what)
    server.start()
    yield server.port
    server.over.set()
    socket.create_connection(("127.0.0.1", server.port)).close()  # which it waits for
    server.join(5)
    server.listening.close()


@contextmanager
def resolving(monkeypatch, names: dict[str, list[str]]) -> Iterator[list[str]]:
    """Answer for these names as a name server would; the list says what was asked."""
    asked, really = [], socket.getaddrinfo

    def answer(host, port, *args, **kwargs):
        asked.append(host)
        if host not in names:
            return really(host, port, *args, **kwargs)
        return [row for number in names[host] for row in really(number, port, *args, **kwargs)]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        yield asked
