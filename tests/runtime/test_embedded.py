import os
import stat
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import psycopg2
import pytest
import redis

from changeoffice.runtime.embedded import Servers, attach
from changeoffice.runtime.place import Trouble, check_room, prepare
from changeoffice.runtime.postgres import LONGEST_SOCKET_PATH
from tests.runtime.conftest import USER, leave, processes_of


def ask(servers: Servers, question: str):
    connection = psycopg2.connect(servers.postgres.owner_url.replace("postgres:", "postgresql:", 1))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def postmaster(servers: Servers) -> psutil.Process:
    return psutil.Process(
        int((servers.postgres.data / "postmaster.pid").read_text().splitlines()[0])
    )


def test_both_servers_start_answer_and_stop(servers: Servers, folder: Path) -> None:
    servers.attach()
    assert ask(servers, "SELECT upper('é'), 'É' ILIKE 'é', current_setting('jit')") == (
        "É",
        True,
        "off",
    )
    client = redis.Redis.from_url(servers.valkey.url)
    assert client.ping()
    assert client.config_get("appendonly")
    servers.detach()
    assert processes_of(folder) == []


def test_data_survives_a_stop(servers: Servers) -> None:
    servers.attach()
    ask(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
    servers.detach()
    servers.attach()
    assert ask(servers, "SELECT answer FROM kept") == (42,)


def test_the_folder_is_closed_and_no_password_is_no_entry(servers: Servers, folder: Path) -> None:
    servers.attach()
    for path in (folder, servers.postgres.data, servers.valkey.data):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in ("database_password", "postgres_password", "valkey_password"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host=str(servers.postgres.data), user="changeoffice", dbname="postgres")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=servers.valkey.port).ping()


def test_the_application_may_read_and_stage_but_not_change_the_schema(servers: Servers) -> None:
    servers.attach()
    connection = psycopg2.connect(servers.postgres.url.replace("postgres:", "postgresql:", 1))
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE TEMPORARY TABLE staged AS SELECT 1 AS one")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("CREATE TABLE forbidden AS SELECT 1 AS one")
    connection.close()


def test_no_parent_folder_is_opened(folder: Path) -> None:
    mode = stat.S_IMODE(folder.parent.stat().st_mode)
    servers = Servers(prepare(folder), durable=False)
    servers.attach()
    servers.detach()
    assert stat.S_IMODE(folder.parent.stat().st_mode) == mode == 0o711


def test_the_last_user_stops_the_servers(servers: Servers, user, folder: Path) -> None:
    first, second = user(), user()
    leave(first)
    servers.attach()
    assert ask(servers, "SELECT 1") == (1,)
    servers.detach()
    assert processes_of(folder)
    leave(second)
    assert processes_of(folder) == []


def test_a_killed_user_does_not_count(servers: Servers, user, folder: Path) -> None:
    victim = user()
    victim.kill()
    victim.wait()
    servers.attach()
    assert ask(servers, "SELECT 1") == (1,)
    servers.detach()
    assert processes_of(folder) == []


@pytest.mark.faults
def test_a_killed_database_recovers_what_was_committed(folder: Path) -> None:
    servers = Servers(prepare(folder), durable=True)
    servers.attach()
    ask(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster(servers).kill()
    servers.attach()
    assert ask(servers, "SELECT answer FROM kept") == (42,)
    servers.detach()


@pytest.mark.faults
def test_a_killed_queue_comes_back_with_what_it_held(folder: Path) -> None:
    servers = Servers(prepare(folder), durable=True)
    servers.attach(postgres=False)
    redis.Redis.from_url(servers.valkey.url).set("held", "fast")
    time.sleep(1.1)  # the file is flushed every second
    server = servers.valkey._server()
    assert server is not None
    server.kill()
    servers.attach(postgres=False)
    assert redis.Redis.from_url(servers.valkey.url).get("held") == b"fast"
    servers.detach()


def test_a_pid_that_belongs_to_somebody_else_now_is_no_obstacle(servers: Servers) -> None:
    servers.attach()
    file = servers.postgres.data / "postmaster.pid"
    lines = file.read_text()
    servers.detach()
    options = {"user": servers.place.account.pw_uid} if servers.place.account else {}
    other = subprocess.Popen(["sleep", "60"], **options)
    try:
        file.write_text(lines.replace(lines.split()[0], str(other.pid), 1))
        servers.place.give(file)
        servers.attach()
        assert ask(servers, "SELECT 1") == (1,)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_interrupted_initialisation_is_begun_again(servers: Servers) -> None:
    half = servers.place.servers / "postgres.half-abc" / "new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    servers.attach()
    assert ask(servers, "SELECT 1") == (1,)
    assert list(servers.place.servers.glob("postgres.half-*")) == []


def test_a_first_run_that_stopped_before_the_database_was_made_goes_on(servers: Servers) -> None:
    servers.postgres.make()
    servers.attach()
    assert ask(servers, "SELECT current_user") == ("changeoffice_owner",)


def test_a_path_too_long_for_a_socket_uses_a_loopback_port(folder: Path) -> None:
    long = folder / ("deep" * (LONGEST_SOCKET_PATH // 4))
    folder.mkdir(mode=0o711)
    servers = Servers(prepare(long), durable=False)
    servers.attach()
    assert "@127.0.0.1:" in servers.postgres.url
    assert ask(servers, "SHOW listen_addresses") == ("127.0.0.1",)
    servers.detach()


@pytest.mark.faults
def test_starts_at_the_same_time_share_one_pair(servers: Servers, start, folder) -> None:
    crowd = [start("-c", USER) for _ in range(4)]
    for process in crowd:
        assert process.stdout.readline() == "attached\n"
    servers.attach()
    running = [p for p in processes_of(folder) if p.name().startswith("valkey")]
    assert len(running) == 1
    servers.detach()
    for process in crowd:
        leave(process)


def test_what_is_set_is_left_alone(monkeypatch, folder: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/office")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    monkeypatch.setenv("CHANGEOFFICE_DATA", str(folder))
    assert attach() is None
    assert not folder.exists()


def test_a_full_disk_is_named(monkeypatch, folder: Path) -> None:
    folder.mkdir()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(Trouble, match="disk is full") as caught:
        check_room(folder)
    assert str(folder) in str(caught.value)


def test_a_database_of_another_release_is_named(servers: Servers) -> None:
    servers.postgres.make()
    (servers.postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match="made by PostgreSQL 17"):
        servers.attach()


def test_a_server_that_cannot_start_says_why(servers: Servers) -> None:
    servers.postgres.make()
    with open(servers.postgres.data / "postgresql.conf", "a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(Trouble, match="no_such_setting"):
        servers.attach()


def test_ctrl_c_in_the_terminal_does_not_reach_the_servers(servers: Servers) -> None:
    servers.attach()
    assert os.getsid(postmaster(servers).pid) != os.getsid(0)
