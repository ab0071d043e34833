"""A Chromium for the browser tests: the machine's own, else one installed for them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from changeoffice.runtime.locks import one_at_a_time
from changeoffice.runtime.place import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def ensure() -> str:
    """The path of a browser; Trouble says what to do where none can be had."""
    if found := find():
        return found
    lock = Path(os.environ.get("TMPDIR", "/tmp")) / f"changeoffice-chromium-{os.getuid()}.lock"  # noqa: S108
    with one_at_a_time(lock):
        found = find() or _from_apt() or _from_playwright()
    if not found:
        raise Trouble(
            "The browser tests need Chromium or Chrome and none could be installed. Install one "
            "(Debian, Ubuntu: sudo apt-get install chromium), or set CHANGEOFFICE_CHROMIUM to "
            "its path, or leave the browser tests out: make test TESTS='-m \"not browser\"'."
        )
    return found


def find() -> str | None:
    named = os.environ.get("CHANGEOFFICE_CHROMIUM")
    if named and Path(named).exists():
        return named
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or (str(MAC) if MAC.exists() else None) or _playwrights()


def _from_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _say("Installing Chromium with apt-get")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *arguments], env=quiet, stdout=subprocess.DEVNULL)
    return shutil.which("chromium")


def _from_playwright() -> str | None:
    _say("Installing Playwright's Chromium")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    return _playwrights()


def _playwrights() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def _say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)
