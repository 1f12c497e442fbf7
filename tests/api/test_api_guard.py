"""The door: who may ask, how much, and what is told to whom."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from rencity.api.guard import MOST_BYTES
from rencity.api.serve import Asked, listening
from rencity.api.tls import certificates
from rencity.kit.errors import ForbiddenError
from tests.servers import CUTOFF, Here, Process, here_on, new_key, scenario


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "localhost.evil.example", "", "[::"])
def test_other_names_for_this_machine_are_refused(standing: Here, host: str) -> None:
    answer = standing.client.get("cities", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "cities" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:8130"])
def test_its_own_names_are_let_in(standing: Here, host: str) -> None:
    assert standing.client.get("cities", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_cannot_act(standing: Here, own: str, headers: dict[str, str]) -> None:
    asked = scenario(own)
    answer = standing.client.post("scenarios", json=asked, headers={**new_key(), **headers})
    assert answer.status_code == 403
    ours = {"Origin": standing.address.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    answer = standing.client.post("scenarios", json=asked, headers={**new_key(), **ours})
    assert answer.status_code == 201


def test_a_body_too_large_is_refused_also_without_a_length(standing: Here) -> None:
    stated = standing.client.post("scenarios", headers=new_key(), content=b" " * (MOST_BYTES + 1))
    assert stated.status_code == 413

    def parts():  # type: ignore[no-untyped-def]
        for _ in range(MOST_BYTES // 100_000 + 2):
            yield b" " * 100_000

    unstated = standing.client.post("scenarios", headers=new_key(), content=parts())
    assert unstated.status_code == 411


def test_every_answer_carries_the_headers(standing: Here) -> None:
    for path in ("cities", "nothing", "openapi.json"):
        headers = standing.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_an_odd_request_id_is_not_taken_over(standing: Here) -> None:
    for odd in ("a b", "x" * 65, '"><script>'):
        assert (
            standing.client.get("cities", headers={"X-Request-Id": odd}).headers["x-request-id"]
            != odd
        )


def test_reports_are_reachable_and_nothing_beside_them(standing: Here) -> None:
    places = standing.services.places
    (places.reports / "index.html").write_text("<p>here</p>")
    (places.folder / "secret").write_text("secret")
    (places.reports / ".index.html.partial-1").write_text("secret")
    (places.reports / "link").symlink_to(places.folder / "secret")
    root = standing.address.rstrip("/")
    assert standing.client.get(root + "/reports/").text == "<p>here</p>"
    hidden = (
        "/reports/.index.html.partial-1",
        "/reports/link",
        "/reports/nothing",
        "/reports/%2e/",
    )
    for path in (
        *hidden,
        "/reports/../secret",
        "/reports/%2e%2e/secret",
        "/reports/..%2fkeys/journal.key",
    ):
        with socket.create_connection((urlsplit(root).hostname, urlsplit(root).port)) as raw:
            raw.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            answer = b"".join(iter(lambda: raw.recv(4096), b""))
        assert b"404" in answer.split(b"\r\n")[0]
        assert b"secret" not in answer.split(b"\r\n\r\n")[1] or b'"error"' in answer


def test_https_by_a_private_authority(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = here_on(f"sqlite:///{tmp_path / 'a.db'}", data)
    server.stop()
    tls = Process(data, None, "--tls")
    assert tls.address.startswith("https://127.0.0.1:")
    with pytest.raises(httpx.ConnectError):
        httpx.get(tls.address, trust_env=False)
    trust = ssl.create_default_context(cafile=str(data / "keys" / "ca.crt"))
    for name in ("127.0.0.1", "localhost"):
        address = tls.address.replace("127.0.0.1", name)
        assert httpx.get(f"{address}health/live", verify=trust, trust_env=False).status_code == 200
    assert tls.stop() == 0
    assert "install" in Process.log(data)
    for key in ("ca.key", "server.key", "journal.key"):
        assert (data / "keys" / key).stat().st_mode & 0o077 == 0


def test_certificates_are_kept_and_renewed_in_time(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first = certificates(tmp_path, ("localhost",), now)
    held = first.certificate.read_bytes(), first.authority.read_bytes()
    again = certificates(tmp_path, ("localhost",), now + timedelta(days=300))
    assert (again.certificate.read_bytes(), again.authority.read_bytes()) == held
    later = certificates(tmp_path, ("localhost",), now + timedelta(days=390))
    assert later.certificate.read_bytes() != held[0]
    assert later.authority.read_bytes() == held[1]
    assert later.fingerprint == first.fingerprint
    renewed = later.certificate.read_bytes()
    named = certificates(tmp_path, ("localhost", "10.1.2.3"), now + timedelta(days=390))
    assert named.certificate.read_bytes() != renewed


def test_no_secret_is_logged(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = Process(data)
    address = server.address.rstrip("/")
    secret = "never-shown"  # noqa: S105
    headers = {**new_key(), "Authorization": f"Bearer {secret}", "Cookie": f"a={secret}"}
    body = {"id": "x", "text": CUTOFF.format(hours=3) + f"# {secret}"}
    assert server.client.post("scenarios", json=body, headers=headers).status_code == 201
    httpx.get(f"{address}/api/v1/scenarios", params={"token": secret}, trust_env=False)
    httpx.get(f"{address}/api/v1/nothing?{secret}", trust_env=False)
    assert server.stop() == 0
    log = Process.log(data)
    assert secret not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    asked = [line for line in lines if line["event"] == "answered"]
    assert [line["status"] for line in asked] == [201, 200, 404]
    assert all(line["request"] for line in asked)


def test_a_password_of_the_database_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql://someone:hunter2@127.0.0.1:1/none"
    done = subprocess.run(
        [sys.executable, "-m", "rencity", "serve", "--data", str(tmp_path / "d"), "--db", url],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "does not answer" in done.stderr


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rencity", "serve", "--data", str(tmp_path / "d"), "--host"]
    done = subprocess.run(
        [*command, "0.0.0.0"],  # noqa: S104  # noqa: S104
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "not this machine alone" in done.stderr


@pytest.mark.parametrize("host", ["::", "192.0.2.1", "example.org", ""])
def test_other_hosts_are_refused(standing: Here, host: str) -> None:
    refused = pytest.raises(ForbiddenError, match="not this machine alone")
    with refused, listening(standing.services, Asked(host, 0)):
        pytest.fail("it listens")
