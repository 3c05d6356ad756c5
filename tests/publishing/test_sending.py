"""One POST: to the judged address and no other, in time, whatever the other side does."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from review import clock
from tests.publishing.receiver import listening
from workers.addresses import Blocked, Destination, Unresolved, is_public, look_up
from workers.sending import Limits, post, wish_of

QUICK = Limits(connect_s=1.0, total_s=0.6)


def at(url: str) -> Destination:
    """Where `url` leads when this machine may be a receiver."""
    return look_up(url, ("127.0.0.1", "localhost"))


@contextlib.contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks as a test says, to one caller."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            caller, _ = server.accept()
            with caller:
                talk(caller)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"
    finally:
        server.close()
        thread.join()


# ── what comes back ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "delivered"),
        (202, "delivered"),
        (204, "delivered"),
        (301, "refused"),
        (302, "refused"),
        (307, "refused"),
        (308, "refused"),
        (400, "refused"),
        (404, "refused"),
        (410, "gone"),
        (429, "refused"),
        (500, "refused"),
        (503, "refused"),
    ],
)
def test_only_2xx_is_success(status: int, outcome: str) -> None:
    """Everything else failed, and 410 asks never to come again."""
    with listening() as receiver:
        receiver.statuses = [status]
        result = post(at(receiver.url), b"{}", {})
    assert (result.outcome, result.status) == (outcome, status)


def test_a_redirect_is_not_followed() -> None:
    """Where it points is not even asked."""
    with listening() as elsewhere, listening() as receiver:
        receiver.statuses, receiver.headers = [307], {"Location": elsewhere.url}
        assert post(at(receiver.url), b"{}", {}).outcome == "refused"
    assert elsewhere.messages == []


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to an address that nobody judged."""
    with listening() as proxy, listening() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(at(receiver.url), b"{}", {}).outcome == "delivered"
        assert len(receiver.messages) == 1
    assert proxy.messages == []


def test_the_connection_goes_to_the_judged_address_under_the_original_name() -> None:
    """The name is not looked up a second time: this one exists nowhere."""
    with listening() as receiver:
        port = at(receiver.url).port
        target = Destination("http", "hook.example", port, "/a?b=1", ("127.0.0.1",))
        assert post(target, b"{}", {}).outcome == "delivered"
    headers, _ = receiver.messages[0]
    assert headers["host"] == f"hook.example:{port}"


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """All of them were judged, so any will do."""
    with listening() as receiver:
        target = at(receiver.url)
        several = Destination("http", "a", target.port, "/", ("127.0.0.2", "127.0.0.1"))
        assert post(several, b"{}", {}).outcome == "delivered"


def test_nobody_there_is_unreachable() -> None:
    """A closed port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = post(at(f"http://127.0.0.1:{port}/"), b"{}", {})
    assert (result.outcome, result.status) == ("unreachable", None)


def silence(caller: socket.socket) -> None:
    """Takes the message and never answers."""
    while caller.recv(4096):
        pass


def drip(caller: socket.socket) -> None:
    """Sends one byte of a header now and then, for ever."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    stop = threading.Event()
    while not stop.wait(0.05):
        caller.sendall(b"a")


def dripping_body(caller: socket.socket) -> None:
    """Promises a body and takes its time over it."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    stop = threading.Event()
    while not stop.wait(0.05):
        caller.sendall(b"a")


@pytest.mark.parametrize("talk", [silence, drip, dripping_body])
def test_no_receiver_holds_a_worker_longer_than_the_limit(
    talk: Callable[[socket.socket], None],
) -> None:
    """Neither by silence nor by a byte now and then."""
    with answering(talk) as url:
        result = post(at(url), b"{}", {}, limits=QUICK)
    assert result.outcome == "timeout"
    assert result.took_ms < 3_000


def test_nonsense_is_unreachable() -> None:
    """What answers is no web server."""

    def nonsense(caller: socket.socket) -> None:
        caller.recv(4096)
        caller.sendall(b"SSH-2.0-OpenSSH\r\n")

    with answering(nonsense) as url:
        assert post(at(url), b"{}", {}, limits=QUICK).outcome == "unreachable"


def test_a_long_answer_is_only_glanced_at() -> None:
    """A receiver cannot fill memory or the page of the delivery."""

    def flood(caller: socket.socket) -> None:
        caller.recv(4096)
        caller.sendall(
            b"HTTP/1.1 500 No\r\nContent-Length: 100000000\r\n\r\n" + b"\x1b[31mx\n" * 999
        )

    with answering(flood) as url:
        result = post(at(url), b"{}", {}, limits=QUICK)
    assert result.outcome == "refused"
    assert len(result.detail) <= 200
    assert result.detail.isprintable()


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("9" * 40, timedelta(seconds=10**9)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(0)),
    ],
)
def test_retry_after_in_its_forms(said: str | None, wish: timedelta | None) -> None:
    """Seconds or a date; nonsense counts as nothing, the past as now."""
    assert wish_of(said) == wish


def test_retry_after_as_a_date() -> None:
    """A moment to come is the wait until then."""
    wish = wish_of(format_datetime(clock.now() + timedelta(hours=1), usegmt=True))
    assert wish is not None
    assert timedelta(minutes=59) < wish <= timedelta(hours=1)


# ── the certificate ───────────────────────────────────────────────────────────────────────────────


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for `name`, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def listening_with_tls(pem: Path) -> Iterator[tuple[int, list[str | None]]]:
    """A TLS server; gives its port and the names that callers asked for."""
    asked: list[str | None] = []
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    server_side.sni_callback = lambda _socket, name, _context: asked.append(name)

    def talk(caller: socket.socket) -> None:
        with (
            contextlib.suppress(ssl.SSLError),
            server_side.wrap_socket(caller, server_side=True) as secured,
        ):
            secured.recv(4096)
            secured.sendall(b"HTTP/1.1 204 OK\r\n\r\n")

    with answering(talk) as url:
        yield at(url).port, asked


@pytest.mark.parametrize(
    ("issued_for", "outcome"), [("hook.example", "delivered"), ("other.example", "unreachable")]
)
def test_the_certificate_must_be_that_of_the_name(
    tmp_path: Path, issued_for: str, outcome: str
) -> None:
    """Pinned to an address, the connection still asks for and checks the original name."""
    pem = certificate(tmp_path, issued_for)
    trusting = ssl.create_default_context(cafile=str(pem))
    with listening_with_tls(pem) as (port, asked):
        target = Destination("https", "hook.example", port, "/", ("127.0.0.1",))
        result = post(target, b"{}", {}, tls=lambda: trusting)
    assert result.outcome == outcome
    assert asked == ["hook.example"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    """The system's authorities decide, nothing is waved through."""
    with listening_with_tls(certificate(tmp_path, "hook.example")) as (port, _):
        target = Destination("https", "hook.example", port, "/", ("127.0.0.1",))
        assert post(target, b"{}", {}).outcome == "unreachable"


# ── the address ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("2400:cb00::1", True),
        ("127.0.0.1", False),
        ("127.255.255.254", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.128.0.1", True),
        ("192.0.0.170", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.5", False),
        ("224.0.1.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", False),
        ("::7f00:1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("2002:a00:1::", False),
        ("2606:4700::5efe:10.0.0.1", False),
        ("2606:4700::200:5efe:10.0.0.1", False),
        ("3fff::1", False),
        ("fc00::1", False),
        ("fd12:3456::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("nonsense", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """By the registries of special addresses, disguises of IPv4 included."""
    assert is_public(address) is public


def as_the_c_library_reads_it(host: str, port: int) -> list[str]:
    """What the system's resolver makes of a number, without asking a name server."""
    return [socket.inet_ntoa(socket.inet_aton(host))]


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0", "10.1", "0xa9fea9fe"]
)
def test_no_spelling_of_a_private_address_gets_through(host: str) -> None:
    """What the resolver reads is what is judged, however it was written."""
    with pytest.raises(Blocked, match="address_not_public"):
        look_up(f"http://{host}/", (), as_the_c_library_reads_it)


def test_localhost_by_name_is_refused() -> None:
    """Through the real resolver."""
    with pytest.raises(Blocked, match="address_not_public"):
        look_up("http://localhost/", ())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://a.example/", "url_form"),
        ("file:///etc/hostname", "url_form"),
        ("gopher://a.example/", "url_form"),
        ("http:///hook", "url_form"),
        ("http://user:word@a.example/", "url_form"),
        ("http://a.example/a b", "url_form"),
        ("http://a.example/\r\nX: y", "url_form"),
        ("http://a.example:99999/", "url_form"),
        ("http://[::1/", "url_form"),
        ("http://a.example:22/", "port_not_allowed"),
        ("http://a.example:25/", "port_not_allowed"),
        ("http://a.example:6379/", "port_not_allowed"),
        ("http://a.example:5432/", "port_not_allowed"),
    ],
)
def test_which_urls_are_refused_unseen(url: str, code: str) -> None:
    """Refused before any name is looked up."""

    def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(Blocked, match=code):
        look_up(url, (), never)


def test_a_private_host_is_allowed_by_its_very_name_alone() -> None:
    """An on-site receiver is named in the settings; its neighbour is not let in by that."""

    def inside(host: str, port: int) -> list[str]:
        return ["10.0.0.7"]

    allowed = look_up("http://Hop-Thu.noi-bo:8080/a?b", ("hop-thu.noi-bo",), inside)
    assert allowed == Destination("http", "hop-thu.noi-bo", 8080, "/a?b", ("10.0.0.7",))
    for host in ("x.hop-thu.noi-bo", "hop-thu.noi-bo.example", "hop-thu"):
        with pytest.raises(Blocked):
            look_up(f"http://{host}:8080/", ("hop-thu.noi-bo",), inside)


def test_a_name_that_is_not_found_may_be_found_later() -> None:
    """That is no refusal: the name servers may be away."""

    def away(host: str, port: int) -> list[str]:
        raise socket.gaierror("tạm thời")

    for resolver in (away, lambda host, port: []):
        with pytest.raises(Unresolved):
            look_up("http://a.example/", (), resolver)
