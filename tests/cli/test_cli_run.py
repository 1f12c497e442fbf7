"""`rencity run` as a process: an address at once, the demo behind it, an orderly stop."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from rencity.cli import app
from tests.servers import until


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_wrong_port_is_a_usage_fault(port: str, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = CliRunner().invoke(app, ["run", "--dir", str(folder), "--port", port])
    assert result.exit_code == 2
    assert not folder.exists()


def test_it_serves_at_once_makes_the_city_and_stops_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    process = subprocess.Popen(
        [sys.executable, "-m", "rencity", "run", "--dir", str(folder)],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:81"), process.stderr
        with httpx.Client(base_url=address, trust_env=False) as client:
            assert "韧城" in client.get("/").text
            assert "推演报告" in until(lambda: _page(client), "the first page of reports")
            api = f"{address}api/v1"
            job = until(lambda: client.get(f"{api}/jobs").json()["items"], "a job")[0]
            assert (job["kind"], job["caller"]) == ("demo", "operator:operator")
            until(
                lambda: client.get(f"{api}/jobs/{job['id']}").json()["state"] == "running",
                "the job to begin",
            )
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert "下次启动时继续" in err


def _page(client: httpx.Client) -> str:
    answer = client.get("/reports/")
    return answer.text if answer.status_code == 200 else ""
