"""What of a team's repository is accepted, and what is kept about the team; the repositories are real and hostile."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from team_remotes import add, bare, blob, commit, git, hung, named, tree

from accrete_coach.git import Entry, Limits
from accrete_coach.team import keys, message
from accrete_coach.team.folder import FOLDERS, KINDS, MOST_OF_A_PRACTICE, TeamFolder, TeamTrouble, accepted
from accrete_coach.team.message import MOST_BYTES, Message, name_of, sign
from accrete_coach.team.outbox import Outbox

NOW = datetime(2026, 11, 30, 14, 5, 6, tzinfo=UTC)
SAM = keys.make()
PRACTICE = b'name = "plan-first"\n'


def said(n: int = 0, kind: str = "contribution") -> Message:
    return sign(kind, {"n": n}, SAM.signing)


def entry(path: str, data: bytes, mode: str = "100644", order: int = 0) -> Entry:
    return Entry(path, mode, name_of(path.encode() + data), len(data), order)


def told(*things: tuple[Entry, bytes], known: tuple[str, ...] = ()) -> tuple[list[str], list[str], dict[str, str]]:
    """Kinds of messages, names of practices, reasons."""
    by = {one.sha: data for one, data in things}
    got = accepted([one for one, _ in things], lambda shas: [(sha, by[sha]) for sha in shas], known)
    return [one.kind for one in got.messages], [name for name, _ in got.practices], dict(got.passed)


def thing(path: str, data: bytes, mode: str = "100644") -> tuple[Entry, bytes]:
    return entry(path, data, mode), data


def practice(data: bytes) -> tuple[Entry, bytes]:
    return thing(named(data, "v1/practices", "toml"), data)


def on_toml(monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]) -> None:
    """Be told each text that is given to the reader of TOML."""
    real = tomllib.loads

    def telling(text: str) -> dict[str, object]:
        tell(text)
        return real(text)

    monkeypatch.setattr(tomllib, "loads", telling)


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return bare(tmp_path / "team.git")


@pytest.fixture
def mine(tmp_path: Path) -> TeamFolder:
    return TeamFolder(tmp_path / "home" / "team")


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", KINDS)
@pytest.mark.parametrize("kind", [*sorted(set().union(*KINDS.values())), "other"])
def test_a_message_is_accepted_in_the_folder_of_its_kind_and_in_no_other(folder: str, kind: str) -> None:
    data = said(kind=kind).data
    messages, practices, passed = told(thing(named(data, folder), data))
    assert messages == ([kind] if kind in KINDS[folder] else [])
    assert not practices
    assert list(passed) == ([] if messages else [named(data, folder)])


def test_a_practice_is_accepted_by_its_name_and_a_page_is_never_read() -> None:
    page = entry(named(b"x", "v1/exemplars", "md"), b"# x")
    assert told(thing(named(PRACTICE, "v1/practices", "toml"), PRACTICE)) == ([], [name_of(PRACTICE)], {})
    got = accepted([page], lambda shas: pytest.fail("it was read"))
    assert got == ((), (), ())


GOOD = said().data
FORGED = GOOD.replace(b'"n":0', b'"n":1')
LONG = b"#" * (MOST_BYTES + 1)
LARGE = b"{" + b" " * MOST_BYTES + b"}"
BAD: dict[str, tuple[tuple[Entry, bytes], str]] = {
    "a link": (thing(named(GOOD), GOOD, "120000"), "a link"),
    "a submodule": ((Entry(named(GOOD), "160000", "a" * 40, -1, 0), b""), "submodule"),
    "a folder": ((Entry(named(GOOD), "040000", "a" * 40, -1, 0), b""), "a folder"),
    "a program": (thing(named(GOOD), GOOD, "100755"), "program"),
    "an old mode": (thing(named(GOOD), GOOD, "100664"), "no plain file"),
    "too large": (thing(named(LARGE), LARGE), "more than 262,144 bytes"),
    "a practice that is too large": (practice(LONG), "more than 262,144 bytes"),
    "another name": (thing("v1/totals/" + "0" * 32 + ".json", GOOD), "does not follow from its bytes"),
    "a longer name": (thing(named(GOOD).replace(".json", "0.json"), GOOD), "another name"),
    "a name in capitals": (thing("v1/totals/" + name_of(GOOD).upper() + ".json", GOOD), "another name"),
    "a name with a line end": (thing(named(GOOD) + "\n", GOOD), "another name"),
    "another ending": (thing(named(GOOD, "v1/totals", "toml"), GOOD), "another name"),
    "a page elsewhere": (thing(named(GOOD, "v1/totals", "md"), GOOD), "another name"),
    "a forged field": (thing(named(FORGED), FORGED), "its signature is wrong"),
    "bad UTF-8": (thing(named(b'{"\xff":1}'), b'{"\xff":1}'), "not JSON"),
    "deep JSON": (thing(named(b"[" * 99_999), b"[" * 99_999), "not JSON"),
    "a practice of more than 32 kB": (practice(b"#" * (MOST_OF_A_PRACTICE + 1)), "more than 32 kB, the most that a practice"),
    "a key of very many parts": (practice(b"a" + b".a" * 16_000 + b" = 1"), "line 1 holds more than 64 dots"),
    "a quoted one, with blanks": (practice(b"x = 1\r\n''" + b" . ''" * 6_000 + b" = 1"), "line 2 holds more than 64 dots"),
    "a table's key of very many parts": (practice(b"[a" + b".a" * 65 + b"]\nx = 1"), "line 1 holds more than 64 dots"),
    "a list of tables' key of very many parts": (practice(b"\n\n[[a" + b".a" * 65 + b"]]"), "line 3 holds more than 64 dots"),
    "an inline table's key of very many parts": (
        practice(b"a = {a" + b".a" * 16_000 + b" = 1}"),
        "line 1 holds more than 64 dots",
    ),
    "deep inline tables": (practice(b"a = " + b"{a = " * 6_000), "not TOML"),
    "deep lists": (practice(b"a = " + b"[" * 16_000 + b"]" * 16_000), "not TOML"),
    "a number of very many digits": (practice(b"a = " + b"1" * 32_000), "not TOML"),
    "no TOML": (practice(b"= \xff"), "not TOML"),
    "another folder": (thing(named(GOOD, "v1/other"), GOOD), "not part of the layout"),
    "another version": (thing(named(GOOD, "v2/totals"), GOOD), "not part of the layout"),
    "upwards": (thing("../" + named(GOOD), GOOD), "not part of the layout"),
    "attributes": (thing(".gitattributes", b"* filter=x"), "not part of the layout"),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_passed_over_with_the_reason_and_spoils_nothing_beside_it(what: str) -> None:
    bad, why = BAD[what]
    first, last = said(1).data, said(2).data
    messages, practices, passed = told(
        thing(named(first), first), bad, thing(named(PRACTICE, "v1/practices", "toml"), PRACTICE), thing(named(last), last)
    )
    assert (messages, practices) == (["contribution"] * 2, [name_of(PRACTICE)])
    assert list(passed) == [bad[0].path]
    assert why in passed[bad[0].path]


def test_no_practice_is_given_to_the_reader_of_toml_that_it_would_take_long_over(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    on_toml(monkeypatch, seen.append)
    told(*(bad for bad, _ in BAD.values()), practice(PRACTICE))
    assert PRACTICE.decode() in seen
    assert max(len(text.encode()) for text in seen) <= MOST_OF_A_PRACTICE
    assert max(line.count(".") for text in seen for line in text.split("\n")) <= 64


def test_many_tables_of_the_largest_practice_are_read() -> None:
    data = b"".join(b"[[a]]\n" for _ in range(MOST_OF_A_PRACTICE // 6))
    deep = b"[a" + b".a" * 64 + b"]\n" + b"".join(b"a%d = []\n" % n for n in range(3_000))
    assert told(practice(data), practice(deep)) == ([], [name_of(data), name_of(deep)], {})


def test_all_of_a_batch_is_there_before_any_of_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    things = [practice(b"a = %d" % n) for n in range(3)]
    by = {one.sha: data for one, data in things}
    done: list[str] = []

    def read(shas: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for sha in shas:
            yield sha, by[sha]
        done.append("read")

    on_toml(monkeypatch, lambda _: done.append("looked at"))
    assert len(accepted([one for one, _ in things], read).practices) == 3
    assert done == ["read", *["looked at"] * 3]


def test_a_file_that_cant_be_read_is_said_and_the_others_are_there() -> None:
    one, two = said(1).data, said(2).data
    entries = [entry(named(one), one), entry(named(two), two)]
    got = accepted(entries, lambda shas: [(entries[1].sha, two)])
    assert [each.data for each in got.messages] == [two]
    assert got.passed == ((named(one), "it can't be read"),)


def test_messages_keep_the_order_of_the_history(team: Path, mine: TeamFolder) -> None:
    datas = [said(n).data for n in range(20)]
    for data in datas:
        add(team, {named(data): data})
    mine.join(str(team), NOW)
    assert mine.fetch(NOW)[1] == ""
    assert [one.data for one in mine.contents().messages] == datas


def test_a_forged_message_stays_out_whatever_the_kept_names_say_of_others() -> None:
    forged = GOOD.replace(b'"n":0', b'"n":1')
    assert told(thing(named(GOOD), forged), known=(name_of(GOOD),))[0] == []
    assert told(thing(named(forged), forged), known=(name_of(GOOD),))[0] == []
    assert told(thing(named(GOOD), GOOD), known=(name_of(GOOD),))[0] == ["contribution"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*FOLDERS, "v1", "..", ""]), st.binary(max_size=40), st.sampled_from(["100644", "120000", "1", ""])
        ),
        max_size=6,
    )
)
def test_whatever_is_in_it_each_thing_is_accepted_or_named(made: list[tuple[str, bytes, str]]) -> None:
    things = [thing(f"{named(data, folder)}", data, mode) for folder, data, mode in made]
    things = list({one.path: (one, data) for one, data in things}.values())
    messages, practices, passed = told(*things)
    assert len(messages) + len(practices) + len(passed) == len(things)


# --- a hostile repository, whole -------------------------------------------------------------------------------------


def test_a_hostile_repository_is_passed_over_thing_by_thing_and_writes_nothing_outside(
    team: Path, mine: TeamFolder, tmp_path: Path
) -> None:
    good, large = said().data, os.urandom(300_000)
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    sha = blob(team, good)
    name = named(good).rpartition("/")[2]
    link = blob(team, str(outside).encode())
    odd = "\x1b]0;x\x07\n.json"
    totals = tree(
        team,
        [
            ("100644", name, sha),
            ("120000", "0" * 32 + ".json", link),
            ("160000", "1" * 32 + ".json", "a" * 40),
            ("100755", "2" * 32 + ".json", sha),
            ("40000", "3" * 32 + ".json", tree(team, [("100644", name, sha)])),
            ("100644", named(large).rpartition("/")[2], blob(team, large)),
            ("100644", ".gitattributes", blob(team, b"* filter=evil\n")),
            ("100644", odd, sha),
        ],
    )
    members = blob(team, b"no folder")
    root = tree(
        team, [("40000", "v1", tree(team, [("40000", "totals", totals), ("100644", "members", members)])), ("120000", "v2", link)]
    )
    commit(team, root)
    mine.join(str(team), NOW)
    _, problem = mine.fetch(NOW)
    assert problem == ""
    got = mine.contents()
    assert [one.data for one in got.messages] == [good]
    assert len(got.passed) == 9
    reasons = dict(got.passed)
    assert (
        reasons[f"v1/totals/{odd}"] == reasons["v1/totals/.gitattributes"] == "it has another name than files in this folder have"
    )
    assert reasons["v1/members"] == reasons["v2"] == "it is not part of the layout, version 1"
    assert {path.name for path in tmp_path.iterdir()} == {"team.git", "home", "outside"}
    assert outside.read_text() == "untouched"
    assert {path.name for path in mine.path.iterdir()} == {"team.json", "names", "repo.git", "repo.git.lock"}
    assert not [path for path in mine.path.rglob("*") if path.is_symlink()]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_joining_asks_nobody_and_leaving_takes_everything_but_what_was_sent(team: Path, mine: TeamFolder) -> None:
    assert mine.status() is None
    mine.join(str(team), NOW)
    joined = mine.status()
    assert joined is not None
    assert (joined.url, joined.fetched, joined.tip) == (str(team), None, "")
    with pytest.raises(TeamTrouble, match="leave it first"):
        mine.join("/somewhere/else", NOW)
    data = said().data
    box = Outbox(mine.path)
    seen = box.put({named(data): data}, str(team), NOW)
    box.send(box.confirm(seen.hash), mine.repository, NOW)
    box.put({named(PRACTICE, "v1/practices", "toml"): PRACTICE}, str(team), NOW)
    mine.fetch(NOW)
    mine.contents()
    mine.leave(NOW)
    assert mine.status() is None
    assert {path.name for path in mine.path.iterdir()} - {"repo.git.lock"} == {"sent", "sent.log"}
    mine.leave(NOW)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"v":1}', '{"v":1,"url":"ext::sh","joined":1,"fetched":null,"tip":""}', "\udcff"]
)
def test_a_damaged_file_about_the_team_is_a_sentence_and_leaving_helps(mine: TeamFolder, text: str) -> None:
    mine.join("/srv/git/team.git", NOW)
    (mine.path / "team.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(TeamTrouble, match="leave it and join again"):
        mine.status()
    mine.leave(NOW)
    assert mine.status() is None


def test_without_the_remote_the_last_copy_still_serves_and_it_is_said_why(team: Path, mine: TeamFolder) -> None:
    data = said().data
    add(team, {named(data): data})
    mine.join(str(team), NOW)
    mine.fetch(NOW)
    team.rename(team.with_name("moved.git"))
    _, problem = mine.fetch(NOW)
    assert problem.endswith("there is no git repository, or it is not yours to see. What was fetched before still serves.")
    assert [one.data for one in mine.contents().messages] == [data]


def test_a_server_that_hangs_and_a_rewritten_history_are_sentences_too(team: Path, mine: TeamFolder) -> None:
    with hung() as url:
        mine.join(url, NOW)
        assert "did not answer in time" in mine.fetch(NOW, Limits(seconds=0.5))[1]
        mine.leave(NOW)
    data = said().data
    add(team, {named(data): data})
    mine.join(str(team), NOW)
    mine.fetch(NOW)
    add(team, {named(PRACTICE, "v1/practices", "toml"): PRACTICE}, anew=True)
    for anew in (False, True):
        team_then, problem = mine.fetch(NOW, anew=anew)
        assert "was rewritten" in problem
        assert team_then.fetched is not None
    mine.leave(NOW)
    mine.join(str(team), NOW)
    assert mine.fetch(NOW)[1] == ""
    assert [name for name, _ in mine.contents().practices] == [name_of(PRACTICE)]


def test_a_lost_or_damaged_copy_is_fetched_again(team: Path, mine: TeamFolder) -> None:
    data = said().data
    add(team, {named(data): data})
    mine.join(str(team), NOW)
    mine.fetch(NOW)
    (mine.path / "repo.git" / "HEAD").write_text("nonsense")
    with pytest.raises(TeamTrouble, match="Fetch it anew"):
        mine.contents()
    assert mine.fetch(NOW)[1] == ""
    assert [one.data for one in mine.contents().messages] == [data]


def test_the_kept_names_are_names_alone_and_spare_the_signatures(
    team: Path, mine: TeamFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    datas = [said(n).data for n in range(5)]
    add(team, {named(data): data for data in datas})
    mine.join(str(team), NOW)
    mine.fetch(NOW)
    assert (mine.path / "names").read_text().split() == sorted(name_of(data) for data in datas)
    monkeypatch.setattr(message, "parse", lambda data: pytest.fail("it was checked again"))
    assert len(mine.contents().messages) == 5


def test_what_is_kept_is_for_the_owner_alone(team: Path, mine: TeamFolder) -> None:
    data = said().data
    add(team, {named(data): data})
    mine.join(str(team), NOW)
    mine.fetch(NOW)
    mine.contents()
    assert stat.S_IMODE(mine.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((mine.path / "repo.git").stat().st_mode) == 0o700
    assert {stat.S_IMODE((mine.path / name).stat().st_mode) for name in ("team.json", "names", "repo.git.lock")} == {0o600}


def test_ten_thousand_files_are_opened_whole(team: Path, mine: TeamFolder) -> None:
    datas = [f'{{"n":{n}}}'.encode() for n in range(10_000)]
    good = [said(n).data for n in range(20)]
    add(team, {named(data): data for data in datas + good})
    mine.join(str(team), NOW)
    assert mine.fetch(NOW)[1] == ""
    got = mine.contents()
    assert (len(got.messages), len(got.passed)) == (20, 10_000)
    assert git(mine.path / "repo.git", "count-objects", "-v").startswith(b"count: 0\n")
