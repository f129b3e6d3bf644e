"""The house rules that a machine can keep: imports go down, every unit has its parts, docs have commands."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from macwright.gen.catalog import CATALOG

ROOT = Path(__file__).parent.parent
ROOMS = ("golden", "hdl", "gen", "tb", "synth", "cli")
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported_rooms(path):
    depth = len(path.relative_to(ROOT).parts) - 1
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == depth + 1 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_go_down(path):
    room = ROOMS.index(path.relative_to(ROOT).parts[0])
    assert all(ROOMS.index(other) <= room for other in imported_rooms(path))


def test_every_package_is_in_the_wheel():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {path.parent.relative_to(ROOT) for path in SOURCES if path.name == "__init__.py"}
    assert set(listed) == {".".join(("macwright", *folder.parts)) for folder in folders}


def test_golden_knows_no_amaranth():
    assert not any("amaranth" in path.read_text() for path in (ROOT / "golden").rglob("*.py"))


@pytest.mark.parametrize("unit", CATALOG.values(), ids=lambda u: u.name)
def test_every_unit_has_its_parts(unit):
    assert (ROOT / "tb" / "units" / f"{unit.name}.py").exists()
    assert (ROOT / "synth" / "baselines" / f"{unit.spec().baseline}.v").exists()
    page = (ROOT / "docs" / "units" / f"{unit.name}.md").read_text()
    assert "## When not to use it" in page and re.split("[,;]", unit.source)[0] in page


def test_every_unit_is_in_the_documentation_index():
    index = (ROOT / "docs" / "README.md").read_text()
    assert all(f"units/{name}.md" in index for name in CATALOG)


def test_links_in_the_documentation_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_machine_path_in_the_tree():
    pattern = "/(" + "work|tmp|root|home" + ")/[A-Za-z]"
    done = subprocess.run(
        ["git", "grep", "-nE", pattern, "--", ":!.ci"], cwd=ROOT, capture_output=True, text=True
    )
    assert not [line for line in done.stdout.splitlines() if "usr/bin/env" not in line]


def test_ruff_has_nothing_to_say():
    assert subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "."], cwd=ROOT).returncode == 0
    assert (
        subprocess.run([sys.executable, "-m", "ruff", "format", "--check", "-q", "."], cwd=ROOT).returncode
        == 0
    )
