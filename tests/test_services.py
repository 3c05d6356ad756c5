"""The servers that other tests stand on are themselves tried here."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys

import psycopg
import pytest

from tests import network
from tests.services import PostgresServer, RedisServer, ServiceMissing, find_program, wait_for

START_AND_SLEEP = """
import time
from tests.services import RedisServer
server = RedisServer()
server.start()
print(server.socket, server._process.pid, flush=True)
time.sleep(60)
"""


def libpq(url: str) -> str:
    """Turn an SQLAlchemy URL into one that psycopg itself reads."""
    return url.replace("+psycopg", "")


def is_running(pid: int) -> bool:
    """Say whether process ``pid`` exists and is not a zombie."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(f"/proc/{pid}/stat") as f:
        return f.read().rpartition(")")[2].split()[0] != "Z"
    return False


def test_redis_keeps_and_forgets(clean_redis: RedisServer) -> None:
    """Flushing empties the server; the next test starts from nothing."""
    with clean_redis.client() as client:
        client.set("việc", "đến hạn")
        clean_redis.flushall()
        assert client.get("việc") is None


def test_redis_comes_back_empty_at_the_same_address(clean_redis: RedisServer) -> None:
    """A restart loses the data and keeps the URL, as the private server of an office would."""
    with clean_redis.client() as client:
        client.set("a", "1")
    url = clean_redis.url
    clean_redis.kill()
    assert not clean_redis.answers()
    clean_redis.restart()
    with clean_redis.client() as client:
        assert client.get("a") is None
    assert clean_redis.url == url


def test_redis_dies_with_a_killed_test_process() -> None:
    """kill -9 of the test process leaves no server behind."""
    command = [sys.executable, "-c", START_AND_SLEEP]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        path, pid = parent.stdout.readline().split()
        assert is_running(int(pid))
        os.kill(parent.pid, signal.SIGKILL)
    wait_for(lambda: not is_running(int(pid)), 10, what="the orphan's end")
    os.unlink(path)
    os.rmdir(os.path.dirname(path))


def test_each_postgres_database_is_empty(postgres_server: PostgresServer) -> None:
    """Two databases of one cluster share nothing, and Vietnamese survives the journey."""
    first, second = postgres_server.new_database(), postgres_server.new_database()
    with psycopg.connect(libpq(first)) as connection:
        connection.execute("CREATE TABLE clips (title text)")
        connection.execute("INSERT INTO clips VALUES ('Hội xuân xã Định Hóa')")
        assert connection.execute("SELECT title FROM clips").fetchone() == ("Hội xuân xã Định Hóa",)
    with psycopg.connect(libpq(second)) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT title FROM clips")


def test_postgres_restarts_with_its_data(postgres_server: PostgresServer) -> None:
    """A killed cluster recovers what was written before its last checkpoint."""
    url = postgres_server.new_database()
    with psycopg.connect(libpq(url)) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.commit()
        connection.execute("CHECKPOINT")
    postgres_server.restart()
    with psycopg.connect(libpq(url)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_postgres_url_is_dropped_even_in_use(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    """Dropping closes the sessions that a failed test left open."""
    with psycopg.connect(libpq(postgres_url)) as connection:
        postgres_server.drop(postgres_url)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_chromium_says_its_version(chromium_path: str) -> None:
    """The browser that the journeys drive starts at all."""
    done = subprocess.run([chromium_path, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in done.stdout


def test_missing_program_names_the_remedy() -> None:
    """A bare machine is told what to run, not given a traceback about None."""
    with pytest.raises(ServiceMissing, match=r"deploy/setup\.sh test"):
        find_program("no-such-program-here")


def test_wait_for_returns_the_value_or_says_what_it_waited_for() -> None:
    """Polling hands on the truthy value and names the thing that never came."""
    assert wait_for(lambda: 7, 1) == 7
    with pytest.raises(TimeoutError, match="cổng mở: still 0"):
        wait_for(lambda: 0, 0.05, what="cổng mở")


@pytest.mark.parametrize("host", ["93.184.216.34", "10.0.0.1", "169.254.169.254", "2001:db8::1"])
def test_connections_off_the_machine_are_refused(host: str) -> None:
    """No test publishes anything to anybody."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(network.NetworkForbidden):
        outward.connect((host, 80))


def test_names_are_not_looked_up() -> None:
    """Even a question to a name server would leave the machine."""
    with pytest.raises(network.NetworkForbidden):
        socket.getaddrinfo("example.org", 443)
    assert socket.getaddrinfo("127.0.0.1", 80)
