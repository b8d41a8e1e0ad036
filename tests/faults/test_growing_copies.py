"""Histories that are resumed, forked and copied while all of them grow, renamed, replaced and deleted (promises.md, faults 4 to 6)."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accrete_coach.coach import Coach
from accrete_coach.sessions.sketch import START

from .made import ASK, WORK, Tree, against_fresh, append, coach_of, places_of

Line = tuple[Path, bytes]


def resumed(record: dict[str, Any], _: int, session: str) -> dict[str, Any]:
    """As old versions wrote it for --resume: the session's id is another, the rest stays."""
    return record | {"sessionId": session}


def forked(record: dict[str, Any], n: int, session: str) -> dict[str, Any]:
    """As /branch writes it: every record says where it is from."""
    return resumed(record, n, session) | {"forkedFrom": {"sessionId": record["sessionId"], "messageUuid": record["uuid"]}}


def renewed(record: dict[str, Any], n: int, session: str) -> dict[str, Any]:
    """A copy under new uuids: only tool-use ids, times and contents are the same."""
    return resumed(record, n, session) | {"uuid": f"{session}-copy-{n}", "requestId": f"req-{session}-{n}"}


COPIERS: tuple[Callable[[dict[str, Any], int, str], dict[str, Any]], ...] = (resumed, forked, renewed)


def main_lines(tree: Tree, session: str, text: str, **how: Any) -> list[Line]:
    return [one for one in tree.lines(session, text, **how) if "subagents" not in str(one[0])]


def copied(lines: list[Line], tree: Tree, session: str, copier: Callable[..., dict[str, Any]]) -> list[Line]:
    return [
        (tree.path(session), json.dumps(copier(json.loads(line), n, session)).encode() + b"\n")
        for n, (_, line) in enumerate(lines)
    ]


COMPACTED = "compacted\nreply: The summary."


def family(tree: Tree, copier: Callable[..., dict[str, Any]], names: tuple[str, str, str]) -> dict[str, list[Line]]:
    """A source that is compacted and replays itself, a copy of it that goes on, and a copy of that copy that goes on."""
    source, second, third = names
    one = main_lines(tree, source, WORK)
    two = [*copied(one, tree, second, copier), *main_lines(tree, second, "you: now app/b.py\nedit app/b.py +4\nreply: Done.")]
    three = [*copied(two, tree, third, copier), *main_lines(tree, third, "you: and the invoices\nedit app/c.py +3\nreply: Done.")]
    replay = [*main_lines(tree, source, COMPACTED, start=START + timedelta(hours=1)), *one[2:9]]
    return {source: [*one, *replay], second: two, third: three}


def told(coach: Coach) -> dict[str, int]:
    """All that is counted, over all sessions."""
    sessions = coach.profile.sessions()
    return {
        "prompts": sum(s.prompts for s in sessions),
        "tool calls": sum(s.tool_calls for s in sessions),
        "edits": sum(s.edits for s in sessions),
    }


@pytest.mark.parametrize("copier", COPIERS)
@pytest.mark.parametrize("seed", range(10))
def test_copies_that_grow_in_any_order_are_counted_once(tmp_path: Path, copier: Callable[..., dict[str, Any]], seed: int) -> None:
    chance = random.Random(f"{seed} {copier.__name__}")
    tree = Tree(tmp_path / "claude")
    names = chance.sample(["a", "m", "z"], 3)
    lines = family(tree, copier, (names[0], names[1], names[2]))
    waiting = {name: list(some) for name, some in lines.items()}
    places = places_of(tmp_path)
    coach = coach_of(places)
    while any(waiting.values()):
        name = chance.choice([n for n, some in waiting.items() if some])
        count = chance.randrange(1, 9)
        append(waiting[name][:count])
        del waiting[name][:count]
        if chance.random() < 0.5:
            coach.scan(workers=chance.choice([1, 1, 1, 2]))
        if chance.random() < 0.2:
            coach.close()
            coach = coach_of(places)
    coach.scan()
    alone = Tree(tmp_path / "alone" / "claude")
    append([(alone.path("only"), line) for path, line in lines[names[0]]])
    for n, name in enumerate(names[1:]):
        own = [
            line
            for _, line in lines[name]
            if b"-copy-" not in line and not any(line_of(line) == line_of(x) for _, x in lines[names[n]])
        ]
        append([(alone.path(f"own{n}"), line) for line in own])
    expected = coach_of(places_of(tmp_path / "alone"))
    expected.scan()
    assert told(coach) == told(expected) == {"prompts": 5, "tool calls": 10, "edits": 4}
    seen = [
        p
        for readings in coach.profile.readings().values()
        for p, r in readings.items()
        if r.word == "seen" and p == "failing-first"
    ]
    # Where all three grow at once their common history may be parted among them, and then none shows it; never two.
    assert len(seen) <= 1
    assert coach.scan().read == 0
    coach.close()
    expected.close()


def line_of(line: bytes) -> tuple[object, object]:
    record = json.loads(line)
    return record["timestamp"], json.dumps(record.get("message", record.get("subtype")))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_to_the_files_the_profile_is_that_of_one_who_reads_what_is_there(tmp_path: Path, seed: int) -> None:
    """Append, truncate, rewrite, replace by another inode, rename away and back, delete and come back, in any order."""
    chance = random.Random(seed)
    tree = Tree(tmp_path / "claude")
    names = ["s0", "s1", "s2"]
    whole = {name: main_lines(tree, name, text) for name, text in zip(names, (WORK, f"{ASK}\n{WORK}", ASK), strict=True)}
    kept = dict.fromkeys(names, 0)
    away: set[str] = set()
    places = places_of(tmp_path)
    coach = coach_of(places)
    for _ in range(60):
        name = chance.choice(names)
        path = tree.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        act = chance.choice(["append", "append", "append", "truncate", "rewrite", "replace", "touch", "delete"])
        if name in away:
            away.discard(name)  # It comes back as it was, or with more.
            act = "replace"
        upto = min(len(whole[name]), kept[name] + chance.randrange(1, 6))
        if act == "append":
            append(whole[name][kept[name] : upto])
            kept[name] = upto
        elif act in ("truncate", "rewrite", "replace"):
            kept[name] = chance.randrange(1, len(whole[name])) if act != "replace" else max(upto, 1)
            data = b"".join(line for _, line in whole[name][: kept[name]])
            if act == "replace":
                (tmp_path / "new").write_bytes(data)
                (tmp_path / "new").replace(path)
            else:
                path.write_bytes(data)
        elif act == "touch" and path.exists():
            os.utime(path, ns=(1, chance.randrange(1, 2**60)))
        elif act == "delete" and path.exists() and kept[name]:
            path.unlink()
            away.add(name)
        if chance.random() < 0.6:
            coach.scan()
        if chance.random() < 0.1:
            coach.close()
            coach = coach_of(places)
    for name in away:
        tree.path(name).write_bytes(b"".join(line for _, line in whole[name][: kept[name]]))
    coach.scan()
    coach.scan()
    assert against_fresh(coach, tmp_path / "fresh") == []
    coach.close()


@pytest.mark.parametrize("seed", range(3))
def test_what_was_deleted_is_kept_as_it_was_however_the_others_go_on(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    tree = Tree(tmp_path / "claude")
    tree.add("gone", WORK)
    others = {name: main_lines(tree, name, WORK) for name in ("s1", "s2")}
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    (before,) = coach.profile.sessions()
    readings = coach.profile.readings()[before.num]
    facts = [f.facts for f in coach.profile.files_of(before.num)]
    tree.path("gone").unlink()
    (tree.path("gone").with_suffix("") / "subagents").rename(tmp_path / "elsewhere")
    while any(others.values()):
        name = chance.choice([n for n, some in others.items() if some])
        append(others[name][:4])
        del others[name][:4]
        coach.scan()
    after = coach.profile.session(before.num)
    assert (before.gone, after.gone) == (False, True)
    assert (after.prompts, after.tool_calls, after.edits) == (before.prompts, before.tool_calls, before.edits)
    # What rests on the person's other sessions may change with them.
    own = {p.id for p in coach.catalogue.practices if p.around is None}
    now = coach.profile.readings()[before.num]
    assert {name: now[name] for name in own} == {name: readings[name] for name in own}
    assert [f.facts for f in coach.profile.files_of(before.num)] == facts
    assert len(coach.profile.sessions()) == 3
    coach.close()


def test_an_inode_that_is_used_again_for_another_session_is_another_file(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "claude")
    tree.add("s1", WORK)
    coach = coach_of(places_of(tmp_path))
    coach.scan()
    inode = tree.path("s1").stat().st_ino
    tree.path("s1").unlink()
    reused = False
    for n in range(40):
        tree.add(f"n{n:02}", ASK)
        reused = reused or tree.path(f"n{n:02}").stat().st_ino == inode
        coach.scan()
    if not reused:
        # This file system gives out another one each time: the same file under another name stands for it.
        tree.path("n39").rename(tree.path("again"))
        coach.scan()
    assert coach.profile.find_sessions("s1")[0].gone
    assert sum(s.prompts for s in coach.profile.sessions()) == 3 + 40
    coach.close()
