"""What the project says of itself in its ground files holds."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base.txt", "dev.txt")


def lock(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def pins(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock(name), re.M))


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_hashes_and_no_addresses(name: str) -> None:
    text = lock(name)
    assert "://" not in text
    assert "://" not in text
    assert "index-url" not in text
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(entries) > 20
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.split()[0]


def test_base_lock_holds_what_the_project_needs_and_dev_all_of_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {re.match(r"[\w-]+", d)[0].lower() for d in project["project"]["dependencies"]}
    assert named <= pins("base.txt")
    assert pins("base.txt") <= pins("dev.txt")
    groups = project["dependency-groups"]
    tools = {re.match(r"[\w-]+", d)[0].lower() for g in groups.values() for d in g}
    assert tools <= pins("dev.txt")


def test_the_wheel_carries_packs_and_catalogue() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    mappings = {str(p.relative_to(ROOT)) for p in (ROOT / "examples").glob("*/map.toml")}
    shipped = {"packs", "examples/demo", "web/dist", *mappings}
    assert set(wheel["force-include"]) == shipped
    for source, target in wheel["force-include"].items():
        assert target == f"rencity/{source}".replace("web/dist", "web")
    assert (ROOT / "examples/demo").is_dir()
    assert wheel["packages"] == ["src/rencity"]
    assert (ROOT / "packs").is_dir()
    assert (ROOT / "src/rencity/city/catalogue.toml").is_file()
    assert all((ROOT / name).is_file() for name in project["project"]["license-files"])
    # the builder leaves out what git ignores
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert not {"*.toml", "*.yaml", "packs", "packs/"} & set(ignored)


def test_ci_runs_the_two_commands() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert "export RENCITY_REQUIRE_DATA=1" in text
    called = re.findall(r"^make (\w+)", text, re.M)
    assert called == ["lint", "test"]
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_hooks_are_local_and_run_what_lint_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}
    run = " ".join(hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"])
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.split("\nlint-python:")[1].split("\n\n")[0]
    tools = set(re.findall(r"\$\(BIN\)/([\w-]+)", recipe))
    assert tools == {"ruff", "mypy", "lint-imports"}
    for tool in tools:
        assert f".venv/bin/{tool}" in run


def texts(*places: str) -> list[Path]:
    kinds = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".html", ".js", ".css", ".ipynb", ""}
    found = [ROOT / p for p in places if (ROOT / p).is_file()]
    for place in places:
        found += [p for p in (ROOT / place).rglob("*") if p.is_file() and p.suffix in kinds]
    return [p for p in found if "__pycache__" not in p.parts]


def test_no_path_of_one_machine_is_left() -> None:
    private = re.compile(r"(?<![\w.*~])/(?:work|tmp|root|home)/")
    places = ("src", "docs", "packs", "examples", "bench", "README.md", "CONTRIBUTING.md")
    for path in texts(*places, "Makefile", "mkdocs.yml", "pyproject.toml", ".ci"):
        assert not (found := private.search(path.read_text("utf-8"))), f"{path}: {found}"


def test_no_address_of_a_registry_is_left() -> None:
    hosts = (
        "py" + "pi.org",
        "python" + "hosted",
        "registry." + "npm",
        "npm" + "mirror",
        "conda." + "anaconda",
    )
    places = ("src", "docs", "packs", "examples", "bench", "tests", "requirements", ".ci")
    for path in texts(*places, "README.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml"):
        text = path.read_text("utf-8")
        assert not [host for host in hosts if host in text], path


def run_make(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (folder / "requirements").mkdir(exist_ok=True)
    (folder / "requirements" / "base.txt").write_text("")
    call = ["make", *(f"{k}={v}" for k, v in env.items()), ".venv/.base"]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_too_old_a_python_is_named_with_the_mend(tmp_path: Path) -> None:
    old = script(tmp_path / "old-python", "exit 1")
    made = run_make(tmp_path, PYTHON=old)
    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stderr
    assert "make PYTHON=" in made.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_names_the_package(tmp_path: Path) -> None:
    bare = script(tmp_path / "bare-python", 'case "$2" in *ensurepip*) exit 1;; esac')
    made = run_make(tmp_path, PYTHON=bare)
    assert made.returncode != 0
    assert "apt-get install python3-venv" in made.stderr
    assert not (tmp_path / ".venv").exists()


FAKE_PYTHON = """\
case "$*" in
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"pip install"*uv) [ -n "$NO_UV" ] && exit 1
    printf '#!/bin/sh\\necho "uv $UV_DEFAULT_INDEX" >> calls; [ -z "$UV_FAILS" ]\\n' > .venv/bin/uv
    chmod +x .venv/bin/uv ;;
  *"pip install"*) echo "pip $*" >> calls ;;
  *"config get"*) echo https://mirror.example/simple ;;
  *get_path*) pwd ;;
esac
"""


@pytest.mark.parametrize(
    ("env", "calls"),
    [
        ({}, ["uv https://mirror.example/simple"]),
        ({"UV_FAILS": "1"}, ["uv https://mirror.example/simple", "pip -m pip install"]),
        ({"NO_UV": "1"}, ["pip -m pip install"]),
    ],
)
def test_a_mirror_is_handed_on_and_pip_is_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], calls: list[str]
) -> None:
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    made = run_make(tmp_path, PYTHON=script(tmp_path / "fake-python", FAKE_PYTHON))
    assert made.returncode == 0, made.stderr
    said = (tmp_path / "calls").read_text().splitlines()
    assert [line[: len(call)] for line, call in zip(said, calls, strict=True)] == calls
    assert all("--require-hashes" in line for line in said if line.startswith("pip"))
    assert (tmp_path / ".venv" / "bin" / "rencity").exists()
