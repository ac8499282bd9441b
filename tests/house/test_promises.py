"""Promises of the house that no single feature can keep alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp
from flask import Flask

from casemgr.web.permissions import Door, mark_of

ROOT = Path(__file__).resolve().parents[2]
HASTY = ("kit.check", "kit.screenshot", "look(", "assert ", "page.goto", "page.reload")


def test_every_route_says_who_may_enter(app: Flask) -> None:
    unmarked = [rule.endpoint for rule in app.url_map.iter_rules() if mark_of(app, rule.endpoint) is None]
    assert unmarked == []


def test_every_route_under_a_case_asks_for_a_permission_in_that_case(app: Flask) -> None:
    open_doors = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "<uuid:case_id>" in rule.rule and getattr(mark_of(app, rule.endpoint), "door", None) is not Door.CASE
    ]
    assert open_doors == []


def test_the_law_imports_only_the_standard_library() -> None:
    foreign = set()
    for path in (ROOT / "casemgr" / "law").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("casemgr.law"):
                    foreign.add((path.name, name))
    assert foreign == set()


def test_no_module_imports_itself_over_a_detour() -> None:
    graph = grimp.build_graph("casemgr", exclude_type_checking_imports=True)  # those never run
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert list(TopologicalSorter(imports).static_order())  # raises CycleError, naming the ring


def test_the_project_names_no_path_of_a_machine() -> None:
    told = []
    folders = ("casemgr", "templates", "tests", "migrations", "docs", "bench", ".ci")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*"))
    for path in paths:
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".html", ".js", ".css", ".in", ""}:
            text = path.read_text(errors="ignore")
            told += [str(path) for word in ("/" + "work/", "/" + "root/") if word in text]
    assert told == []


def test_no_test_looks_at_a_page_right_after_a_click() -> None:
    """On a busy machine the page is still the old one, or an empty one: `kit.go` and `expect` wait."""
    hasty = []
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text()
        for press, then in _pairs(text) if "playwright" in text else ():
            call = press.value if isinstance(press, ast.Expr) else None
            name = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
            if name in ("click", "dblclick", "press") and ast.unparse(then).startswith(HASTY):
                hasty.append(f"{path.relative_to(ROOT)}:{then.lineno}")
    assert hasty == []


def _pairs(text: str) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Each statement with the one behind it."""
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield from pairwise(body)


def test_no_template_carries_inline_script_or_style() -> None:
    inline = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        inline += [
            str(path) for word in (" style=", "<style", " onclick=", " onchange=", "javascript:") if word in text
        ]
        inline += [str(path) for part in text.split("<script")[1:] if "src=" not in part.split(">", 1)[0]]
    assert inline == []
