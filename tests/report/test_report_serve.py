import http.client
import threading

import pytest

from rencity.kit.errors import RencityError
from rencity.report.serve import address, server_of


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("<p>首页", encoding="utf-8")
    (folder / "报告 1.html").write_text("<p>one", encoding="utf-8")
    (folder / ".hidden").write_text("no")
    (folder / "inner").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    server = server_of(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server, path, method="GET", host=None):
    connection = http.client.HTTPConnection(*server.server_address, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=host is not None)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def test_pages_are_served_with_sensible_headers(site):
    status, body, headers = ask(site, "/")
    assert (status, body.decode()) == (200, "<p>首页")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Type"].startswith("text/html")
    assert "Python" not in headers["Server"]
    assert ask(site, "/%E6%8A%A5%E5%91%8A%201.html")[1] == b"<p>one"


def test_head_has_no_body(site):
    status, body, headers = ask(site, "/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len("<p>首页".encode())


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/way-out",
     "/inner/", "/inner/../../secret.txt", "/.hidden", "/nothing", "/\\..\\secret.txt"],
)  # fmt: skip
def test_nothing_outside_hidden_or_listed(site, path):
    status, body, headers = ask(site, path)
    assert status == 404
    assert b"secret" not in body.replace(path.encode(), b"")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(site, method):
    status, _, headers = ask(site, "/", method)
    assert status == 405
    assert headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", ""])
def test_other_names_for_this_machine_are_refused(site, host):
    assert ask(site, "/", host=host)[0] == 421


def test_local_names_are_answered(site):
    for host in ("localhost", "127.0.0.1:1", "[::1]:99"):
        assert ask(site, "/", host=host)[0] == 200


def test_it_is_bound_to_this_machine_only(site):
    assert site.server_address[0] == "127.0.0.1"
    assert address(site) == f"http://127.0.0.1:{site.server_address[1]}/"


def test_a_taken_port_is_passed_over_or_refused(site, tmp_path):
    taken = site.server_address[1]
    with server_of(tmp_path) as other:
        assert other.server_address[1] != taken
    with pytest.raises(RencityError, match=f"port {taken} cannot be used") as caught:
        server_of(tmp_path, taken)
    assert "--port" in caught.value.mend
