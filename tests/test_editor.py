"""The command that opens a file at a line, in the editor that the person has."""

from __future__ import annotations

import pytest

from accrete_coach.editor import editor_command, editor_of


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim", ["vim", "+7", "/a b.jsonl"]),
        ("/usr/bin/nvim -R", ["/usr/bin/nvim", "-R", "+7", "/a b.jsonl"]),
        ("nano", ["nano", "+7", "/a b.jsonl"]),
        ("emacsclient -t", ["emacsclient", "-t", "+7", "/a b.jsonl"]),
        ("micro", ["micro", "+7", "/a b.jsonl"]),
        ("hx", ["hx", "/a b.jsonl:7"]),
        ("code", ["code", "--wait", "--goto", "/a b.jsonl:7"]),
        ("code -w", ["code", "-w", "--goto", "/a b.jsonl:7"]),
        ("cursor --wait", ["cursor", "--wait", "--goto", "/a b.jsonl:7"]),
        ("subl", ["subl", "/a b.jsonl:7"]),
        ("zed", ["zed", "/a b.jsonl:7"]),
        ("'/Applications/My Editor' --new", ["/Applications/My Editor", "--new", "/a b.jsonl"]),
        ("it's", ["it's", "/a b.jsonl"]),
        ("", ["vi", "+7", "/a b.jsonl"]),
    ],
)
def test_each_editor_gets_the_line_in_its_own_way(editor: str, command: list[str]) -> None:
    assert editor_command(editor, "/a b.jsonl", 7) == command


def test_without_a_line_the_file_alone_is_opened() -> None:
    assert editor_command("vim", "/a", 0) == ["vim", "/a"]
    assert editor_command("code", "/a", 0) == ["code", "--wait", "/a"]


def test_the_visual_editor_goes_first_and_there_is_always_one() -> None:
    assert editor_of({"VISUAL": "code", "EDITOR": "vi"}) == "code"
    assert editor_of({"VISUAL": " ", "EDITOR": "nano"}) == "nano"
    assert editor_of({}) == "vi"
