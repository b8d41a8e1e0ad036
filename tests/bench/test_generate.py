"""The generated transcripts are whole: valid records, ids that are unique and paired, the same for a seed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

GENERATOR = Path(__file__).with_name("generate.py")


def generate(root: Path, *arguments: str) -> Path:
    subprocess.run([sys.executable, str(GENERATOR), str(root), *arguments], check=True, capture_output=True)
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("tree"), "--bytes", "30000000")


@pytest.fixture(scope="module")
def files(tree: Path) -> list[list[dict[str, Any]]]:
    """The records of each file; a line that is no JSON object fails here."""
    made = []
    for path in sorted(tree.rglob("*.jsonl")):
        lines = path.read_bytes().split(b"\n")
        assert lines.pop() == b""
        records = [json.loads(line) for line in lines]
        assert all(isinstance(record, dict) for record in records)
        made.append(records)
    return made


def blocks(records: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    found = []
    for record in records:
        content = record.get("message", {}).get("content", [])
        found += [block for block in content if isinstance(block, dict) and block["type"] == kind]
    return found


def test_uuids_are_unique_but_for_resumed_copies(files: list[list[dict[str, Any]]]) -> None:
    seen: dict[str, dict[str, Any]] = {}
    for records in files:
        uuids = Counter(record["uuid"] for record in records if "uuid" in record)
        assert max(uuids.values()) == 1
        for record in records:
            first = seen.setdefault(record.get("uuid", str(id(record))), record)
            if first is not record:
                assert first["timestamp"] == record["timestamp"]
                assert first["sessionId"] != record["sessionId"]


def test_every_tool_use_has_one_result(files: list[list[dict[str, Any]]]) -> None:
    for records in files:
        used = [block["id"] for block in blocks(records, "tool_use")]
        answered = [block["tool_use_id"] for block in blocks(records, "tool_result")]
        assert len(set(used)) == len(used)
        assert sorted(used) == sorted(answered)


def test_parents_stand_before_their_children(files: list[list[dict[str, Any]]]) -> None:
    for records in files:
        seen = {None}
        for record in records:
            if "uuid" in record:
                assert record["parentUuid"] in seen
                seen.add(record["uuid"])


def test_all_important_record_types_occur(files: list[list[dict[str, Any]]]) -> None:
    kinds = {record["type"] for records in files for record in records}
    assert kinds >= {"user", "assistant", "system", "attachment", "progress", "file-history-snapshot", "mode"}


def test_blocks_of_one_message_share_its_ids_and_usage(files: list[list[dict[str, Any]]]) -> None:
    told: dict[str, tuple[Any, Any]] = {}
    for records in files:
        for record in records:
            if record["type"] == "assistant":
                message = record["message"]
                assert len(message["content"]) == 1
                assert message["usage"]["output_tokens"] > 0
                same = (record["requestId"], message["usage"])
                assert told.setdefault(message["id"], same) == same


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    arguments = ("--sessions", "12", "--small", "--seed")
    first = contents(generate(tmp_path / "a", *arguments, "5"))
    assert contents(generate(tmp_path / "b", *arguments, "5")) == first
    assert contents(generate(tmp_path / "c", *arguments, "6")) != first
    assert len(first) == 12
