"""Where the embedded servers keep their data, and which account may look into it.

The folder is `$CHANGEOFFICE_DATA`, by default `var` beside manage.py, and is closed to
everybody but its owner. PostgreSQL refuses to run as root. When root starts it, it runs as the
account that owns the folder or, for a new folder, as the account `changeoffice`, made for this
and given the data folder and nothing else. No permission of any parent folder is ever changed:
where that account cannot pass them (a clone below /root), the servers' files go to
`/var/lib/changeoffice-<hash of the data folder>` instead, and secrets stay where they were.
"""

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parents[2]
ACCOUNT = "changeoffice"
ROOM_NEEDED = 300 * 1024 * 1024


class Trouble(Exception):
    """Something the person at the keyboard can put right; its text says what and how."""


@dataclass(frozen=True)
class Place:
    root: Path  # secrets, locks, notes: the caller's
    servers: Path  # files of the servers: their account's
    account: pwd.struct_passwd | None = None  # set when root must step down for the servers

    def secret(self, name: str) -> str:
        """A generated password, kept in a file only its owner can read."""
        path = self.root / name
        with contextlib.suppress(FileNotFoundError):
            return path.read_text().strip()
        write_private(path, secrets.token_urlsafe(24) + "\n")
        return path.read_text().strip()

    def give(self, path: Path) -> None:
        """Let the servers' account own this file or folder."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a server's tool to its end, as the servers' account when we are root."""
        return subprocess.run(command, capture_output=True, text=True, **self._manner)

    def spawn(self, command: list[str], log: Path) -> psutil.Popen:
        """Start a server and leave it running; what it says goes to the log."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with open(os.open(log, flags, 0o600), "ab") as output:
            return psutil.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **self._manner
            )

    @cached_property
    def _manner(self) -> dict[str, Any]:
        manner: dict[str, Any] = {
            "cwd": self.servers,
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            "start_new_session": True,  # a Ctrl-C in the terminal is for us, not for the server
        }
        if self.account:
            manner |= {"user": self.account.pw_uid, "group": self.account.pw_gid}
            manner |= {"extra_groups": []}
        return manner

    def programs(self, package: Path) -> Path:
        """The wheel's folder, or a copy of it where the servers' account can execute it."""
        if not self.account or can_pass(package / "x", self.account):
            return package
        copy = self.servers / "programs" / package.name
        if not copy.exists():
            copy.parent.mkdir(mode=0o755, exist_ok=True)
            with replacing(copy) as half:
                shutil.copytree(package, half, symlinks=True)
        return copy


def data_folder() -> Path:
    wanted = os.environ.get("CHANGEOFFICE_DATA") or PROJECT / "var"
    return Path(wanted).expanduser().absolute()


def prepare(root: Path | None = None) -> Place:
    """Make the data folder, close it to others, and see that there is room in it."""
    root = root or data_folder()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = _as_root(root) if os.geteuid() == 0 else Place(root, root)
        root.chmod(0o700)
        (root / ".writable").touch()
        (root / ".writable").unlink()
    except PermissionError as error:
        raise Trouble(
            f"The data folder {root} cannot be used by this account ({error.strerror}). It was "
            "probably made by another account, for example by root. Start as that account, "
            "remove the folder, or set CHANGEOFFICE_DATA to a folder of your own."
        ) from None
    except OSError as error:
        raise explain(error, root) from None
    check_room(place.servers)
    return place


def check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < ROOM_NEEDED:
        raise Trouble(
            f"The disk is full: {folder} has {free // 2**20} MB left and the database needs at "
            f"least {ROOM_NEEDED // 2**20} MB. Free some space or set CHANGEOFFICE_DATA to a "
            "folder on another disk, then start again; what is there so far is kept."
        )


def explain(error: OSError, folder: Path) -> Trouble:
    return Trouble(
        f"The data folder {folder} cannot be written: {error.strerror}. Put that right or set "
        "CHANGEOFFICE_DATA to another folder, then start again; what is there so far is kept."
    )


def _as_root(root: Path) -> Place:
    owner = root.stat().st_uid
    account = pwd.getpwuid(owner) if owner else _server_account()
    if can_pass(root, account):
        os.chown(root, account.pw_uid, account.pw_gid)
        return Place(root, root, account)
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    servers = Path("/var/lib") / f"changeoffice-{digest}"
    servers.mkdir(mode=0o700, exist_ok=True)
    os.chown(servers, account.pw_uid, account.pw_gid)
    servers.chmod(0o700)
    return Place(root, servers, account)


def _server_account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    with contextlib.suppress(OSError, subprocess.CalledProcessError, KeyError):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--user-group", "--home-dir",
             "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT],
            check=True,
            capture_output=True,
        )  # fmt: skip
        return pwd.getpwnam(ACCOUNT)
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble(
            "PostgreSQL refuses to run as root, and no account could be made for it. Start as an "
            f"ordinary user, or make one with: useradd --system {ACCOUNT}"
        ) from None


def can_pass(path: Path, account: pwd.struct_passwd) -> bool:
    """May this account walk through every folder above the path?"""
    return all(_may_enter(folder.stat(), account) for folder in path.absolute().parents)


def _may_enter(folder: os.stat_result, account: pwd.struct_passwd) -> bool:
    if folder.st_uid == account.pw_uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.pw_gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name to build under, renamed to the wanted one only when everything went well."""
    half = Path(tempfile.mkdtemp(prefix=f"{path.name}.half-", dir=path.parent)) / "new"
    try:
        yield half
        half.rename(path)
    finally:
        shutil.rmtree(half.parent, ignore_errors=True)


def write_private(path: Path, text: str) -> None:
    """Write whole or not at all, readable by the owner only."""
    handle, half = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with open(handle, "w") as file:
        file.write(text)
    os.replace(half, path)
