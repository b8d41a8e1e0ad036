"""A rule that is read from the source: what a widget is given is Content, and Content is made of constants or by the gate."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import accrete_coach.app as package

FILES = sorted(Path(package.__file__).parent.glob("*.py"))
SINKS = {
    "Static",
    "Label",
    "Option",
    "Markdown",
    "Button",
    "Link",
    "Digits",
    "Pretty",
    "Tooltip",
    "notify",
    "update",
    "write",
    "set_content",
}
"""Calls that show their first argument."""
SETS = {"tooltip", "border_title", "border_subtitle", "sub_title", "label", "content", "_content", "renderable"}
"""Attributes that are shown."""
KEEPS = {
    "truncate",
    "pad_right",
    "pad_left",
    "stylize",
    "stylize_before",
    "join",
    "append",
    "rstrip",
    "without_spans",
    "first_line",
}
"""Methods of Content that give Content."""
WIDGETS = {"Static", "Label"}
NEVER = {"from_text", "from_rich_text", "visualize", "escape", "Strip", "Segment", "RichText", "add_option", "prompt"}


class Gate:
    """Finds what goes past the gate in one file, knowing which functions of all the files give Content."""

    def __init__(self, gives: set[str], attributes: set[str]) -> None:
        self.gives = gives
        self.attributes = attributes
        self.found: list[str] = []

    def check(self, tree: ast.Module) -> list[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
                bases = {ast.unparse(b) for b in node.bases} if isinstance(node, ast.ClassDef) else set()
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                        self._function(child, bool(bases & WIDGETS))
        self._function(tree, False)
        return self.found

    def _function(self, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Module, widget: bool) -> None:
        held: dict[str, bool] = {}
        if not isinstance(function, ast.Module):
            for argument in (*function.args.args, *function.args.kwonlyargs):
                held[argument.arg] = argument.annotation is not None and ast.unparse(argument.annotation) == "Content"
        body = list(self._own(function))
        for node in body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                held[node.target.id] = ast.unparse(node.annotation) == "Content"
        for _ in range(3):  # Names that are made of names that are made of names.
            for node in body:
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name):
                            held[target.id] = self._good(node.value, held)
                elif isinstance(node, ast.For):
                    self._loop(node, held)
        for node in body:
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Attribute) and target.attr in SETS and not self._good(node.value, held):
                        self._name(node, "sets what is shown")
                    if (
                        isinstance(node, ast.AugAssign)
                        and isinstance(target, ast.Name)
                        and held.get(target.id)
                        and not self._good(node.value, held)
                    ):
                        self._name(node, "adds to what is shown")
            if isinstance(node, ast.Call):
                self._call(node, held, widget)

    def _own(self, function: ast.AST) -> list[ast.AST]:
        out: list[ast.AST] = []
        waiting = list(ast.iter_child_nodes(function))
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            out.append(node)
            waiting = list(ast.iter_child_nodes(node)) + waiting
        return out

    def _loop(self, node: ast.For, held: dict[str, bool]) -> None:
        if not isinstance(node.iter, ast.Tuple | ast.List):
            return
        rows = node.iter.elts
        if isinstance(node.target, ast.Name):
            held[node.target.id] = all(self._good(row, held) for row in rows)
        elif isinstance(node.target, ast.Tuple) and all(isinstance(row, ast.Tuple) for row in rows):
            for n, target in enumerate(node.target.elts):
                if isinstance(target, ast.Name):
                    held[target.id] = all(self._part(row.elts[n], held) for row in rows)  # type: ignore[attr-defined]

    def _call(self, node: ast.Call, held: dict[str, bool], widget: bool) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        shown = [
            *node.args[:1],
            *(k.value for k in node.keywords if k.arg in ("content", "renderable", "label", "prompt", "message", "markup")),
        ]
        if name in SINKS or (widget and owner == "super()" and name == "__init__"):
            for argument in shown:
                if not self._good(argument, held):
                    self._name(node, f"{name} is given something else than Content")
        if name == "Content" or owner == "Content":
            if name == "from_markup" or name in ("Content", "styled"):
                if not all(isinstance(a, ast.Constant) for a in node.args[:1]):
                    self._name(node, f"{name} is given something else than a constant")
            elif name == "assemble" and not all(self._part(a, held) for a in node.args):
                self._name(node, "assemble is given something else than constants and Content")
        if name in NEVER:
            self._name(node, f"{name} is a way past the gate")
        if name == "Text" and ast.unparse(node) != "Text(report(error))":
            self._name(node, "Text is a way past the gate")

    def _part(self, node: ast.expr, held: dict[str, bool]) -> bool:
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Tuple):
            return bool(node.elts) and self._part(node.elts[0], held)
        if isinstance(node, ast.Starred):
            inner = node.value
            if isinstance(inner, ast.GeneratorExp | ast.ListComp):
                return self._comprehension(inner, held)
            return self._good(inner, held)
        if isinstance(node, ast.IfExp):
            return self._part(node.body, held) and self._part(node.orelse, held)
        return self._good(node, held)

    def _comprehension(self, node: ast.GeneratorExp | ast.ListComp, held: dict[str, bool]) -> bool:
        inner = dict(held)
        for loop in node.generators:
            rows = loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List) else [loop.iter]
            if isinstance(loop.target, ast.Name):
                inner[loop.target.id] = all(self._part(row, inner) for row in rows)
        return self._part(node.elt, inner)

    def _good(self, node: ast.expr, held: dict[str, bool]) -> bool:
        if isinstance(node, ast.Name):
            return held.get(node.id, False)
        if isinstance(node, ast.Attribute):
            return node.attr in self.attributes
        if isinstance(node, ast.IfExp):
            return self._good(node.body, held) and self._good(node.orelse, held)
        if isinstance(node, ast.BinOp):
            return self._good(node.left, held) and self._good(node.right, held)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                return node.func.id in self.gives or node.func.id == "Content"
            if isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner == "Content":
                    return node.func.attr in ("styled", "assemble", "blank", "empty", "from_markup")
                if node.func.attr in KEEPS:
                    return self._good(node.func.value, held)
                return owner == "self" and node.func.attr in self.gives
        return False

    def _name(self, node: ast.AST, what: str) -> None:
        self.found.append(f"line {getattr(node, 'lineno', 0)}: {what}: {ast.unparse(node)[:100]}")


def gives(trees: list[ast.Module]) -> tuple[set[str], set[str]]:
    """The functions that say they give Content, the lists and attributes that say they hold it."""
    functions, attributes = set(), set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.returns is not None and ast.unparse(node.returns) == "Content":
                functions.add(node.name)
            if isinstance(node, ast.ClassDef):
                for item in node.body:
                    if (
                        isinstance(item, ast.AnnAssign)
                        and isinstance(item.target, ast.Name)
                        and ast.unparse(item.annotation) in ("Content", "reactive[Content]")
                    ):
                        attributes.add(item.target.id)
                    if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                        attributes |= {
                            a.arg for a in item.args.args if a.annotation is not None and ast.unparse(a.annotation) == "Content"
                        }
    return functions, attributes


def offences(source: str) -> list[str]:
    everywhere = gives([ast.parse(path.read_text("utf-8")) for path in FILES])
    own = gives([ast.parse(source)])
    return Gate(everywhere[0] | own[0], everywhere[1] | own[1]).check(ast.parse(source))


@pytest.mark.parametrize("path", [p for p in FILES if p.name != "shown.py"], ids=lambda p: p.name)
def test_every_widget_is_given_content_of_constants_or_from_the_gate(path: Path) -> None:
    assert offences(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "past",
    [
        "def f(x):\n    yield Static(x)",
        "def f(x):\n    yield Static(f'{x}')",
        "def f(x: str):\n    yield Label(x)",
        "def f(x):\n    self.notify(x)",
        "def f(x):\n    self.notify(f'moved {x}', markup=False)",
        "def f(w, x):\n    w.update(x)",
        "def f(w, x):\n    w.update(str(x))",
        "def f(w, x):\n    w.update(Content(x))",
        "def f(w, x):\n    w.update(Content(f'{x}'))",
        "def f(w, x):\n    w.update(Content.styled(x, 'bold'))",
        "def f(w, x):\n    w.update(Content.from_markup(x))",
        "def f(w, x):\n    w.update(Content.from_markup('[b]$x', x=x) if x else x)",
        "def f(w, x):\n    w.update(Content.assemble('a', x))",
        "def f(w, x):\n    w.update(Content.assemble('a', (x, 'bold')))",
        "def f(w, x):\n    name = shown(x)\n    name = x\n    w.update(name)",
        "def f(w, x):\n    w.tooltip = x",
        "def f(w, x):\n    w.border_title = f'{x}'",
        "def f(w, x):\n    w.update('constant, but markup')",
        "def f(x):\n    return Text(x)",
        "def f(x):\n    return Option(x.title)",
        "class A(Static):\n    def __init__(self, x):\n        super().__init__(x)",
    ],
)
def test_the_rule_sees_what_goes_past_the_gate(past: str) -> None:
    assert offences(past)


@pytest.mark.parametrize(
    "through",
    [
        "def f(w, x):\n    w.update(shown(x))",
        "def f(w, x):\n    w.update(Content('own words'))",
        "def f(w, x):\n    w.update(Content.assemble('own ', ('words', 'bold'), shown(x)))",
        "def f(w, x: Content):\n    w.update(x)",
    ],
)
def test_the_rule_lets_the_gate_through(through: str) -> None:
    assert offences(through) == []


def test_only_this_package_knows_the_gate_is_made_of_clean() -> None:
    gate = (Path(package.__file__).parent / "shown.py").read_text("utf-8")
    assert "from ..clean import" in gate
    assert "from_markup" not in gate
