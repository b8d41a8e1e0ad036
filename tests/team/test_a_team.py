"""Whole teams, from an empty repository to totals: real transcripts (made up), real profiles, real pushes to a real remote."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from team_remotes import served

from accrete_coach.cli import cli
from accrete_coach.coach import Coach
from accrete_coach.sharing import CantShare, Prepared, Sharing
from accrete_coach.team import consent, totals
from accrete_coach.team.totals import NoResult, Totals, in_words, threshold
from faults.made import Tree, places_of
from test_cli_practice import OWN

EPOCH = date(2026, 11, 2)
"""A Monday."""
BLIND = "you: round tax per line, then commit\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nrun git commit -am 'Round tax' -> [main abc1234] Round tax\nreply: done"
SHOWN = "you: round tax per line\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nreply: done\nyou: show me the diff, then commit\nrun git diff -> + a line\nrun git commit -am 'Round tax' -> [main abc1234] Round tax\nreply: done"
NAMES = ("Ada", "Bruno", "Chiara", "Dmitri", "Eleni", "Farid", "Greta", "Hiro", "Ingrid", "Jonas", "Kavya", "Luis")


class Person:
    """Somebody with a machine of their own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.now = datetime(2026, 10, 20, 9, tzinfo=UTC)
        self.tree = Tree(folder / name / "claude")
        self.coach = Coach(places_of(folder / name), clock=lambda: self.now.timestamp(), zone=UTC)
        self.coach.profile.db.execute("PRAGMA synchronous=OFF")
        self.sent: dict[str, bytes] = {}
        """Every path and its bytes that a preview showed and that was confirmed."""
        self.acts = 0

    @property
    def sharing(self) -> Sharing:
        return self.coach.sharing

    def on(self, day: date) -> Person:
        self.now = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
        return self

    def confirm(self, prepared: Prepared) -> None:
        """They looked at it, and said yes."""
        self.acts += 1
        self.sent |= {one.path: one.data for one in prepared.preview.files}
        self.sharing.send(prepared.preview.hash, prepared.roster)

    def takes_part(self, url: str, *, few: bool = False) -> None:
        self.sharing.join(url)
        self.sharing.fetch()
        prepared = self.sharing.prepare_joining(self.name)
        assert prepared is not None
        self.confirm(prepared)
        self.sharing.agree(few=few)

    def next(self) -> None:
        sharing = self.sharing
        _, why = sharing.fetch()
        assert why == ""
        prepared = sharing.prepare_next()
        self.acts += 1
        self.sent |= {one.path: one.data for one in prepared.preview.files}
        sharing.send(prepared.preview.hash, prepared.roster)

    def session(self, text: str, day: date, hour: int = 9) -> None:
        self.tree.add(f"{self.name}-{self.tree.count}", text, start=datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


@pytest.fixture
def remote(tmp_path: Path) -> str:
    path = tmp_path / "team.git"
    git("init", "--quiet", "--bare", str(path))
    return str(path)


def git(*words: str, within: str = "") -> bytes:
    environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *(["-C", within] if within else []), *words], check=True, capture_output=True, env=environ
    ).stdout


def people(folder: Path, n: int) -> list[Person]:
    return [Person(folder, name) for name in NAMES[:n]]


def live(some: list[Person], first: date, showing: int) -> None:
    """Four weeks in which so many of them look at the diff, in two weeks each."""
    for n, one in enumerate(some):
        for week in range(4):
            one.session(SHOWN if n < showing and week in (0, 2) else BLIND, first + timedelta(weeks=week, days=n % 5), 8 + n)


def everything_on(remote: str) -> tuple[dict[str, bytes], list[bytes]]:
    """Every path with its bytes, of every commit of every ref, and every commit's raw text."""
    found: dict[str, bytes] = {}
    commits = git("rev-list", "--all", within=remote).decode().split()
    for commit in commits:
        for line in git("ls-tree", "-r", commit, within=remote).decode().splitlines():
            _, kind, sha = line.split("\t")[0].split()
            path = line.split("\t")[1]
            assert kind == "blob"
            found[path] = git("cat-file", "blob", sha, within=remote)
    return found, [git("cat-file", "commit", commit, within=remote) for commit in commits]


@pytest.mark.parametrize(("n", "few", "gone"), [(8, False, 2), (12, False, 3), (5, True, 1), (7, True, 2)])
def test_a_team_comes_from_an_empty_repository_to_totals(tmp_path: Path, remote: str, n: int, few: bool, gone: int) -> None:
    from_nothing_to_totals(tmp_path, remote, remote, n, few, gone)


def test_a_team_of_eight_comes_to_totals_over_http(tmp_path: Path, remote: str) -> None:
    git("config", "http.receivepack", "true", within=remote)
    with served(tmp_path) as url:
        from_nothing_to_totals(tmp_path, f"{url}/team.git", remote, 8, False, 2)


def from_nothing_to_totals(tmp_path: Path, url: str, remote: str, n: int, few: bool, gone: int) -> None:
    """`url`: as the people reach it; `remote`: where it lies on this machine."""
    team = people(tmp_path, n)
    for one in team:
        one.on(EPOCH - timedelta(days=7)).takes_part(url, few=few)
        assert one.acts == 1, "to be set up takes two acts: to join, and to agree"
    live(team, EPOCH, showing=n - 1)
    contributed = EPOCH + timedelta(days=29)
    for one in team:
        one.on(contributed).coach.scan()
        one.next()
    assert isinstance(team[0].sharing.periods()[0].found, NoResult)
    released = EPOCH + timedelta(days=57)
    stay = team[: n - gone]
    assert len(stay) >= threshold(n)
    for one in stay:
        one.on(released).coach.scan()
        one.next()
        assert one.acts == 3, "one act a period"
    reader = team[-1].on(released)
    _, why = reader.sharing.fetch()
    assert why == ""
    found = next(p.found for p in reader.sharing.periods() if p.number == 1)
    assert isinstance(found, Totals)
    assert found.of == n
    # Each answer was flipped with a chance of one in twenty: the interval behind the words allows for that.
    words = in_words(found.counts["read-diff"], found.of)
    assert words.of == n
    assert words.text.endswith(
        f"of the {n} who share ({words.low} to {words.high})" if words.low != words.high else f"({words.low})"
    )
    assert found.counts["worktree"] <= n
    # Every object and every ref on the remote is accounted for.
    refs = git("for-each-ref", "--format=%(refname)", within=remote).decode().split()
    assert refs == ["refs/heads/accrete-coach"]
    there, commits = everything_on(remote)
    shown: dict[str, bytes] = {}
    for one in team:
        shown |= one.sent
    assert there == shown
    kinds = [
        line.split()[1] for line in git("cat-file", "--batch-all-objects", "--batch-check", within=remote).decode().splitlines()
    ]
    assert kinds.count("blob") == len(set(shown.values())), "also what no ref leads to"
    assert kinds.count("commit") == len(commits)
    assert set(kinds) == {"blob", "commit", "tree"}
    for raw in commits:
        head, _, said = raw.partition(b"\n\n")
        assert said == b"accrete-coach: share\n"
        for line in head.split(b"\n"):
            if line.startswith((b"author", b"committer")):
                _, who, rest = line.partition(b"accrete-coach <accrete-coach@localhost.invalid> ")
                assert who
                at, zone = rest.split()
                assert int(at) % 86_400 == 0, "no hour"
                assert zone == b"+0000"
    for one in team:
        one.coach.close()


def test_the_total_is_that_of_the_sealed_answers(tmp_path: Path, remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a coin that never falls, it is exactly how many did it."""
    import secrets

    real = secrets.randbelow
    monkeypatch.setattr(secrets, "randbelow", lambda n: 1 if n == 20 else real(n))

    monkeypatch.setattr(totals.contribute, "__kwdefaults__", {"small": False, "chance": lambda n: 1})
    team = people(tmp_path, 8)
    for one in team:
        one.on(EPOCH - timedelta(days=7)).takes_part(remote)
    live(team, EPOCH, showing=5)
    for one in team:
        one.on(EPOCH + timedelta(days=29)).coach.scan()
        one.next()
    for one in team[2:]:
        one.on(EPOCH + timedelta(days=57)).coach.scan()
        one.next()
    team[0].on(EPOCH + timedelta(days=58)).sharing.fetch()
    found = next(p.found for p in team[0].sharing.periods() if p.number == 1)
    assert isinstance(found, Totals)
    assert found.counts["read-diff"] == 5
    assert found.counts["worktree"] == 0
    for one in team:
        one.coach.close()


def test_sessions_before_the_consent_never_count(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH + timedelta(days=2))
    live([one], EPOCH, showing=1)
    one.takes_part(remote)
    one.on(EPOCH + timedelta(days=40)).coach.scan()
    after = one.sharing.answers(("read-diff",), EPOCH)
    assert after == {"read-diff": False}, "one of its two weeks lies before the consent"
    one.sharing.turn("local")
    one.sharing.agree()
    assert one.sharing.answers(("read-diff",), EPOCH) == {"read-diff": False}
    one.coach.close()


def test_without_consent_or_below_five_nothing_is_made(tmp_path: Path, remote: str) -> None:
    team = people(tmp_path, 4)
    with pytest.raises(CantShare, match="in no team"):
        team[0].sharing.prepare_joining("Ada")
    team[0].sharing.join(remote)
    with pytest.raises(CantShare, match="have not agreed"):
        team[0].sharing.prepare_next()
    for one in team:
        one.on(EPOCH - timedelta(days=7)).takes_part(remote)
    for one in team:
        one.on(EPOCH + timedelta(days=29)).sharing.fetch()
        assert any("totals need 5" in due.why and not due.ready for due in one.sharing.due())
        # What is due is the next twelve weeks, and never an answer.
        kinds = [json.loads(file.data)["kind"] for file in one.sharing.prepare_next().preview.files]
        assert kinds == ["join"]
        one.coach.close()


def test_what_is_revoked_is_deleted_at_once(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.takes_part(remote)
    home = one.coach.places.team
    one.on(EPOCH - timedelta(days=1))
    made = one.sharing.dictionary()
    assert made is not None
    one.sharing.turn("local")
    assert not (home / "keys.json").exists()
    assert not (home / "totals.json").exists()
    assert not (home / "outbox").exists() or not any((home / "outbox").iterdir())
    assert one.sharing.consent.mode == "local"
    with pytest.raises(CantShare):
        one.sharing.prepare_next()
    assert any(line.what == "sent" for line in one.sharing.log()[0]), "what left is still told"
    one.coach.close()


def test_nothing_leaves_but_what_was_confirmed(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.sharing.join(remote)
    prepared = one.sharing.prepare_joining("Ada")
    assert prepared is not None
    with pytest.raises(CantShare, match="Nothing was sent"):
        one.sharing.send("0" * 64)
    assert git("for-each-ref", within=remote) == b""
    one.sharing.prepare_joining("Ada L.")
    with pytest.raises(CantShare, match="look at it again"):
        one.sharing.send(prepared.preview.hash)
    assert git("for-each-ref", within=remote) == b""
    one.coach.close()


def test_an_example_goes_from_a_session_to_a_teammate(tmp_path: Path, remote: str) -> None:
    ada, bruno = people(tmp_path, 2)
    ada.on(EPOCH).session(SHOWN.replace("round tax per line", "round tax for acme.example per line"), EPOCH - timedelta(days=1))
    ada.coach.scan()
    ada.sharing.join(remote)
    ada.sharing.agree()
    num = ada.coach.profile.sessions()[0].num
    made = ada.sharing.draft(num, "read-diff", title="Ask for the diff", note="It takes a minute.", prompt=True)
    assert "show me the diff, then commit" in made.words[0].text
    with pytest.raises(CantShare, match="by which name"):
        ada.sharing.prepare_exemplar(made)
    prepared = ada.sharing.prepare_exemplar(made, "Ada")
    assert len(prepared.words) == 6
    ada.confirm(prepared)
    bruno.on(EPOCH).sharing.join(remote)
    bruno.sharing.fetch()
    (shown,) = bruno.sharing.exemplars("read-diff")
    assert (shown.author, shown.exemplar.title, shown.mine) == ("Ada", "Ask for the diff", False)
    with pytest.raises(CantShare, match="shared yourself"):
        bruno.sharing.prepare_withdrawal(shown.name)
    ada.sharing.fetch()
    ada.confirm(ada.sharing.prepare_withdrawal(shown.name[:8]))
    bruno.sharing.fetch()
    assert bruno.sharing.exemplars() == ()
    there, _ = everything_on(remote)
    assert there == ada.sent
    for one in (ada, bruno):
        one.coach.close()


def test_a_name_that_was_not_confirmed_is_in_nothing_that_comes_later(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.sharing.join(remote)
    one.sharing.prepare_joining("Ada Realname")
    prepared = one.sharing.prepare_joining("Nick")
    assert prepared is not None
    assert len(prepared.preview.files) == 2
    assert not any(b"Realname" in file.data for file in prepared.preview.files)
    one.confirm(prepared)
    assert not any(b"Realname" in path.read_bytes() for path in one.coach.places.team.rglob("*") if path.is_file())
    one.coach.close()


def test_who_left_before_agreeing_joins_another_time_with_one_key(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    for _ in range(2):
        one.sharing.join(remote)
        prepared = one.sharing.prepare_joining("Ada")
        assert prepared is not None
        keys = {json.loads(file.data)["by"] for file in prepared.preview.files}
        assert len(keys) == 1
        one.sharing.leave()
        assert {path.name for path in one.coach.places.team.iterdir()} <= {"lock", "sent.log"}
    one.coach.close()


def test_where_all_left_before_the_word_alone_is_missing(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.sharing.join(remote)
    prepared = one.sharing.prepare_joining("Ada")
    assert prepared is not None
    one.confirm(prepared)
    # It ended between the push and the keeping of what they said.
    one.sharing.fetch()
    assert one.sharing.consent.mode == "local"
    assert one.sharing.prepare_joining("Ada") is None
    one.sharing.agree()
    with pytest.raises(CantShare, match="already"):
        one.sharing.prepare_joining("Ada")
    assert one.sharing.prepare_joining("Ada", few=True) is None, "they may still allow a short list"
    one.coach.close()


def test_answers_and_examples_leave_only_while_consent_holds(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH)
    one.session(SHOWN, EPOCH - timedelta(days=1))
    one.coach.scan()
    one.sharing.join(remote)
    made = one.sharing.draft(one.coach.profile.sessions()[0].num, "read-diff", title="Ask for the diff")
    with pytest.raises(CantShare, match="have not agreed"):
        one.sharing.prepare_exemplar(made, "Ada")
    one.sharing.agree()
    prepared = one.sharing.prepare_exemplar(made, "Ada")
    one.coach.places.consent.write_text("{")
    with pytest.raises(CantShare, match="have not agreed"):
        one.sharing.send(prepared.preview.hash)
    assert one.sharing.status().waiting is None
    assert not any((one.coach.places.team / "outbox").glob("*"))
    assert git("for-each-ref", within=remote) == b""
    one.coach.close()


def test_a_practice_of_ones_own_is_not_shown_to_the_team(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH)
    one.session(SHOWN, EPOCH - timedelta(days=1))
    practices = one.coach.places.practices
    practices.mkdir(parents=True)
    own = OWN.replace("say what done means", "do it as ACME wants it")
    (practices / "acme-diff.toml").write_text(own)
    one.coach.close()
    again = Person.__new__(Person)
    again.__dict__ |= one.__dict__
    again.coach = Coach(places_of(tmp_path / one.name), clock=lambda: one.now.timestamp(), zone=UTC)
    again.coach.scan()
    assert again.coach.catalogue.get("acme-diff") is not None
    again.sharing.join(remote)
    again.sharing.agree()
    made = again.sharing.draft(again.coach.profile.sessions()[0].num, "read-diff", title="x")
    with pytest.raises(CantShare, match="practice of your own"):
        again.sharing.prepare_exemplar(replace(made, practice="acme-diff"), "Ada")
    again.coach.close()


def test_two_processes_make_one_contribution(tmp_path: Path, remote: str) -> None:
    team = people(tmp_path, 5)
    for one in team:
        one.on(EPOCH - timedelta(days=7)).takes_part(remote, few=True)
    ada = team[0].on(EPOCH + timedelta(days=29))
    ada.sharing.fetch()
    seen: list[Prepared] = []

    def another() -> None:
        with closing(Coach(places_of(tmp_path / ada.name), clock=ada.coach.clock, zone=UTC)) as coach:
            seen.append(coach.sharing.prepare_next())

    threads = [threading.Thread(target=another) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {file.data for one in seen for file in one.preview.files}
    assert len(seen) == 4
    assert len(made) == 1
    for one in team:
        one.coach.close()


def test_deleting_takes_no_room(tmp_path: Path, remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.takes_part(remote)

    def full(path: Path, said: object) -> None:
        raise consent.ConsentTrouble(f"{path}: not kept (No space left on device); what you said before still holds")

    monkeypatch.setattr(consent, "add", full)
    with pytest.raises(CantShare, match="keys are deleted"):
        one.sharing.turn("local")
    home = one.coach.places.team
    assert not (home / "keys.json").exists()
    assert not (home / "totals.json").exists()
    one.coach.close()


TWICE = "".join(
    f"you: {piece}\nedit app/{piece}.py +24\nread app/{piece}.py\nreply: done\nyou: see the {piece} diff, then commit\nrun git diff -> + a line\n"
    f"run git commit -am 'Round it' -> [main abc123{n}] Round it\nreply: done\n" + "you: go on\nreply: done\n" * 3
    for n, piece in enumerate(("tax", "rent"))
)
"""A session in which the diff is looked at twice."""


def twice(folder: Path) -> tuple[Person, int]:
    ada = people(folder, 1)[0].on(EPOCH)
    ada.session(TWICE, EPOCH - timedelta(days=1))
    ada.coach.scan()
    return ada, ada.coach.profile.sessions()[0].num


def test_the_moment_that_was_looked_at_is_the_one_shared(tmp_path: Path, remote: str) -> None:
    ada, num = twice(tmp_path)
    ada.sharing.join(remote)
    ada.sharing.agree()
    board = ada.coach.storyboard(num)
    assert board is not None
    first, second = (board.place(shown) for beat in board.beats for shown in beat.shown if shown.practice == "read-diff")
    stored = ada.coach.profile.session(num)

    def shared(place: tuple[str, int]) -> str:
        told = ada.sharing.prepare_moment(stored.agent, stored.id, "read-diff", *place, title="Look", prompt=True, name="Ada")
        assert isinstance(told, Prepared), told
        return next(
            one.data.decode() for one in told.preview.files if one.path.startswith("v1/exemplars/") and one.path.endswith(".json")
        )

    assert "see the tax diff" in shared(first)
    assert "see the rent diff" in shared(second)
    # A line that shows nothing itself: the moment nearest to it.
    assert "see the rent diff" in shared((second[0], second[1] + 2))
    assert "see the tax diff" in shared((first[0], 1))
    elsewhere = ada.sharing.prepare_moment(stored.agent, stored.id, "read-diff", "/x.jsonl", 3, title="Look", name="Ada")
    assert isinstance(elsewhere, str)
    assert "open the moment again" in elsewhere
    # Structure alone: what stands around that moment, too.
    parts = [ada.sharing.draft(num, "read-diff", title="Look", moment=n) for n in (1, 2)]
    assert parts == [ada.sharing.draft(num, "read-diff", title="Look", moment=place) for place in (first, second)]
    assert parts[0] != parts[1]
    with pytest.raises(CantShare, match="no moment 3: 2 moments show"):
        ada.sharing.draft(num, "read-diff", title="Look", moment=3)
    ada.coach.close()


def test_words_stand_at_the_step_they_were_said_in_or_are_refused(tmp_path: Path) -> None:
    ada, num = twice(tmp_path)
    board = ada.coach.storyboard(num)
    assert board is not None
    said = ada.coach.words_of(board, range(len(board.beats))).said
    beat = {text: n for n, text in said.items()}

    def draft(*words: str, moment: int = 1, prompt: bool = False) -> list[tuple[str, str]]:
        say = tuple(beat[one] for one in words)
        made = ada.sharing.draft(num, "read-diff", title="Look", say=say, moment=moment, prompt=prompt)
        # Each excerpt with what the agent did right after it.
        return [(one.text, made.steps[one.step].who + " " + made.steps[one.step + 1].kind) for one in made.words]

    assert draft("tax", "see the tax diff, then commit") == [("tax", "you edit"), ("see the tax diff, then commit", "you diff")]
    assert draft("see the rent diff, then commit", "rent", moment=2) == [
        ("rent", "you edit"),
        ("see the rent diff, then commit", "you diff"),
    ]
    with pytest.raises(CantShare, match="is not in the part shown, which is steps 4 to 10"):
        draft("tax", moment=2)
    with pytest.raises(CantShare, match="is not in the part shown, which is step 2"):
        draft("tax", prompt=True)
    assert draft("see the tax diff, then commit", prompt=True) == [("see the tax diff, then commit", "you diff")], "said once"
    with pytest.raises(CantShare, match="there is no step 99: the session's story has 10"):
        ada.sharing.draft(num, "read-diff", title="Look", say=(98,))
    ada.coach.close()


def test_no_words_are_taken_from_where_the_person_said_none(tmp_path: Path) -> None:
    ada = people(tmp_path, 1)[0].on(EPOCH)
    ada.session("read app/tax.py\n" + SHOWN, EPOCH - timedelta(days=1))
    ada.coach.scan()
    num = ada.coach.profile.sessions()[0].num
    board = ada.coach.storyboard(num)
    assert board is not None
    assert not board.beats[0].mine
    with pytest.raises(CantShare, match="step 1 of the session's story is no act of yours"):
        ada.sharing.draft(num, "read-diff", title="Look", say=(0,))
    ada.coach.close()


def test_a_moment_is_chosen_by_its_number_and_said_again_to_confirm(tmp_path: Path, remote: str) -> None:
    ada, num = twice(tmp_path)
    ada.sharing.join(remote)
    ada.sharing.agree()
    stored = ada.coach.profile.session(num)
    ada.coach.close()
    home = tmp_path / "Ada"
    environ = {
        "ACCRETE_COACH_HOME": str(home / "own"),
        "CLAUDE_CONFIG_DIR": str(home / "claude"),
        "CODEX_HOME": str(home / "none"),
    }

    def run(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(
            cli, ["exemplar", "make", stored.id, "read-diff", "--title", "Look", "--name", "Ada", *words], env=environ
        )
        return told.exit_code, " ".join(told.output.split())

    code, first = run("--prompt")
    assert (code, "see the tax diff" in first, "see the rent diff" in first, "--moment" in first) == (0, True, False, False)
    code, second = run("--prompt", "--moment", "2")
    assert (code, "see the tax diff" in second, "see the rent diff" in second) == (0, False, True)
    # The hash that is to be confirmed is of that moment: the command that sends it says which.
    assert "--prompt --moment 2 --name Ada --confirm" in second
    wanted, words = second.split(" --confirm ")[1].split(" --words ")
    code, sent = run("--prompt", "--moment", "2", "--confirm", wanted.split()[0], "--words", words.split()[0])
    assert (code, "Shared (commit" in sent) == (0, True), sent
    there, _ = everything_on(remote)
    assert any(b"see the rent diff" in data for data in there.values())
    code, told = run("--moment", "3")
    assert (code, "there is no moment 3" in told) == (1, True)
    # Words by the number that the story counts: the sixth is "rent", seen from the second moment.
    code, told = run("--moment", "2", "--say", "6")
    assert (code, '{"step":' in told, '"text":"rent"' in told) == (0, True, True), told
    code, told = run("--say", "10")
    assert (code, "is not in the part shown" in told) == (1, True)


def test_what_the_agent_did_by_itself_makes_no_example(tmp_path: Path) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH)
    one.session(BLIND, EPOCH - timedelta(days=1))
    one.coach.scan()
    num = one.coach.profile.sessions()[0].num
    board = one.coach.storyboard(num)
    assert board is not None
    by = {shown.practice: shown.by for beat in board.beats for shown in beat.shown}
    assert by["run-check"] == "agent"
    with pytest.raises(CantShare, match="by itself"):
        one.sharing.draft(num, "run-check", title="x")
    one.coach.close()


def test_one_prompt_comes_with_what_came_of_it(tmp_path: Path) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH)
    text = "you [plan mode]: plan how to round tax per line\nplan: 1. a test\nyou refuse: tax.py too\nplan: 1. a test 2. tax.py\nyou accept\nedit app/tax.py +24\nrun pytest -q -> 3 passed in 1s\nyou: go on\nedit b.py"
    one.session(text, EPOCH - timedelta(days=1))
    one.coach.scan()
    made = one.sharing.draft(one.coach.profile.sessions()[0].num, "plan-first", title="Plan it", prompt=True)
    kinds = [(step.kind, step.outcome) for step in made.steps]
    assert kinds[0][0] in ("prompt", "plan-mode")
    assert made.words[0].text == "plan how to round tax per line", "and not the word on the plan"
    assert ("decision", "yes") in kinds
    assert "check" in [kind for kind, _ in kinds]
    assert [kind for kind, _ in kinds].count("prompt") <= 1, "the next prompt is another story"
    one.coach.close()


def test_what_was_made_with_keys_that_are_gone_is_not_sent(tmp_path: Path, remote: str) -> None:
    one = people(tmp_path, 1)[0].on(EPOCH - timedelta(days=7))
    one.takes_part(remote)
    (one.coach.places.team / "keys.json").unlink()
    one.sharing.fetch()
    prepared = one.sharing.prepare_joining("Ada")
    assert prepared is not None
    assert len(prepared.preview.files) == 2
    assert len({json.loads(file.data)["by"] for file in prepared.preview.files}) == 1
    one.coach.close()


def test_the_names_that_are_shown_are_those_that_the_answers_are_sealed_to(tmp_path: Path, remote: str) -> None:
    """Whoever was away finds two lists that are fixed and unconfirmed: only that of the answers is shown, and confirmed."""
    team = people(tmp_path, 5)
    following = EPOCH + timedelta(weeks=12)
    for one in team:
        one.on(EPOCH - timedelta(days=7)).takes_part(remote, few=True)
    for one in team:
        sharing = one.on(EPOCH + timedelta(days=70)).sharing
        sharing.fetch()
        joined, _ = totals.join(sharing._ledger(), sharing._make_keys(), one.now.date(), totals.Kept(), following, one.name)
        sharing.send(sharing._put({f"v1/totals/{joined.name}.json": joined.data}, sharing._team()).hash)
    ada = team[0].on(EPOCH + timedelta(days=85))
    ada.sharing.fetch()
    confirms = [due.epoch for due in ada.sharing.due() if due.what is totals.What.CONFIRM and due.ready]
    assert confirms == [EPOCH, following]
    prepared = ada.sharing.prepare_next()
    assert prepared.roster is not None
    assert prepared.roster.epoch == EPOCH
    sealed = [json.loads(file.data)["body"] for file in prepared.preview.files]
    assert [(body["epoch"], body["roster"]) for body in sealed] == [(str(EPOCH), prepared.roster.hash)]
    ada.sharing.send(prepared.preview.hash, prepared.roster)
    assert [due.epoch for due in ada.sharing.due() if due.what is totals.What.CONFIRM and due.ready] == [following]
    for one in team:
        one.coach.close()
