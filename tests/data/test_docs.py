"""What the documents say is so: every example runs, every command, link and column exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import accords
from accords.cli import main

DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}


def blocks(language: str) -> list[tuple[str, str]]:
    """(where, code) of every fenced block of a language."""
    fence = re.compile(rf"^ *```{language}\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    return [
        (f"{name}:{text[: match.start()].count(chr(10)) + 1}", match[1])
        for name, text in TEXTS.items()
        for match in fence.finditer(text)
    ]


@pytest.mark.parametrize(("where", "code"), blocks("python"), ids=lambda text: text[:24])
def test_python_example_runs(where: str, code: str) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"{where}: {run.stderr}"
    assert bool(run.stdout.strip()) == ("print(" in code), f"{where} prints nothing"


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not at hand")
@pytest.mark.parametrize(("where", "code"), blocks("r"), ids=lambda text: text[:24])
def test_r_example_runs(where: str, code: str) -> None:
    packages = re.findall(r"library\((\w+)\)", code)
    for package in packages:
        check = ["Rscript", "-e", f"quit(status = !requireNamespace('{package}'))"]
        if subprocess.run(check, capture_output=True, check=False).returncode:
            pytest.skip(f"the R package {package} is not at hand")
    run = subprocess.run(["Rscript", "-e", code], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == 0, f"{where}: {run.stderr.decode()}"


def commands() -> list[tuple[str, str]]:
    """Every `accords ...` and `make ...` that stands in code."""
    found = []
    for name, text in TEXTS.items():
        code = re.findall(r"`([^`\n]+)`", text)
        code += [line for _, block in blocks("sh") for line in block.splitlines()]
        found += [(name, line.strip()) for line in code]
    return sorted(set(found))


@pytest.mark.parametrize(
    ("where", "command"), [c for c in commands() if c[1].startswith("accords ")]
)
def test_accords_command_exists(
    where: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = re.findall(r"[a-z]+", command.split("accords ", 1)[1])
    if command.startswith("accords --"):
        words = []
    take = 2 if words[:1] == ["new"] and "|" not in command else 1
    with pytest.raises(SystemExit) as stop:
        main([*words[:take], "--help"])
    assert stop.value.code == 0, f"{where}: {command}"
    shown = capsys.readouterr().out
    for option in re.findall(r" (--[a-z-]+)", command):
        assert option in shown or option == "--version", f"{where}: {command}: no {option}"


@pytest.mark.parametrize(("where", "command"), [c for c in commands() if c[1].startswith("make ")])
def test_make_target_exists(where: str, command: str) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert command.split()[1] in targets, f"{where}: {command}"


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", TEXTS[name].replace("\n", " ")):
        if "://" not in target:
            path = (ROOT / name).parent / target
            assert path.exists(), f"{name}: {target}"


def test_readme_lists_every_table() -> None:
    assert all(f"| `{table}` |" in TEXTS["README.md"] for table in accords.tables())


def test_every_error_is_explained() -> None:
    """CONTRIBUTING names the rules that a contributor meets most often, by their own words."""
    source = "".join(path.read_text() for path in (ROOT / "src" / "accords").glob("*.py"))
    table = TEXTS["CONTRIBUTING.md"].split("| the rule says | what happened |")[1]
    rules = [row.split("|")[1] for row in table.split("\n\n")[0].splitlines()[2:]]
    for rule in rules:
        for part in re.split(r", (?=no )| / ", rule.replace("...", "").strip()):
            assert part.strip().removesuffix(" of") in source, part


def test_data_model_names_tables() -> None:
    model = TEXTS["README.md"].split("```mermaid")[1].split("```")[0]
    named = set(re.findall(r"^ +(\w+) ", model, re.MULTILINE)) | set(
        re.findall(r"[|}o{]-*[-o|{}]+ (\w+) :", model)
    )
    assert named <= set(accords.tables())
    assert len(named) > 10


def test_no_document_names_a_machine() -> None:
    for name, text in TEXTS.items():
        assert str(Path.home()) not in text, name
