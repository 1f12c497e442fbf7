"""The example notebook runs from top to bottom, and is committed without outputs."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=4)


def test_there_is_one() -> None:
    assert NOTEBOOKS


def test_it_is_clean_and_chinese_first(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    first = notebook.cells[0].source
    assert re.search("[\u4e00-\u9fff]", first.splitlines()[0])
    assert "English" in first


@pytest.fixture
def executed(
    notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> nbformat.NotebookNode:
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "TMPDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    # a kernel of the Python that runs the tests; nothing is installed for it
    words = [sys.executable, "-W", "error::FutureWarning", "-m", "ipykernel_launcher"]
    spec = {
        "argv": [*words, "-f", "{connection_file}"],
        "display_name": "this",
        "language": "python",
    }
    (tmp_path / "kernels" / "this").mkdir(parents=True)
    (tmp_path / "kernels" / "this" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    where = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, kernel_name="this", timeout=120, resources=where)
    return client.execute()


def test_it_runs_and_its_findings_hold(executed: nbformat.NotebookNode) -> None:
    outputs = [out for cell in executed.cells for out in cell.get("outputs", ())]
    warned = [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert not warned
    shown = [out.data for out in outputs if "data" in out]
    assert sum("image/png" in data for data in shown) == 3
    pages = "".join(data.get("text/html", "") for data in shown)
    assert "City: " in pages
    assert "Result: " in pages
    said = "".join(o.text for o in outputs if o.output_type == "stream")
    number = r"(-?[\d,]+)"
    by_hand, mean, low, high = (
        float(n.replace(",", ""))
        for n in re.search(
            rf": {number} person-h\nknock-out: {number} \[{number}, {number}\]", said
        ).groups()
    )
    assert by_hand > 0
    assert low <= mean <= high
    assert by_hand == pytest.approx(mean, abs=1)
