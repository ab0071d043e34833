"""`python -m changeoffice.runtime.healthy web|worker|beat`: a container's health check.

Ends with 0 when the process of this container does its work, else says why not.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BEAT_WRITES_WITHIN = 600  # seconds; beat saves its schedule every three minutes


def web() -> str | None:
    # The portal answers only to its own names, also from inside its container.
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    asked = urllib.request.Request("http://127.0.0.1:8000/livez", headers={"Host": name})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return None if answer.status == 200 else f"/livez answered {answer.status}"
    except OSError as error:
        return f"/livez: {error}"


def worker() -> str | None:
    ask = ["celery", "-A", "changeoffice.config", "--quiet", "inspect", "ping", "--timeout", "8"]
    done = subprocess.run(
        [sys.executable, "-m", *ask, "--destination", f"celery@{socket.gethostname()}"],
        capture_output=True,
        text=True,
    )
    return None if done.returncode == 0 else done.stderr.strip() or "the worker does not answer"


def beat() -> str | None:
    folder = Path(os.environ.get("CHANGEOFFICE_DATA", "var")) / "beat"
    # Which ending the schedule has depends on the database module of this Python.
    written = [path.stat().st_mtime for path in folder.glob("schedule*")]
    if not written:
        return f"there is no schedule in {folder}"
    age = time.time() - max(written)
    return None if age < BEAT_WRITES_WITHIN else f"the schedule in {folder} is {age:.0f} s old"


if __name__ == "__main__":
    checks = {"web": web, "worker": worker, "beat": beat}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(f"usage: python -m changeoffice.runtime.healthy {'|'.join(checks)}")
    sys.exit(checks[sys.argv[1]]())
