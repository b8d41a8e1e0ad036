"""Practices of one's own: a file becomes a practice or sentences, whatever stands in it, and a broken one stops no other."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach.cli_practice import start_of
from accrete_coach.own import MOST_BYTES, MOST_FILES, OwnText, _Own, read, texts
from accrete_coach.practice import FAMILIES, Practice, Problem, Reading, load
from accrete_coach.sessions import sketch
from accrete_coach.sessions.facts import Kind
from accrete_coach.sessions.patterns import Patterns

WHOLE = r"""
title = "say what done means"
short = "say done"
family = "frame"
grade = "C"
why = "Because."
tip = "Say it."
when_not = "Never."
builds_on = ["run-check"]
sure = "likely"
[[sources]]
title = "Someone"
url = "https://example.org/a"
shows = "Something."
[patterns.done]
over = "prompts"
re2 = '(?i)\bdone when\b'
[applies]
all = [{ session = { coding = true } }, { kind = "prompt", count = { at_least = 1 } }]
[seen]
before = [{ kind = "prompt", pattern = "done" }, { edit = "project" }]
[you]
who = "person"
[[sketches]]
says = "seen"
by = "you"
name = "said"
text = "you: mend it; done when make test passes\nedit a.py +3"
[[sketches]]
says = "not-seen"
text = "you: mend it\nedit a.py +3"
"""


def practice_of(text: str, name: str = "say-when.toml") -> Practice:
    found, problems = read(OwnText("yours", name, text))
    assert problems == ()
    assert found is not None
    return found


def wrong(text: str, name: str = "say-when.toml") -> list[str]:
    found, problems = read(OwnText("yours", name, text))
    assert found is None
    return [p.what for p in problems]


def without(text: str, line: str) -> str:
    assert line in text
    return text.replace(line, "")


def reading(text: str, words: str) -> Reading:
    p = practice_of(text)
    return p.read(sketch.read(words, Patterns(p.patterns)))


# --- a file ----------------------------------------------------------------------------------------------------------


def test_a_file_is_a_practice() -> None:
    p = practice_of(WHOLE)
    assert (p.id, p.short, p.title, p.family, p.grade) == ("say-when", "say done", "say what done means", "frame", "C")
    assert (p.why, p.tip, p.when_not, p.builds_on) == ("Because.", "Say it.", "Never.", ("run-check",))
    assert [(s.title, s.url, s.shows) for s in p.sources] == [("Someone", "https://example.org/a", "Something.")]
    assert [(s.says, s.by, s.name) for s in p.sketches] == [("seen", "you", "said"), ("not-seen", None, "")]
    assert (p.origin, len(p.patterns), p.around, p.needs_facts) == ("yours", 1, None, 1)
    for given_ in p.sketches:
        assert p.read(sketch.read(given_.text, Patterns(p.patterns))).word == given_.says


def test_a_reading_shows_the_facts_that_made_it_seen() -> None:
    found = reading(WHOLE, "you: hello\nreply: hi\nyou: mend it; done when it works\nedit a.py +3")
    assert (found.word, found.by, found.sure, found.count) == ("seen", "you", "likely", 1)
    assert [m.line for m in found.moments] == [3]
    assert reading(WHOLE, "you: mend it\nedit a.py").sure == "likely"
    assert reading(WHOLE, "you: what is it?\nread a.py").word == "not-applicable"


BARE = """
title = "x"
family = "verify"
grade = "C"
why = "x"
tip = "x"
when_not = "x"
"""


@pytest.mark.parametrize(
    ("seen", "words", "by"),
    [
        ("kind = 'check'", "you: mend it and run the tests\nedit a.py\nrun pytest -> ok", "you"),
        ("kind = 'check'", "you: mend it\nedit a.py\nrun pytest -> ok", "agent"),
        ("kind = 'check'", "you: mend it\nedit a.py\nrun pytest -> ok\nyou: now run the tests", "agent"),
        ("kind = 'prompt'", "you: mend it\nedit a.py", "you"),
        ("kind = 'commit'", "you run /ship it\nedit a.py\nrun git commit -m x -> [main abc1234] x", "you"),
        ("kind = 'delegate'", "you: use a subagent to look\nscout look\nedit a.py", "you"),
        ("kind = 'delegate'", "you: mend it\nscout look\nedit a.py", "agent"),
        ("not = { kind = 'push' }", "you: mend it\nedit a.py", "you"),
        ("kind = 'edit'\n[you]\nkind = 'interrupt'", "you: mend it\nedit a.py", "agent"),
        ("kind = 'edit'\n[you]\nkind = 'interrupt'", "you: mend it\nedit a.py\ninterrupt", "you"),
    ],
)
def test_it_is_because_of_you_where_you_did_it_or_asked_for_it(seen: str, words: str, by: str) -> None:
    found = reading(f"{BARE}\n[seen]\n{seen}", words)
    assert (found.word, found.by) == ("seen", by)
    assert found.moments


def test_what_is_true_of_the_session_shows_where_the_person_began() -> None:
    found = reading(f"{BARE}\n[seen]\nnot = {{ kind = 'push' }}", "cleared\nyou: mend it\nedit a.py")
    assert ([m.line for m in found.moments], found.by) == ([2], "you")


def test_a_session_without_a_person_is_no_occasion() -> None:
    p = practice_of(BARE + "[applies]\nsession = { tool_calls = { at_least = 0 } }\n[seen]\nkind = 'edit'")
    session = sketch.read("you: mend it\nedit a.py")
    assert p.read(session).word == "seen"
    session = sketch.read("you: mend it\nedit a.py")
    session.automatic = True
    assert p.read(session).word == "not-applicable"


def test_the_edition_changes_with_the_detector_and_not_with_the_words() -> None:
    p = practice_of(WHOLE)
    assert practice_of(WHOLE.replace("Because.", "Why not.")).stamp == p.stamp
    assert practice_of(WHOLE.replace("at_least = 1", "at_least = 2")).stamp != p.stamp
    assert practice_of(WHOLE.replace("done when", "done if")).stamp != p.stamp
    assert practice_of(WHOLE.replace('sure = "likely"', 'sure = "certain"')).stamp != p.stamp
    assert pickle.loads(pickle.dumps(p)).stamp == p.stamp


def test_one_other_session_may_be_asked_for() -> None:
    text = BARE + "[seen]\nall = [{ session = { around = 'followed' } }, { not = { session = { around = '%s' } } }]"
    assert practice_of(text % "followed").around == "followed"
    assert wrong(text % "repeated") == [
        "say-when.toml: the conditions ask for followed and repeated around: a practice may ask for one; the practice is paused"
    ]


def test_newer_vocabulary_needs_newer_facts() -> None:
    assert practice_of(BARE + "[seen]\nkind = 'rewind'").needs_facts == 2
    assert practice_of(BARE + "[seen]\nkind = 'commit'").needs_facts == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('title = "say what done means"', ""), "title is missing"),
        (('title = "say what done means"', "title = 3"), "title is 3, not a text"),
        (('title = "say what done means"', 'title = "  "'), "title is empty"),
        (('title = "say what done means"', f'title = "{"x" * 101}"'), "title is longer than 100 characters"),
        (('title = "say', 'titel = "say'), "'titel' is no key of a practice (did you mean 'title'?)"),
        (('family = "frame"', 'family = "frames"'),
         "family 'frames' is none of frame, delegate, reuse, track, context, steer, verify (did you mean 'frame'?)"),
        (('grade = "C"', ""), "grade is missing: it is one of A, B, C, X"),
        (('url = "https://example.org/a"', 'url = "javascript:alert(1)"'),
         "sources[1].url 'javascript:alert(1)' is no address that begins with https:// or http://"),
        (('shows = "Something."', 'show = "Something."'), "sources[1] holds 'show', which is none of title, url, shows (did you mean 'shows'?)"),
        (('builds_on = ["run-check"]', "builds_on = 'run-check'"), "builds_on is 'run-check', not a list of at most eight ids of practices"),
        (('sure = "likely"', 'sure = "very"'), "sure 'very' is neither certain nor likely"),
        (('over = "prompts"', 'over = "words"'), "patterns.done.over 'words' is none of prompts, commands, paths"),
        ((r"re2 = '(?i)\bdone when\b'", "re2 = '(?=a)'"), "patterns.done.re2 is no RE2 pattern (invalid perl operator: (?=)"),
        ((r"re2 = '(?i)\bdone when\b'", ""), "patterns.done.re2 is missing: a pattern in a text"),
        ((', pattern = "done" }', "}"), "patterns.done is asked for by no condition"),
        (('kind = "prompt", pattern', 'kind = "check", pattern'),
         "seen.before[1].pattern 'done' is over prompts, of which a fact of this kind has none"),
        (('{ edit = "project" }]', '{ edit = "projekt" }]'), "seen.before[2].edit 'projekt' is not 'project': an edit of the work's own files"),
        (('says = "not-seen"', 'says = "unseen"'), "sketches[2].says 'unseen' is none of seen, not-seen, not-applicable (did you mean 'seen'?)"),
        (('says = "not-seen"', 'says = "not-seen"\nby = "you"'),
         "sketches[2].by stands beside says = 'not-seen': only what was seen was started by someone"),
        (('by = "you"', 'by = "me"'), "sketches[1].by 'me' is none of you, agent"),
        (("[patterns.done]", "[[patterns]]"), "patterns is a list, not a table such as [patterns.name]"),
        (('who = "person"', 'who = "me"'), "you.who 'me' is none of person, agent, subagent"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_sentence_with_its_place(change: tuple[str, str], said: str) -> None:
    assert change[0] in WHOLE
    assert f"say-when.toml: {said}; the practice is paused" in wrong(WHOLE.replace(*change, 1))


PATTERNED = f"""{BARE}[seen]
kind = "prompt"
pattern = "done"
[patterns.done]
over = "prompts"
re2 = "done"
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('re2 = "done"', 're2 = "(["'), "patterns.done.re2 is no RE2 pattern"),
        (('re2 = "done"', ""), "patterns.done.re2 is missing"),
        (('re2 = "done"', "re2 = 3"), "patterns.done.re2 is 3"),
        (('over = "prompts"', 'over = "prompt"'), "patterns.done.over 'prompt' is none of"),
        (('[patterns.done]\nover = "prompts"\nre2 = "done"', "[patterns]\ndone = 3"), "patterns.done is 3, not a table"),
        (('pattern = "done"', 'patern = "done"'), "seen holds 'patern'"),
        (
            (
                'kind = "prompt"\npattern = "done"\n[patterns.done]\nover = "prompts"',
                'kind = "run"\npattern = "done"\n[patterns.done]\nover = "comands"',
            ),
            "patterns.done.over",
        ),
        (('kind = "prompt"', 'kind = "promt"'), "seen.kind 'promt' is no kind of fact"),
    ],
)
def test_a_fault_of_a_pattern_is_told_once(change: tuple[str, str], said: str) -> None:
    assert practice_of(PATTERNED)
    assert change[0] in PATTERNED
    (told,) = wrong(PATTERNED.replace(*change, 1))
    assert said in told


def test_seen_has_to_be_there() -> None:
    assert wrong(BARE) == [
        "say-when.toml: seen is missing: the condition that says when the practice was seen; the practice is paused"
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Say Done.toml", "the file's name 'Say Done' is no id of a practice"),
        ("-x.toml", "the file's name '-x' is no id of a practice"),
        ("a--b.toml", "the file's name 'a--b' is no id of a practice"),
        ("x" * 41 + ".toml", "is no id of a practice"),
        ("\x1b[31mx.toml", "the file's name '␛[31mx' is no id of a practice"),
    ],
)
def test_an_id_is_plain(name: str, said: str) -> None:
    (told,) = wrong(WHOLE, name)
    assert said in told
    assert practice_of(f'id = "mine-2"\n{WHOLE}', name).id == "mine-2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "is not valid TOML: Invalid value"),
        ("x = " + "[" * 5_000, "its lists or tables lie too deep within each other"),
        ("x = " + "9" * 5_000, "it holds a number or a date that is none"),
        ("x = 2021-02-30T99:00:00", "is not valid TOML"),
        (".".join("a" * 50_000) + " = 1", "line 1 holds more than 64 dots"),
        ("x = 1\n" + "a" + ".a" * 200 + " = 1", "line 2 holds more than 64 dots"),
        ("x" * (MOST_BYTES + 1), "is larger than 256 kB"),
        ("\x00", "is not valid TOML"),
        ("title = 1\ntitle = 2", "is not valid TOML: Cannot overwrite a value"),
    ],
)
def test_what_is_no_toml_is_said(text: str, said: str) -> None:
    (told,) = wrong(text)
    assert said in told
    assert told.startswith("say-when.toml: ")


def test_not_everything_that_is_wrong_is_told_of_a_file_full_of_it() -> None:
    told = wrong("\n".join(f"key{n} = 1" for n in range(500)))
    assert len(told) == 9
    assert "and 500 more" in told[-1] or "more; the practice is paused" in told[-1]


def test_what_is_shown_can_not_steer_a_terminal() -> None:
    hostile = "a\\u001b[31mb\\u202ec\\u0007d"
    p = practice_of(
        WHOLE.replace("Because.", hostile)
        .replace("say what done means", hostile)
        .replace('"said"', f'"{hostile}"')
        .replace("mend it", hostile)
    )
    shown = (p.title, p.why, *(s.text for s in p.sketches), *(s.name for s in p.sketches))
    assert all("\x1b" not in text and "\u202e" not in text and "\x07" not in text for text in shown)
    assert "‹202e›" in p.why
    told = wrong(WHOLE.replace('kind = "prompt", pattern', f'kind = "{hostile}", pattern'))
    assert all("\x1b" not in one and "\u202e" not in one for one in told)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["edit", "seen", "you", "done", "first", "project", "prompts", "(", "yours", "path", *FAMILIES])
    | st.dates(date(1970, 1, 1)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "all", "any", "not", "before", "after", "count", "at_least", "at_most", "session", "cues", "says", "text", "over", "re2", "which", "x"]
            )
            | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a table at which another value may stand."""
    out = [path] if path else []
    if isinstance(value, dict):
        for key in value:
            out += _places(value[key], (*path, key))
    elif isinstance(value, list):
        for n in range(len(value)):
            out += _places(value[n], (*path, n))
    return out


TABLE = tomllib.loads(WHOLE)
PLACES = [*_places(TABLE), ("new",), ("seen", "new"), ("patterns", "new"), ("id",)]


@given(st.sampled_from(PLACES), VALUES)
@settings(max_examples=400, deadline=None)
def test_any_value_at_any_place_is_a_practice_or_a_sentence(place: tuple[Any, ...], value: Any) -> None:
    table = copy.deepcopy(TABLE)
    at: Any = table
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    reader = _Own(table)
    found = reader.practice(OwnText("yours", "say-when.toml", ""))
    assert (found is None) is bool(reader.problems)
    for said in reader.problems:
        assert said.strip()
    if found is not None:
        assert isinstance(found, Practice)
        session = sketch.read("you: mend it, done when x\nedit a.py\nrun pytest -> ok", Patterns(found.patterns))
        assert found.read(session) == found.read(session)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda b: b.decode("latin-1")))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_practice_or_a_sentence(text: str) -> None:
    found, problems = read(OwnText("yours", "a.toml", text))
    assert (found is None) is bool(problems)


# --- the folder ------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "practices"
    made.mkdir()
    return made


def test_a_folder_that_is_not_there_is_nothing_wrong(tmp_path: Path) -> None:
    assert texts([("yours", tmp_path / "nothing")]) == ((), ())
    (tmp_path / "file").write_text("x")
    assert load([("yours", tmp_path / "file")]).problems == ()


def test_own_practices_stand_after_the_built_in_ones_of_their_family(folder: Path) -> None:
    (folder / "a-first.toml").write_text(WHOLE)
    found = load([("yours", folder)])
    built_in = load()
    assert found.problems == ()
    frame = [p.id for p in found.practices if p.family == "frame"]
    assert frame == [*(p.id for p in built_in.practices if p.family == "frame"), "a-first"]
    assert found["a-first"].origin == "yours"
    assert found.stamp != built_in.stamp
    assert found.patterns == Patterns(found["a-first"].patterns)
    assert [t.name for t in found.texts] == ["a-first.toml"]
    again = load(texts=found.texts)
    assert (again.stamp, [p.id for p in again.practices]) == (found.stamp, [p.id for p in found.practices])


def test_a_broken_file_is_named_and_the_others_run(folder: Path) -> None:
    (folder / "good.toml").write_text(WHOLE)
    (folder / "mine.toml").write_text(WHOLE.replace('{ edit = "project" }]', '{ kind = "comit" }]'))
    (folder / "bytes.toml").write_bytes(b"title = '\xff'")
    (folder / "note.txt").write_text("not read")
    (folder / ".hidden.toml").write_text("not read")
    found = load([("yours", folder)])
    assert found.get("good") is not None
    assert found.get("mine") is None
    assert sorted(p.what for p in found.problems) == [
        "bytes.toml: is not UTF-8; the practice is paused",
        "mine.toml: seen.before[2].kind 'comit' is no kind of fact (did you mean 'commit'?); the practice is paused",
    ]


def test_an_id_that_is_taken_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "read-diff.toml").write_text(WHOLE)
    (folder / "good.toml").write_text(WHOLE)
    team = tmp_path / "team"
    team.mkdir()
    (team / "good.toml").write_text(WHOLE)
    (team / "theirs.toml").write_text(WHOLE)
    found = load([("yours", folder), ("team", team)])
    assert [p.what for p in found.problems] == [
        "read-diff (yours): its id 'read-diff' is taken (a built-in practice); the practice is paused",
    ]
    assert found["read-diff"].origin == ""
    assert (found["good"].origin, found["theirs"].origin) == ("yours", "team")


def test_it_builds_on_what_there_is(folder: Path) -> None:
    (folder / "a.toml").write_text(WHOLE.replace('["run-check"]', '["b"]'))
    (folder / "b.toml").write_text(WHOLE.replace('["run-check"]', '["a"]'))
    found = load([("yours", folder)])
    assert len(found.problems) == 2
    assert "builds_on names 'b', which is no practice of this program or a package" in found.problems[0].what


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes and few links there")
def test_pipes_links_and_huge_files_are_named_and_never_waited_for(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.toml")
    (folder / "folder.toml").mkdir()
    (folder / "loop.toml").symlink_to(folder / "loop.toml")
    (folder / "device.toml").symlink_to("/dev/zero")
    (folder / "gone.toml").symlink_to(tmp_path / "nothing")
    with open(folder / "huge.toml", "wb") as out:
        out.truncate(3 << 40 if os.uname().sysname == "Linux" else 1 << 30)
    (tmp_path / "elsewhere.toml").write_text(WHOLE)
    (folder / "mine.toml").symlink_to(tmp_path / "elsewhere.toml")
    found = load([("yours", folder)])
    assert {p.where: p.what.split(": ", 1)[1].split(";")[0] for p in found.problems} == {
        "pipe.toml": "is no plain file",
        "folder.toml": "is no plain file",
        "loop.toml": "can't be read (Too many levels of symbolic links)",
        "device.toml": "is no plain file",
        "gone.toml": "can't be read (No such file or directory)",
        "huge.toml": "is larger than 256 kB",
    }
    # A person may keep their files elsewhere; what comes from others points nowhere.
    assert found.get("mine") is not None
    theirs = load([("team", folder)])
    assert theirs.get("mine") is None
    assert {p.what.split(": ", 1)[1] for p in theirs.problems if p.where == "mine.toml"} == {
        "is a link, and links are passed over here; the practice is paused"
    }


def test_a_folder_holds_so_many(folder: Path) -> None:
    for n in range(MOST_FILES + 2):
        (folder / f"p{n:03d}.toml").write_text("")
    found, problems = texts([("yours", folder)])
    assert len(found) == MOST_FILES
    assert [p.where for p in problems] == ["p200.toml", "p201.toml"]


def test_a_folder_holds_so_many_characters(folder: Path) -> None:
    for n in range(20):
        (folder / f"p{n:02d}.toml").write_text("#" * 250_000)
    found, problems = texts([("yours", folder)])
    assert (len(found), len(problems)) == (16, 4)
    assert problems[0].what == "p16.toml: the files of its folder hold more than 4 MB; the practice is paused"


def test_there_are_so_many_patterns_in_all(folder: Path) -> None:
    for n in range(70):
        (folder / f"p{n:02d}.toml").write_text(WHOLE.replace("done when", f"done when {n if n < 68 else 0}"))
    found = load([("yours", folder)])
    assert len(found.patterns.all) == 64
    assert [p.where for p in found.problems] == ["p64", "p65", "p66", "p67"]
    assert "the practices before it declare 64 patterns" in found.problems[0].what
    assert found.get("p69") is not None, "it declares one that is there"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_can_not_be_read_is_named(folder: Path) -> None:
    folder.chmod(0)
    try:
        assert [p.what for p in texts([("yours", folder)])[1]] == [
            "the folder can't be read (Permission denied); none of it runs"
        ]
    finally:
        folder.chmod(0o700)


def test_a_fault_of_this_program_in_one_file_stops_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.toml").write_text(WHOLE)
    (folder / "b.toml").write_text(WHOLE)
    real = read

    def faulty(text: OwnText) -> tuple[Practice | None, tuple[Problem, ...]]:
        if text.name == "a.toml":
            raise KeyError("oh")
        return real(text)

    monkeypatch.setattr("accrete_coach.own.read", faulty)
    found = load([("yours", folder)])
    assert found.get("b") is not None
    assert [p.where for p in found.problems] == ["a.toml"]


def test_a_new_practice_passes_its_own_check() -> None:
    from accrete_coach.cli_practice import check_of

    for name in ("x", "rehearse-rollback", "a-very-long-name-for-a-practice-of-mine"):
        p = practice_of(start_of(name), f"{name}.toml")
        checked, lacks = check_of(p)
        assert (p.id, lacks) == (name, [])
        assert all(c.right for c in checked)
        assert {s.says for s in p.sketches} == {"seen", "not-seen", "not-applicable"}


def test_where_an_agent_can_not_show_it_its_absence_is_no_sign() -> None:
    """Neither seen, where it takes the absence for a practice, nor not seen, where the thing itself is asked for."""
    without = practice_of(BARE + "[seen]\nnot = { kind = 'hook-check' }")
    few = practice_of(BARE + "[seen]\nkind = 'hook-check'\ncount = { at_most = 1 }")
    twice = practice_of(BARE + "[seen]\nnot = { not = { kind = 'hook-check' } }")
    edits = practice_of(BARE + "[seen]\nkind = 'edit'")
    session = sketch.read("you: mend it\nedit a.py +3")
    assert [p.read(session).word for p in (without, few, twice, edits)] == ["seen", "seen", "not-seen", "seen"]
    assert [p.denies for p in (without, twice)] == [{Kind.HOOK_CHECK}, frozenset()]
    session.cannot_show = frozenset({Kind.HOOK_CHECK})
    assert [p.read(session).word for p in (without, few, twice, edits)] == ["cant-tell", "cant-tell", "cant-tell", "seen"]
