"""The masker: what it is to catch is caught, what it can't handle is refused, and masking twice changes nothing."""

from __future__ import annotations

import base64
import random
import string
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accrete_coach.practice import load
from accrete_coach.team import mask as masker
from accrete_coach.team.mask import (
    KINDS,
    LONG,
    MOST,
    PLACEHOLDER,
    CannotMask,
    Dictionary,
    hash_code,
    identities,
    mask,
    unmasked_tokens,
)

SAM = identities(
    users=["sam"],
    homes=["/home/sam"],
    hosts=["falcon-laptop.acme.example"],
    names=["Sam Miller"],
    emails=["sam.miller@acme.example"],
    remotes=["git@github.com:acme-inc/tea-shop.git", "https://git.acme.example/platform/billing"],
    kept=["Project Nightjar", "zq"],
)
LETTERS, DIGITS, UPPER, LOWER = string.ascii_letters, string.digits, string.ascii_uppercase, string.ascii_lowercase
HEX = "0123456789abcdef"


def drawn(chance: random.Random, chars: str, n: int) -> str:
    return "".join(chance.choice(chars) for _ in range(n))


def jwt(r: random.Random) -> str:
    parts = [
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        for text in ('{"alg":"HS256"}', f'{{"sub":{r.randrange(9**9)}}}')
    ]
    return ".".join([*parts, drawn(r, LETTERS + DIGITS + "-_", 43)])


def uuid(r: random.Random) -> str:
    return "-".join(drawn(r, HEX, n) for n in (8, 4, 4, 4, 12))


FORMATS: dict[str, Callable[[random.Random], str]] = {
    "aws key id": lambda r: "AKIA" + drawn(r, UPPER + DIGITS, 16),
    "aws secret": lambda r: drawn(r, LETTERS + DIGITS + "/+", 40),
    "github": lambda r: "ghp_" + drawn(r, LETTERS + DIGITS, 36),
    "github fine": lambda r: "github_pat_" + drawn(r, LETTERS + DIGITS, 22) + "_" + drawn(r, LETTERS + DIGITS, 59),
    "gitlab": lambda r: "glpat-" + drawn(r, LETTERS + DIGITS, 20),
    "slack": lambda r: "xoxb-" + drawn(r, DIGITS, 11) + "-" + drawn(r, DIGITS, 11) + "-" + drawn(r, LETTERS + DIGITS, 24),
    "slack hook": lambda r: "https://hooks.slack.com/services/T" + drawn(r, UPPER + DIGITS, 8) + "/B" + drawn(r, UPPER + DIGITS, 8) + "/" + drawn(r, LETTERS, 24),
    "stripe": lambda r: "sk_live_" + drawn(r, LETTERS + DIGITS, 24),
    "openai": lambda r: "sk-" + drawn(r, LETTERS + DIGITS, 20) + "T3BlbkFJ" + drawn(r, LETTERS + DIGITS, 20),
    "anthropic": lambda r: "sk-ant-api03-" + drawn(r, LETTERS + DIGITS + "-_", 80),
    "google": lambda r: "AIza" + drawn(r, LETTERS + DIGITS + "-_", 35),
    "npm": lambda r: "npm_" + drawn(r, LETTERS + DIGITS, 36),
    "pypi": lambda r: "pypi-AgEIcHlwaS5vcmc" + drawn(r, LETTERS + DIGITS, 70),
    "sendgrid": lambda r: "SG." + drawn(r, LETTERS + DIGITS, 22) + "." + drawn(r, LETTERS + DIGITS, 43),
    "twilio": lambda r: "SK" + drawn(r, HEX, 32),
    "telegram": lambda r: drawn(r, DIGITS, 10) + ":" + drawn(r, LETTERS + DIGITS, 35),
    "jwt": jwt,
    "hex": lambda r: drawn(r, HEX, 40),
    "uuid": uuid,
    "letters": lambda r: drawn(r, LOWER, 24),
    "capitals": lambda r: drawn(r, UPPER, 20),
    "digits": lambda r: drawn(r, DIGITS, 16),
    "in a url": lambda r: f"postgres://app:{drawn(r, LETTERS + DIGITS, 12)}@db.example.com:5432/app",
    "password": lambda r: drawn(r, LETTERS, 5) + drawn(r, DIGITS, 3) + "&" + drawn(r, LETTERS, 4),
    "signs": lambda r: drawn(r, "!#$%^&*()_+{}|:?-=[];,./~", 24),
    "private key": lambda r: "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(drawn(r, LETTERS + DIGITS + "+/", 64) for _ in range(5)) + "\n-----END RSA PRIVATE KEY-----",
}  # fmt: skip
CARRIERS = (
    "use {} for the upload",
    'key = "{}"',
    "the old one was `{}`, change it.",
    "curl -H 'X-Api: {}' and look",
    "({})",
    "{}",
)


@pytest.mark.parametrize("name", FORMATS)
def test_no_planted_secret_survives_whole_or_half(name: str) -> None:
    chance = random.Random(name)
    for _ in range(5):
        for carrier in CARRIERS:
            secret = FORMATS[name](chance)
            told = mask(carrier.format(secret), SAM)
            assert told.spans
            for line in secret.split("\n"):
                half = max(6, len(line) // 2)
                pieces = {line[n : n + half] for n in range(len(line) - half + 1)}
                assert not any(piece in told.text for piece in pieces), (carrier, told.text)


def test_a_planted_secret_in_a_long_prompt_is_found_on_its_own() -> None:
    words = "please change the handler so that an empty name raises an error and then run the tests again "
    chance = random.Random(7)
    for make in FORMATS.values():
        secret = make(chance)
        told = mask(words * 3 + secret + " " + words * 3, SAM)
        assert secret not in told.text
        assert told.text.count("please") == 6, "what stands around it stays"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("my password is hunter2, ok", "my password is <secret:password> ok"),
        ("password: dragon", "password: <secret:password>"),
        ("the passphrase swordfish", "the passphrase <secret:password>"),
        ("DB_URL=x y", "<secret:password> y"),
        ("mysql --password zebra -h", "mysql --password <secret:password> -h"),
        ("write to bob@corp.example please", "write to <email> please"),
        ("look at src/app/models.py:12", "look at <path>"),
        ("open C:\\Users\\bob\\x", "open <path>"),
        ("see https://wiki.example.com/x?y=1 first", "see <url> first"),
        ("ask @bob", "ask <user>"),
        ("ssh to db1.prod.internal", "ssh to <host>"),
        ("10.1.2.3 and fe80::1ff:fe23:4567:890a", "<host> and <host>"),
        ("call +49 170 1234567 now", "call <number> now"),
        ("fix SHOP-123 and #4567", "fix <reference> and <reference>"),
        ("revert 1a2b3c4d", "revert <reference>"),
        ("clone git@host.example:team/x.git", "clone <url>"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "<secret:aws>"),
        ("edit models.py", "edit <file>"),
        ("edit .env and .git/config", "edit <file> and <path>"),
    ],
)
def test_each_kind_has_its_placeholder(said: str, left: str) -> None:
    assert mask(said).text == left


@pytest.mark.parametrize(
    "said",
    [
        "Plan this first and change nothing yet: which files, in which order, what could go wrong, and how we will know that it works.",
        "Show me `git diff` before you commit, step-by-step, and/or say why. Don't touch anything else.",
        "Write a failing test first. Run `pytest -q`, see it fail for the right reason, then fix it.",
        "Read CLAUDE.md, then /clear and begin again with /plan.",
        "The token handling is wrong: why does a password have two tests?",
    ],
)
def test_a_prompt_that_teaches_stays_as_it_is(said: str) -> None:
    assert mask(said, SAM).text == said
    assert mask(said, SAM).spans == ()


def test_what_the_practices_give_to_copy_mostly_stays() -> None:
    texts = [p.words.ready for p in load().practices]
    assert sum(mask(text).text == text for text in texts) >= len(texts) - 4


def test_the_longest_hostile_texts_come_to_an_end() -> None:
    for piece in (
        "a",
        "a.b",
        "'",
        "-",
        'x="',
        "eyJ",
        "aws",
        "password:=",
        "0:",
        "//:",
        "1 ",
        "<",
        "a@",
        "AKIA",
        "sam",
        "s.a.m",
        "-----BEGIN ",
        "<path>",
        "\n",
    ):
        text = (piece * MOST)[:MOST].rstrip()
        told = mask(text, SAM)
        assert mask(told.text, SAM) == told


WORDS = (
    "sam",
    "miller",
    "falcon",
    "acme",
    "tea-shop",
    "acme-inc",
    "billing",
    "platform",
    "Nightjar",
    "falcon-laptop",
    "sam.miller",
    "zq",
)
CASES = (str, str.upper, str.title, str.swapcase, lambda w: "".join(c.upper() if n % 2 else c for n, c in enumerate(w)))


def squeezed(text: str) -> str:
    return "".join(c for c in PLACEHOLDER.sub(" ", text).casefold() if c.isalnum() or c.isspace())


@pytest.mark.parametrize("word", WORDS)
def test_no_identity_survives_in_any_case_or_split_by_punctuation_or_joined(word: str) -> None:
    bare = "".join(c for c in word.casefold() if c.isalnum())
    for case in CASES:
        for sign in ("", ".", "-", "_", "--", "/", ":", "·"):
            split = sign.join(case(word))
            for text in (split, f"ask {split} why", f"x/{split}/y", f"({split})", f"{split}'s", f"“{split}”"):
                assert bare not in squeezed(mask(text, SAM).text), text
    if len(bare) > 2:
        for joined in (f"my{word}box", f"{word}Service", f"the_{word}_table", f"get{word.title()}Now"):
            assert bare not in squeezed(mask(f"call {joined} here", SAM).text), joined


def test_an_identity_is_found_in_wide_letters_and_with_marks_and_across_blanks() -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "sam")
    for text in (wide, "sám", "s\u0301am", "ask Sam\nMiller", "n i g h t j a r"):
        assert mask(text, SAM).text != text
    assert "night" not in mask("the n i g h t j a r", SAM).text
    # Letters that only look like Latin ones.
    assert mask("ask s\u0430m", SAM).text == "ask <token>"


def test_a_plain_word_that_holds_a_short_identity_stays() -> None:
    assert mask("the same example, with Sam", SAM).text == "the same example, with <user>"


def test_what_names_everybody_is_no_identity() -> None:
    assert not {word for word, _ in SAM.entries} & {"github", "githubcom", "git", "home", "com", "org"}


TEXT = st.text(st.one_of(st.characters(), st.sampled_from("abc<>:/\\@.-_='\"0123 \n")), max_size=300)
PIECES = st.lists(
    st.one_of(
        st.sampled_from([f"<{kind}>" for kind in KINDS]),
        st.sampled_from(["password", "is", "=", ":", '"', "'", " ", "\n", "sam", "Sam Miller", "x/y", "a@b.c", "-----BEGIN", "aws", "key", "1234", "Bearer", "://", "AKIA" + "Z" * 16, "<", ">"]),
        st.text(LETTERS + DIGITS, max_size=20),
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(TEXT, PIECES))
@example("password: <secret:password>, then")
@example("<user>sam<user>")
def test_masking_twice_changes_nothing_and_no_identity_is_left(text: str) -> None:
    try:
        told = mask(text, SAM)
    except CannotMask:
        return
    assert mask(told.text, SAM) == told
    assert [told.text[s.start : s.stop] for s in told.spans] == [f"<{s.kind}>" for s in told.spans]
    loose = squeezed(told.text)
    assert not [word for word, _ in SAM.entries if len(word) > 5 and word in loose]
    assert "sam" not in loose.split()


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred", "\x1b]52;c;aGk=\x07", "a\x00b", "a\u202eb", "sa\u200bm", "\x9b31m", "a\rb", "\ud800", "\ufeffx", "x" * (MOST + 1), "x " * 2_000_000,
        "a" + "\u0301" * 50, "\U000e0041",
    ],
)  # fmt: skip
def test_what_it_cannot_handle_is_refused_in_a_sentence_without_its_content(text: str) -> None:
    with pytest.raises(CannotMask) as told:
        mask(text, SAM)
    assert text not in str(told.value)
    assert str(told.value).isascii()


@pytest.mark.parametrize(
    "text", ["[bold]x[/bold] [@click=app.quit]go[/]", "</script><b>", "${jndi:x}", "`rm -rf`", "]]>", "\\e[0m"]
)
def test_markup_stays_text_or_is_masked(text: str) -> None:
    told = mask(text, SAM).text
    assert mask(told, SAM).text == told


def test_a_detector_that_goes_wrong_refuses_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def analyze_string(self, line: str) -> list[str]:
            raise RuntimeError(f"it broke at {line}")

    monkeypatch.setattr(masker, "_plugins", lambda: (("secret:aws", Broken()),))
    with pytest.raises(CannotMask) as told:
        mask("a very private line")
    assert "private" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_find_in_another_form_takes_the_whole_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Decoding:
        def analyze_string(self, line: str) -> list[str]:
            return ["decoded"] if "coded" in line else []

    monkeypatch.setattr(masker, "_plugins", lambda: (("secret:aws", Decoding()),))
    assert mask("first\nall coded here\nlast").text == "first\n<secret:aws>\nlast"


def test_a_placeholder_that_is_none_hides_nothing() -> None:
    assert "hunter22hunter22" not in mask("<secret:hunter22hunter22>").text
    assert "sam" not in mask("<sam>", SAM).text


def test_what_is_long_and_left_is_marked() -> None:
    text = mask("step-by-step-and-one-at-a-time and AKIA" + "Z" * 16).text
    assert [text[a:b] for a, b, _ in unmasked_tokens(text)] == ["step-by-step-and-one-at-a-time"]
    assert unmasked_tokens("x" * LONG) == ((0, LONG, ""),)
    assert unmasked_tokens("x" * (LONG - 1)) == ()
    assert unmasked_tokens("<secret:softlayer> <secret:artifactory>") == ()


def test_the_code_is_the_beginning_of_the_hash_of_the_bytes() -> None:
    assert hash_code(b"") == "e3b0c4"
    assert hash_code(b"a") != hash_code(b"b")


def test_an_empty_dictionary_masks_no_name() -> None:
    assert identities() == Dictionary()
    assert mask("ask Sam").text == "ask Sam"


def test_the_detectors_open_no_connection_and_bring_no_library_that_could() -> None:
    code = (
        "import sys, socket\n"
        "opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(e) if e.startswith('socket.') else None)\n"
        "from accrete_coach.team.mask import mask\n"
        "assert mask('AKIA' + 'Z' * 16).text == '<secret:aws>'\n"
        "print(opened, sorted({'requests', 'urllib3'} & set(sys.modules)))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[] []"
