"""The house itself: one list of dependencies, public names, the light front door, the wheel."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import workbench as wb

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_environment_has_python_from_conda_and_all_else_from_pyproject():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    python = PYPROJECT["project"]["requires-python"]
    assert f"python {python}" in conda
    assert [d for d in conda if isinstance(d, str) and not d.startswith("python ")] == ["pip"]
    (pip,) = [d["pip"] for d in conda if isinstance(d, dict)]
    assert pip == ["--constraint constraints.txt", "--editable .[test]"]


def test_every_dependency_is_pinned():
    pinned = {
        line.split("==")[0].strip().lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    wanted = PYPROJECT["project"]["dependencies"] + [
        d for extra in PYPROJECT["project"]["optional-dependencies"].values() for d in extra
    ]
    names = {
        d.split(">")[0].split("<")[0].split("[")[0].strip().lower().replace("_", "-")
        for d in wanted
    }
    assert names - pinned - {"audio-sentiment-workbench"} == set()


def test_public_names_are_sorted_importable_and_documented():
    assert wb.__all__ == sorted(wb.__all__)
    for name in wb.__all__:
        assert getattr(wb, name).__doc__, name
    assert set(wb.__all__) <= set(dir(wb))


def test_a_mistyped_public_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match='Did you mean "create"'):
        wb.creat  # noqa: B018


def test_import_leaves_the_heavy_libraries_alone():
    heavy = {"librosa", "numba", "statsmodels", "plotly", "av", "sqlalchemy", "pandas", "anywidget"}
    code = "import sys, workbench; print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert heavy & set(modules) == set()


def test_every_module_can_be_imported_alone():
    for path in sorted((ROOT / "workbench").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        importlib.import_module(module.removesuffix(".__init__"))


def test_the_architecture_names_every_module_once():
    floors = (ROOT / "docs" / "architecture.md").read_text().split("## Floors")[1].split("\n- ")[0]
    cells = [line.split("|")[2] for line in floors.splitlines() if line.startswith("| ")][2:]
    named = [name for cell in cells for name in re.findall(r"`([a-z_]+)/?`", cell)]
    (layers, *_) = PYPROJECT["tool"]["importlinter"]["contracts"]
    assert sorted(named) == sorted(n for layer in layers["layers"] for n in layer.split(" | "))


def test_no_module_outgrows_its_room():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder, ending in (("workbench", "*.py"), ("frontend/src", "*.ts"))
        for path in (ROOT / folder).rglob(ending)
        if (lines := len(path.read_text().splitlines())) > 420
        and path.name != "strings.ts"  # all words of all languages, in one place
    }
    assert long == {}


def test_the_wheel_holds_bundle_samples_notebooks_and_taxonomy(tmp_path):
    # built from a copy: the build takes the packages for development out of frontend/node_modules
    tree = tmp_path / "tree"
    tree.mkdir()
    sdist = PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for name in ("pyproject.toml", *sdist):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, tree)
        else:
            shutil.copytree(
                ROOT / name, tree / name, ignore=shutil.ignore_patterns("node_modules", "static")
            )
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            tmp_path,
            ".",
        ],
        cwd=tree,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "workbench/widgets/static/figure.js",
        "workbench/widgets/static/workbench.js",
        "workbench/data_samples/calls.csv",
        "workbench/notebooks/00_start_here.ipynb",
        "workbench/store/migrations/env.py",
    } <= names
    assert any(name.endswith("cx.yaml") for name in names)
    assert not any("node_modules" in name for name in names)
