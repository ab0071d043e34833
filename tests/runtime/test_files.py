import re
import subprocess
from pathlib import Path

import pytest
import yaml

from changeoffice.runtime import browser_files, launch
from changeoffice.runtime.place import PROJECT, Trouble


def test_the_sprite_holds_each_named_icon_once(tmp_path: Path) -> None:
    (tmp_path / "bell.svg").write_text('<svg width="24"><path d="M1 1"/></svg>')
    target = tmp_path / "icons.svg"
    browser_files.write_sprite(tmp_path, ["bell"], target)
    assert re.findall(r'<symbol id="([^"]+)"', target.read_text()) == ["bell"]
    assert '<path d="M1 1"/>' in target.read_text()


def test_an_unknown_icon_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="no-such-icon"):
        browser_files.write_sprite(tmp_path, ["no-such-icon"], tmp_path / "icons.svg")


def test_locks_name_no_private_registry() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (PROJECT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert '"resolved"' not in (PROJECT / "package-lock.json").read_text()


def test_no_secret_of_the_containers_has_a_default() -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    assert yaml.safe_load(text)["services"].keys() >= {"web", "worker", "beat", "migrate"}
    assert re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)(?!\w|:\?)", text) == []


def test_every_variable_of_the_containers_is_read_somewhere() -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
    settings = (PROJECT / "changeoffice/config/settings.py").read_text()
    assert [name for name in services["migrate"]["environment"] if name not in settings] == []


def test_shell_scripts_parse() -> None:
    scripts = [*(PROJECT / "changeoffice/runtime").glob("*.sh"), PROJECT / ".ci/run"]
    for script in scripts:
        assert subprocess.run(["bash", "-n", str(script)]).returncode == 0, script


def test_an_ipv6_host_is_bracketed_in_the_address(monkeypatch) -> None:
    monkeypatch.setenv("HOST", "::1")
    monkeypatch.setenv("PORT", "8123")
    assert launch.address() == "http://[::1]:8123/"
