"""What the words of a prompt, a reply or a plan, a path and a commit message are taken to tell."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach.sessions import cues
from accrete_coach.sessions.facts import Cue
from accrete_coach.sessions.prints import Hasher, minhash, similarity


def yes(cue: int, *texts: str) -> list[Any]:
    return [pytest.param(cue, text, True, id=f"yes-{text[:50]}") for text in texts]


def no(cue: int, *texts: str) -> list[Any]:
    return [pytest.param(cue, text, False, id=f"no-{text[:50]}") for text in texts]


# --- pointers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cue", "text", "there"),
    [
        *yes(
            Cue.PATH,
            "round it in app/tax.py please",
            "see tax.py",
            "look at `src/orders/total.ts`",
            "in ./tax.py the rate is wrong",
            "put it into ~/notes/tax.md",
            "/home/sam/shop/app/tax.py is the one",
            r"it is in C:\shop\orders.cs",
            "the tests/ folder",
            "change the Makefile",
            "why does the Dockerfile copy all?",
            "config.yaml, line 3",
            "[app/tax.py:14]",
            "(see docs/tax/rates.md)",
        ),
        *no(
            Cue.PATH,
            "use Node.js for it",
            "is Next.js or Vue.js better here?",
            "port it to three.js and d3.js",
            "round the tax per line",
            "and/or both",
            "the I/O is slow",
            "24/7 support",
            "see https://example.org/docs/tax.py for it",
            "a .py file",
            "e.g. the rates",
            "version 2.1.100 is out",
            "/release minor",
            "what about TypeScript?",
        ),
        *yes(Cue.MENTION, "make @app/tax.py round", "@README.md says so", "like @docs/ does", 'see @"my file.txt" there', "@Makefile"),
        *no(Cue.MENTION, "mail sam@example.org about it", "the @property decorator", "at 5 @ once"),
        *yes(Cue.URL, "see https://example.org/a?b=c", "http://localhost:8000 shows it", "www.example.org says so"),
        *no(Cue.URL, "the http client times out", "https is off", "the URL is wrong"),
        *yes(
            Cue.REFERENCE,
            "fix #123",
            "see issue 45",
            "PR #7 did that",
            "pull request 12 broke it",
            "SHOP-42 wants it",
            "like in CVE-2024-12345",
            "since commit abc1234",
            "commit abc1234 broke it",
            "revert 9fceb02d0ae598e95dc970b74767f19372d61af8",
            "ticket no. 8",
        ),
        *no(
            Cue.REFERENCE,
            "use UTF-8 and SHA-256",
            "the GPT-4 model",
            "HTTP-404 comes back",
            "color: #fff is too light",
            "add 100 of them",
            "the issue is the tax",
            "in 2026 it changes",
            "the feedback was good",
            "1234567 rows",
        ),
        *yes(
            Cue.ERROR,
            "this fails:\nTraceback (most recent call last):\n  File \"app/tax.py\", line 4, in total\nZeroDivisionError: division by zero",
            "TypeError: undefined is not a function",
            "    at total (app/tax.js:4:11)",
            "error: linking with `cc` failed",
            "error[E0308]: mismatched types",
            "npm ERR! code ELIFECYCLE",
            "panic: runtime error: index out of range",
            "--- FAIL: TestTotal (0.00s)",
            "E   assert 3 == 4",
            "app/tax.py:4:11: E501 line too long",
            "bash: foo: command not found",
            "it exited with code 2",
            "2026-03-02 09:00:10 WARN rates are stale",
            "ERROR: no rates",
        ),
        *no(
            Cue.ERROR,
            "there is an error in the tax",
            "handle errors better",
            "the error: it hangs",
            "add error handling",
            "show an error message when it fails",
            "the tax is a cent off",
            "raise an exception there",
        ),
    ],
)  # fmt: skip
def test_what_a_prompt_points_at(cue: int, text: str, there: bool) -> None:
    assert bool(cues.of_prompt(text) & cue) is there


def test_an_issue_named_after_the_project_is_a_reference() -> None:
    assert cues.of_prompt("now do shop-4fk", "/home/sam/shop") & Cue.REFERENCE
    assert not cues.of_prompt("now do shop-4fk", "/home/sam/bakery") & Cue.REFERENCE
    assert not cues.of_prompt("the shop-app is slow", "/home/sam/shop") & Cue.REFERENCE


# --- what it asks for -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cue", "text", "there"),
    [
        *yes(
            Cue.ASKS_COMMIT,
            "commit this",
            "now commit and push",
            "fix it, then commit",
            "Please commit the changes",
            "make a commit per step",
            "ok, commit it",
            "git commit -am 'x'",
            "create a PR for it",
            "open a pull request",
            "push it",
            "comit this",
            "提交",
        ),
        *no(
            Cue.ASKS_COMMIT,
            "commit abc1234 broke it",
            "the last commit broke the tax",
            "what did that commit change?",
            "show me the commit history",
            "the pre-commit hook is slow",
            "which commit introduced it?",
            "the commit message says so",
            "round the tax per line",
            "the push button is too small",
        ),
        *yes(
            Cue.ASKS_CHECK,
            "run the tests",
            "then run pytest",
            "make sure the build passes",
            "verify that it works",
            "check that the tests are green",
            "npm test must pass",
            "cargo clippy, please",
            "run the linter again",
            "test it locally",
        ),
        *no(
            Cue.ASKS_CHECK,
            "round the tax per line",
            "look at the orders",
            "rename the column",
            "why is it slow?",
            "check out the new branch",
            "commit this",
        ),
        *yes(
            Cue.ASKS_PLAN,
            "make a plan first",
            "plan this before you touch anything",
            "how would you split the page?",
            "propose an approach",
            "let's brainstorm",
            "show me the design",
            "write a spec for it",
            "what do you suggest?",
        ),
        *no(Cue.ASKS_PLAN, "round the tax per line", "the plane is late", "run the tests", "show me the price", "add a field"),
        *yes(
            Cue.ASKS_SUBAGENT,
            "use a subagent to find the callers",
            "send a sub-agent",
            "launch two agents in parallel",
            "use the Task tool",
            "delegate the search",
            "have an agent review it",
        ),
        *no(Cue.ASKS_SUBAGENT, "the user agent header is wrong", "round the tax", "agents of the shop get a discount", "find the callers"),
        *yes(
            Cue.ASKS_DIFF,
            "show me the diff",
            "show me the git diff before you commit",
            "let me review the changes",
            "what did you change?",
            "walk me through the diff",
        ),
        *no(Cue.ASKS_DIFF, "change the tax", "it makes no difference", "round it", "see a different file"),
        *yes(Cue.ASKS_TASKS, "make a task list", "keep a todo list", "track the tasks", "use TodoWrite", "write a checklist"),
        *no(Cue.ASKS_TASKS, "list the files", "the task is simple", "run the background task"),
        *yes(Cue.ASKS_LOOK, "explain the tax code", "why is it slow?", "find out who calls it", "look into it", "debug it"),
        *no(Cue.ASKS_LOOK, "round it per line", "rename the column", "commit now"),
        *yes(Cue.ASKS_CHANGE, "add a column", "fix the rounding", "rename it", "please refactor the page", "remove that"),
        *no(Cue.ASKS_CHANGE, "why is it slow?", "thanks", "yes", "who calls total()?"),
        *yes(
            Cue.NO_CHANGE,
            "change nothing yet, don't change the code",
            "do not edit anything",
            "just explain it",
            "only look, no changes",
            "without touching the code",
            "explain before making any changes",
        ),
        *no(Cue.NO_CHANGE, "change the code", "don't worry", "no problem", "it does not work"),
        *yes(
            Cue.ASKS_TEST_FIRST,
            "write a failing test first",
            "use TDD",
            "tests first",
            "reproduce the bug with a test",
            "fix the failing tests",
            "the build is broken",
        ),
        *no(Cue.ASKS_TEST_FIRST, "add a test", "run the tests", "round it"),
        *yes(Cue.ASKS_FIX, "there is a bug in the tax", "fix the total", "the page doesn't load", "it crashes", "login is broken"),
        *no(Cue.ASKS_FIX, "add a column", "rename it", "explain the tax"),
        *yes(Cue.ASKS_SKILL, "use the release skill", "run /release now", "which slash commands are there?"),
        *no(Cue.ASKS_SKILL, "and/or", "round it", "a/b testing is on"),
        *yes(Cue.REMEMBERS, "remember to round per line", "from now on use tabs", "put it into CLAUDE.md"),
        *no(Cue.REMEMBERS, "round it", "run the tests", "add a column"),
        *yes(Cue.REVIEW, "review the change", "see the reviewer's comments", "nit: rename it", "address the feedback"),
        *no(Cue.REVIEW, "round it", "add a column"),
        *yes(Cue.QUESTION, "why?", "is it slow? I think so", "who calls it？", "does it work?"),
        *no(Cue.QUESTION, "round it", "why it is slow: the rates", "a = b ? c : d"),
        *yes(Cue.LISTS, "do:\n1. a thing\n2. another\n3. a third", "- one\n- two\n- three"),
        *no(Cue.LISTS, "1. one thing", "- one\n- two", "a\nb\nc\nd"),
    ],
)  # fmt: skip
def test_what_a_prompt_asks_for(cue: int, text: str, there: bool) -> None:
    assert bool(cues.of_prompt(text) & cue) is there


@pytest.mark.parametrize(
    ("text", "accepts", "refuses"),
    [
        ("yes", True, False),
        ("Yes, but leave the old route", True, False),
        ("ok", True, False),
        ("okay go ahead", True, False),
        ("go ahead", True, False),
        ("lgtm", True, False),
        ("sounds good", True, False),
        ("do it", True, False),
        ("proceed", True, False),
        ("implement the plan", True, False),
        ("perfect, thanks", True, False),
        ("option b", True, False),
        ("2", True, False),
        ("b)", True, False),
        ("👍", True, False),
        ("ja, mach das", True, False),
        ("はい", True, False),
        ("да", True, False),
        ("no", False, True),
        ("No, round per line", False, True),
        ("no problem", False, False),
        ("stop", False, True),
        ("wait, the rates are old", False, True),
        ("don't do that", False, True),
        ("revert it", False, True),
        ("nein", False, True),
        ("round the tax per line", False, False),
        ("yesterday it worked", False, False),
        ("okra is sold out", False, False),
        ("not bad", False, False),
        ("nothing changed", False, False),
        ("golang is fine", False, False),
    ],
)
def test_what_accepts_and_what_refuses(text: str, accepts: bool, refuses: bool) -> None:
    found = cues.of_prompt(text)
    assert (bool(found & Cue.ACCEPTS), bool(found & Cue.REFUSES)) == (accepts, refuses)


@pytest.mark.parametrize(
    "text",
    [
        "bitte runde die Steuer pro Zeile und führe die Tests aus",
        "por favor, redondea el impuesto por línea",
        "请把税按行四舍五入，然后提交",
        "税を行ごとに丸めてください",
        "세금을 줄마다 반올림해 주세요",
        "пожалуйста, округли налог по строкам",
        "يرجى تقريب الضريبة لكل سطر",
        "אנא עגל את המס לכל שורה",
        "🦀🦀🦀 ✅",
        "İıßẞǅﬁ Ⅷ",
        "\ud83d lone",
        "\0\0\0",
        "‮reversed‬",
        "a" * 100_000,
        "/" * 50_000,
        "a/" * 20_000,
        "@" * 20_000,
        "- " * 20_000,
        "\n" * 50_000,
        "(" * 20_000,
        "commit " * 5_000,
        "plan " * 5_000,
        "a." * 20_000 + "py",
        "error " * 5_000,
        "```" * 5_000,
        "?" * 20_000,
        "1234567 " * 5_000,
        "https://" * 5_000,
        "",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_no_language_and_no_length_breaks_it(text: str) -> None:
    for cue_of in (cues.of_prompt, cues.of_plan, cues.of_reply, cues.of_commit_message, cues.of_path):
        assert cue_of(text) >= 0
    cues.forbids_change(text)
    cues.speaks_of_review(text)
    minhash(text, b"key")


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_words_give_flags(text: str) -> None:
    for found in (
        cues.of_prompt(text, text),
        cues.of_plan(text),
        cues.of_reply(text),
        cues.of_commit_message(text),
        cues.of_path(text),
    ):
        assert 0 <= found < 1 << 64


def test_only_the_head_and_the_end_of_a_long_prompt_are_looked_at() -> None:
    filler = "x " * 20_000
    assert cues.of_prompt("commit this. " + filler) & Cue.ASKS_COMMIT
    assert cues.of_prompt(filler + "\nnow commit this") & Cue.ASKS_COMMIT
    assert not cues.of_prompt(filler + " commit this " + filler) & Cue.ASKS_COMMIT


# --- replies and plans ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cue", "there"),
    [
        ("I would move the billing part into a view.", Cue.PROPOSES, True),
        ("The plan:\n1. migrate\n2. code", Cue.PROPOSES, True),
        ("Option A is a table.", Cue.PROPOSES, True),
        ("The fix is to round per line.", Cue.PROPOSES, True),
        ("Tax is computed per line and rounded at the end.", Cue.PROPOSES, False),
        ("Done.", Cue.PROPOSES, False),
        ("Shall I go ahead?", Cue.OFFERS, True),
        ("Would you like me to implement it?", Cue.OFFERS, True),
        ("Does this look right?", Cue.OFFERS, True),
        ("Let me know which you prefer.", Cue.OFFERS, True),
        ("Done, all tests pass.", Cue.OFFERS, False),
        ("Shall I go ahead? " + "And here is a lot more about it. " * 60, Cue.OFFERS, False),
        ("Which table?", Cue.QUESTION, True),
        ("Done.", Cue.QUESTION, False),
        ("- one\n- two", Cue.LISTS, True),
        ("one, two", Cue.LISTS, False),
        ("```\nI would add it\n```", Cue.PROPOSES, False),
    ],
)
def test_what_a_reply_tells(text: str, cue: int, there: bool) -> None:
    assert bool(cues.of_reply(text) & cue) is there


def test_a_plan_tells_which_steps_it_names() -> None:
    plan = "# Fix the rounding\n\n1. round per line\n2. run the tests\n3. commit the change\n4. use a subagent to review"
    found = cues.of_plan(plan)
    for cue in (Cue.ASKS_CHECK, Cue.ASKS_COMMIT, Cue.ASKS_SUBAGENT, Cue.ASKS_FIX):
        assert found & cue
    assert not cues.of_plan("1. rename the column") & (Cue.ASKS_CHECK | Cue.ASKS_COMMIT | Cue.ASKS_FIX)
    assert not cues.of_plan("# Rename\n\n" + "rename more\n" * 60 + "a bug may show") & Cue.ASKS_FIX


# --- commit messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "vague", "mixed"),
    [
        ("Round the tax per line", False, False),
        ("fix: round the tax per line", False, False),
        ("feat(tax)!: round per line", False, False),
        ("Fix rounding", False, False),
        ("wip", True, False),
        ("WIP!", True, False),
        ("update", True, False),
        ("Updates.", True, False),
        ("fix", True, False),
        ("fixes", True, False),
        ("changes", True, False),
        ("misc", True, True),
        ("chore: update", True, False),
        ("minor", True, False),
        ("...", True, False),
        ("", True, False),
        ("x", True, False),
        ("some changes", True, False),
        ("Update the tax table", False, False),
        ("Various fixes", True, True),
        ("various fixes to the tax", False, True),
        ("feat: add rates\n\nfix: round the tax", False, True),
        ("feat: add rates\n\n- feat: and a test", False, False),
        ("feat: add rates\nfeat: add a test", False, False),
        ("Several unrelated things", False, True),
        (None, False, False),
    ],
)
def test_a_commit_message_is_vague_or_mixed(message: str | None, vague: bool, mixed: bool) -> None:
    found = cues.of_commit_message(message)
    assert (bool(found & Cue.VAGUE), bool(found & Cue.MIXED)) == (vague, mixed)


# --- paths ------------------------------------------------------------------------------------------------------------------

KINDS = Cue.PROSE | Cue.TEST_FILE | Cue.STEERING | Cue.MEMORY | Cue.SCRATCH | Cue.DEFINES | Cue.OWN_PLACE


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/sam/shop/app/tax.py", 0),
        ("/home/sam/shop/app/planner.py", 0),
        ("/home/sam/shop/app/status.ts", 0),
        ("/home/sam/shop/src/latest.py", 0),
        ("/home/sam/shop/src/contest/a.py", 0),
        ("/home/sam/shop/src/template.py", 0),
        ("", 0),
        ("/home/sam/shop/README.md", Cue.PROSE),
        ("/home/sam/shop/docs/tax.rst", Cue.PROSE),
        ("LICENSE", Cue.PROSE),
        ("/home/sam/shop/tests/test_tax.py", Cue.TEST_FILE),
        ("/home/sam/shop/app/tax_test.go", Cue.TEST_FILE),
        ("/home/sam/shop/app/tax.spec.ts", Cue.TEST_FILE),
        ("/home/sam/shop/app/__tests__/tax.tsx", Cue.TEST_FILE),
        ("/home/sam/shop/src/TaxTest.java", Cue.TEST_FILE),
        ("/home/sam/shop/docs/plan.md", Cue.STEERING | Cue.PROSE),
        ("/home/sam/shop/TODO.md", Cue.STEERING | Cue.PROSE),
        ("/home/sam/shop/plans/tax.md", Cue.STEERING | Cue.PROSE),
        ("/home/sam/shop/docs/stories/1.2.md", Cue.STEERING | Cue.PROSE),
        ("/home/sam/shop/sprint-status.yaml", Cue.STEERING),
        ("/home/sam/shop/.beads/issues.json", Cue.STEERING),
        ("/home/sam/shop/HANDOFF.md", Cue.STEERING | Cue.PROSE),
        ("/home/sam/shop/docs/explanation.md", Cue.PROSE),
        ("/home/sam/shop/docs/history.md", Cue.PROSE),
        ("/home/sam/shop/CLAUDE.md", Cue.MEMORY | Cue.PROSE),
        ("/home/sam/shop/CLAUDE.local.md", Cue.MEMORY | Cue.PROSE),
        ("/home/sam/shop/app/AGENTS.md", Cue.MEMORY | Cue.PROSE),
        ("/home/sam/shop/.claude/rules/style.md", Cue.MEMORY | Cue.PROSE),
        ("/home/sam/.claude/projects/-home-sam-shop/memory/MEMORY.md", Cue.MEMORY | Cue.PROSE | Cue.OWN_PLACE),
        ("/home/sam/.claude/projects/-home-sam-shop/memory/tax.md", Cue.MEMORY | Cue.PROSE | Cue.OWN_PLACE),
        ("/home/sam/shop/src/memory/pool.c", 0),
        ("/tmp/out.py", Cue.SCRATCH),
        ("/private/tmp/claude-501/x/scratchpad/a.py", Cue.SCRATCH),
        ("/private/var/folders/ab/c/T/a.py", Cue.SCRATCH),
        ("/home/sam/shop/app/tmp/a.py", 0),
        ("/home/sam/shop/.claude/skills/release/SKILL.md", Cue.DEFINES | Cue.PROSE),
        ("/home/sam/shop/.claude/commands/release.md", Cue.DEFINES | Cue.PROSE),
        ("/home/sam/shop/.claude/agents/scout.md", Cue.DEFINES | Cue.PROSE),
        ("/home/sam/.claude/plans/quiet-otter.md", Cue.OWN_PLACE | Cue.PROSE),
        ("/home/sam/shop/.claude/settings.json", Cue.OWN_PLACE),
        ("/home/sam/shop/.claude/settings.local.json", Cue.OWN_PLACE),
        ("C:\\shop\\app\\tax.py", 0),
        ("C:\\shop\\tests\\test_tax.py", Cue.TEST_FILE),
        ("C:\\Users\\sam\\.claude\\plans\\quiet-otter.md", Cue.OWN_PLACE | Cue.PROSE),
        ("C:\\Users\\sam\\AppData\\Local\\Temp\\a.py", Cue.SCRATCH),
        ("C:\\shop\\CLAUDE.md", Cue.MEMORY | Cue.PROSE),
        ("c:\\shop\\docs\\plan.md", Cue.STEERING | Cue.PROSE),
    ],
)
def test_what_a_file_is_to_the_work(path: str, expected: int) -> None:
    assert cues.of_path(path) & KINDS == expected


# --- fingerprints -----------------------------------------------------------------------------------------------------------


def test_fingerprints_are_stable_and_depend_on_the_key() -> None:
    text = "round the tax per line in the checkout and keep the old totals readable"
    assert minhash(text, b"one") == minhash(text, b"one")
    assert len(minhash(text, b"one")) == 64
    assert minhash(text, b"one") != minhash(text, b"two")
    assert similarity(minhash(text, b"one"), minhash(text, b"two")) < 0.2
    # Kept in profiles: another value would make stored prompts unlike new ones.
    assert minhash("alpha beta gamma", b"key")[:8].hex() == minhash("gamma Beta ALPHA!", b"key")[:8].hex()


def test_similar_prompts_have_similar_fingerprints() -> None:
    words = [f"word{n}" for n in range(60)]
    shuffler = random.Random(1)

    def print_of(some: list[str]) -> bytes:
        some = list(some)
        shuffler.shuffle(some)
        return minhash(" ".join(some), b"key")

    same, near, far = print_of(words), print_of(words[:55] + ["other"] * 5), print_of([f"else{n}" for n in range(60)])
    assert similarity(same, print_of(words)) == 1.0
    assert 0.5 < similarity(same, near) < 1.0
    assert similarity(same, far) < 0.2


@pytest.mark.parametrize("text", ["", "ok", "yes please do it", "go on"])
def test_a_prompt_that_is_too_short_has_no_fingerprint(text: str) -> None:
    assert minhash(text, b"key") == b""
    assert similarity(minhash(text, b"key"), minhash(text, b"key")) == 0.0


def test_hashes_are_keyed_positive_and_keep_their_parts_apart() -> None:
    one, two = Hasher(b"one"), Hasher(b"two")
    assert one("file", "a") == one("file", "a")
    assert one("file", "a") != two("file", "a")
    assert one("ab", "c") != one("a", "bc")
    assert all(0 <= one(str(n)) < 1 << 63 for n in range(200))
    assert one("\ud83d") >= 0
