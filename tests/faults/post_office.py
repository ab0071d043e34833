"""A mail server for tests: counts letters by Message-ID and can be closed, reopened and slowed."""

import re
import socketserver
import threading
from collections import Counter


class PostOffice:
    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[tuple[str, str]] = []  # Message-ID, subject
        self.accepted = threading.Event()  # set when a letter was taken and before it is answered
        self.answer_after = threading.Event()
        self.answer_after.set()
        self._server: socketserver.ThreadingTCPServer | None = None

    def open(self) -> None:
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), _session(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def copies(self) -> Counter:
        return Counter(key for key, _ in self.letters)

    def take(self, text: str) -> None:
        found = dict(re.findall(r"^(Message-ID|Subject): (.*?)\r?$", text, re.M | re.I))
        self.letters.append((found.get("Message-ID", ""), found.get("Subject", "")))


def _session(office: PostOffice) -> type:
    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 faults")
            while line := self.rfile.readline():
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    self.say("354 go on")
                    self.read_letter()
                self.say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

        def read_letter(self) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.decode(errors="replace"))
            office.take("".join(lines))
            office.accepted.set()
            office.answer_after.wait(60)

        def say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

    return Session
