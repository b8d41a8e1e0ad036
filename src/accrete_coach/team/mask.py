"""The masker that words go through before they may be shared. It fails closed, and it is no boundary: people review what it leaves. Pure.

What looks like a secret, a path, a host, an address, a name or a number becomes a typed placeholder (`<secret:aws>`, `<path>`), and too
much is masked rather than too little. Three layers: the detectors of detect-secrets, asked line by line about text and about nothing
else; our own rules, under which a token of 16 or more characters stays only where it is plain words; and a dictionary of the person's
identities. All of it is repeated until nothing changes any more, so that masking what is masked changes nothing. What can't be
handled - too long, with invisible or control characters, or where a detector goes wrong - is refused, never passed.

What it can't know: a short password without a word beside it that says so, a phrase of plain words, what a sentence gives away.
"""

from __future__ import annotations

import hashlib
import importlib
import math
import re
import sys
import threading
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

from ..clean import clean
from .plain_words import PLAIN, words

MOST = 8_000
"""Characters of a text that is masked; a longer one is refused."""
LONG = 16
"""Characters from which on a token stays only where it is plain words, and is marked on review where it stayed."""
MIDDLING = 8
"""Characters from which on a token that mixes letters with digits or signs is masked."""
ROUNDS = 24
"""Times that a text is looked at until nothing changes; one that still does is refused."""
_ENDLESS = 400
"""Characters without a blank that are masked as they are."""
CODE = 6
"""Characters of the hash that are typed on review."""
_FLAT = 3.0
"""Bits a character of a long token of one class of characters, from which on it is masked."""

PLUGINS = {
    "artifactory.ArtifactoryDetector": "secret:artifactory",
    "aws.AWSKeyDetector": "secret:aws",
    "azure_storage_key.AzureStorageKeyDetector": "secret:azure",
    "basic_auth.BasicAuthDetector": "secret:password",
    "cloudant.CloudantDetector": "secret:cloudant",
    "discord.DiscordBotTokenDetector": "secret:discord",
    "github_token.GitHubTokenDetector": "secret:github",
    "gitlab_token.GitLabTokenDetector": "secret:gitlab",
    "high_entropy_strings.Base64HighEntropyString": "secret:random",
    "high_entropy_strings.HexHighEntropyString": "secret:random",
    "ibm_cloud_iam.IbmCloudIamDetector": "secret:ibm",
    "ibm_cos_hmac.IbmCosHmacDetector": "secret:ibm",
    "ip_public.IPPublicDetector": "host",
    "jwt.JwtTokenDetector": "secret:jwt",
    "keyword.KeywordDetector": "secret:password",
    "mailchimp.MailchimpDetector": "secret:mailchimp",
    "npm.NpmDetector": "secret:npm",
    "openai.OpenAIDetector": "secret:openai",
    "private_key.PrivateKeyDetector": "secret:key",
    "pypi_token.PypiTokenDetector": "secret:pypi",
    "sendgrid.SendGridDetector": "secret:sendgrid",
    "slack.SlackDetector": "secret:slack",
    "softlayer.SoftlayerDetector": "secret:softlayer",
    "square_oauth.SquareOAuthDetector": "secret:square",
    "stripe.StripeDetector": "secret:stripe",
    "telegram_token.TelegramBotTokenDetector": "secret:telegram",
    "twilio.TwilioKeyDetector": "secret:twilio",
}
"""Detectors of detect-secrets, by module and class, and what each one's finds become."""
KINDS = (
    *dict.fromkeys(kind for kind in PLUGINS.values() if kind.startswith("secret:")),
    "secret:token",
    "user",
    "organisation",
    "repository",
    "name",
    "url",
    "email",
    "path",
    "host",
    "file",
    "reference",
    "number",
    "token",
)
"""What a placeholder may say. Where two finds overlap, the one that stands first here counts."""
_RANK = {kind: n for n, kind in enumerate(KINDS)}
PLACEHOLDER = re.compile("<(?:" + "|".join(map(re.escape, KINDS)) + ")>")


class CannotMask(ValueError):
    """A text is refused; the message says why, in a sentence without any of its content."""


class Span(NamedTuple):
    """A place in a text."""

    start: int
    stop: int
    kind: str = ""
    """What a placeholder there says; "" for a token."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that went through the masker. Only `mask` makes one."""

    text: str
    spans: tuple[Span, ...]
    """Its placeholders."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Identities to be masked: folded words, and what each becomes."""

    entries: tuple[tuple[str, str], ...] = ()
    """(word without blanks and signs, folded; kind), the longest first."""


NO_IDENTITIES = Dictionary()


def hash_code(data: bytes) -> str:
    """What the person types on review where words are included: the first six characters of the SHA-256 of the exact bytes."""
    return hashlib.sha256(data).hexdigest()[:CODE]


# --- identities --------------------------------------------------------------------------------------------------------

_EVERYBODYS = words(
    "home users user root var tmp opt mnt usr srv private volumes documents desktop www git ssh http https com org net io dev local "
    "localdomain localhost github gitlab bitbucket codeberg host users noreply mail scm src repos projects workspace"
)
"""Parts of paths, addresses and remotes that name nobody."""


def identities(
    *,
    users: Iterable[str] = (),
    homes: Iterable[str] = (),
    hosts: Iterable[str] = (),
    names: Iterable[str] = (),
    emails: Iterable[str] = (),
    remotes: Iterable[str] = (),
    organisations: Iterable[str] = (),
    repositories: Iterable[str] = (),
    kept: Iterable[str] = (),
) -> Dictionary:
    """The dictionary of plain values: whole, and by their parts where those name somebody. `kept`: the person's own list."""
    found: dict[str, str] = {}

    def add(word: str, kind: str) -> None:
        folded = "".join(_fold(word))
        if folded and folded not in found:
            found[folded] = kind

    def parts(text: str, kind: str, *, plain: bool = False) -> None:
        for part in re.split(r"[\W_]+", text):
            folded = "".join(_fold(part))
            if len(folded) > 1 and folded not in _EVERYBODYS and (plain or folded not in PLAIN):
                add(part, kind)

    for user in users:
        add(user, "user")
    for name in names:
        add(name, "name")
        parts(name, "name", plain=True)
    for email in emails:
        add(email, "email")
        local, _, domain = email.partition("@")
        add(local, "user")
        parts(local, "user")
        if "".join(_fold(domain.partition(".")[0])) not in _EVERYBODYS:
            add(domain, "host")
        parts(domain.rpartition(".")[0], "organisation")
    for host in hosts:
        add(host, "host")
        add(host.partition(".")[0], "host")
        parts(host, "host")
    for home in homes:
        pieces = [piece for piece in re.split(r"[/\\]+", home) if piece]
        for piece in pieces:
            if "".join(_fold(piece)) not in _EVERYBODYS:
                add(piece, "user")
    for organisation in organisations:
        add(organisation, "organisation")
        parts(organisation, "organisation")
    for repository in repositories:
        add(repository, "repository")
        parts(repository, "repository")
    for remote in remotes:
        rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", remote, flags=re.IGNORECASE).removesuffix("/").removesuffix(".git")
        pieces = [piece for piece in re.split(r"[/\\:]+", rest) if piece]
        for n, piece in enumerate(pieces):
            kind = "host" if n == 0 and len(pieces) > 1 else "repository" if n == len(pieces) - 1 else "organisation"
            for half in piece.split("@"):
                if "".join(_fold(half)) not in _EVERYBODYS and half not in ("github.com", "gitlab.com", "bitbucket.org"):
                    add(half, kind)
                parts(half, kind)
    for word in kept:
        add(word, "name")
        parts(word, "name")
    return Dictionary(tuple(sorted(found.items(), key=lambda one: (-len(one[0]), one))))


def _fold(text: str) -> Iterator[str]:
    """For each character what is left of it to be compared: letters and digits, without case, width and marks; "" for a sign."""
    for char in text:
        if char.isascii():
            yield char.lower() if char.isalnum() else ""
        else:
            yield "".join(c for c in unicodedata.normalize("NFKD", char).casefold() if c.isalnum())


# --- masking -----------------------------------------------------------------------------------------------------------


def mask(text: str, dictionary: Dictionary = NO_IDENTITIES) -> Masked:
    """The text with placeholders for all that may not be shared. Raises CannotMask, and passes nothing, where it can't tell."""
    try:
        if len(text) > MOST:
            raise CannotMask(f"it has more than {MOST:,} characters; take a shorter part of it")
        text = text.replace("\r\n", "\n").replace("\t", "    ")
        if clean(text, MOST * 4) != text:
            raise CannotMask("it holds control characters or invisible ones; take them out")
        # Nobody writes such a word, and detectors take long over it.
        text = re.sub(rf"\S{{{_ENDLESS},}}", "<token>", text)
        for _ in range(ROUNDS):
            again = _once(text, dictionary)
            if again == text:
                return Masked(text, _placeholders(text))
            text = again
    except CannotMask:
        raise
    except Exception:
        # Not even the kind of error: its text may hold what was to be masked.
        raise CannotMask("the masker could not read it; nothing of it is shared") from None
    raise CannotMask("the masker came to no end with it; nothing of it is shared")


def unmasked_tokens(text: str) -> tuple[Span, ...]:
    """Every run of 16 or more characters without a blank that is left beside placeholders: to be marked on review."""
    return tuple(
        Span(run.start(), run.end()) for run in re.finditer(r"\S+", text) if len(PLACEHOLDER.sub("", run.group())) >= LONG
    )


def _placeholders(text: str) -> tuple[Span, ...]:
    return tuple(Span(found.start(), found.end(), found.group()[1:-1]) for found in PLACEHOLDER.finditer(text))


def _once(text: str, dictionary: Dictionary) -> str:
    """One look at the text. What it replaces always holds something that was no placeholder: it comes to an end."""
    there = _placeholders(text)
    # What a placeholder says is no text: "secret:" in one would be found again.
    rest = PLACEHOLDER.sub(lambda found: _HELD * len(found.group()), text)
    found = [*_by_plugins(rest), *_by_rules(rest), *_by_tokens(rest), *_by_dictionary(rest, dictionary)]
    wanted = [span for span in found if _says_more(rest[span.start : span.stop])]
    out: list[Span] = []
    # A find that reaches into a placeholder takes it along whole.
    reached = [p for p in there if any(s.start < p.stop and p.start < s.stop for s in wanted)]
    for span in sorted([*wanted, *reached]):
        if out and span.start < out[-1].stop:
            last = out[-1]
            out[-1] = Span(last.start, max(last.stop, span.stop), min(last.kind, span.kind, key=_RANK.__getitem__))
        else:
            out.append(span)
    pieces, at = [], 0
    for span in out:
        pieces += [text[at : span.start], f"<{span.kind}>"]
        at = span.stop
    return "".join([*pieces, text[at:]])


_HELD = "\0"
"""Stands for each character of a placeholder while a text is looked at: no other text holds it."""


def _says_more(found: str) -> bool:
    """Whether a find is more than placeholders and the signs beside them."""
    return _HELD not in found or any(c.isalnum() for c in found)


# --- the detectors of detect-secrets -------------------------------------------------------------------------------------


class _NoNetwork(ModuleType):
    """Stands for `requests` while the detectors are loaded: they name it for their verification, which is never asked for.
    So it can't be, and loading the real one, which opens a socket to see whether it may, is not needed."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _NoNetwork(f"{self.__name__}.{name}")


_LOADING = threading.Lock()


@cache
def _plugins() -> tuple[tuple[str, Any], ...]:
    with _LOADING:
        before = sys.modules.get("requests")
        sys.modules["requests"] = _NoNetwork("requests")
        try:
            made = []
            for place, kind in PLUGINS.items():
                module, name = place.split(".")
                made.append((kind, getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()))
            return tuple(made)
        finally:
            if before is None:
                del sys.modules["requests"]
            else:
                sys.modules["requests"] = before


def _by_plugins(text: str) -> Iterator[Span]:
    at = 0
    for line in text.split("\n"):
        for kind, plugin in _plugins() if line.strip() else ():
            for secret in set(plugin.analyze_string(line)):
                if not secret or (kind == "secret:random" and plugin.calculate_shannon_entropy(secret) <= plugin.entropy_limit):
                    continue
                start = line.find(secret)
                if start < 0:
                    # It was found in another form: where, only the detector knows.
                    yield Span(at, at + len(line), kind)
                while start >= 0:
                    span = Span(*_grown(text, at + start, at + start + len(secret)), kind)
                    yield span
                    start = line.find(secret, span.stop - at)
        at += len(line) + 1


_JOINS = "_.+/=~-"


def _grown(text: str, start: int, stop: int) -> tuple[int, int]:
    """The place and what is joined to it: half a secret is no less one."""
    while start and (text[start - 1].isalnum() or text[start - 1] in _JOINS):
        start -= 1
    while stop < len(text) and (text[stop].isalnum() or text[stop] in _JOINS):
        stop += 1
    return start, stop


# --- our own rules -----------------------------------------------------------------------------------------------------

_SAYS_SECRET = (
    r"pass(?:word|wd|phrase|code)?|pwd|secrets?|tokens?|credentials?|(?:api|access|private|signing|encryption|auth)[ _-]?keys?|"
    r"webhook|pin|otp|mnemonic|seed"
)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("secret:key", re.compile(r"-{2,}\s*BEGIN\b.*?(?:-{2,}\s*END\b[^\n-]*-*|\Z)", re.DOTALL)),
    ("secret:key", re.compile(r"\b(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+)\s+\S+(?:\s+\S+)?")),
    ("secret:token", re.compile(r"(?i)\b(?:authorization|proxy-authorization|cookie|set-cookie|x-[a-z-]*(?:key|token|auth))\b['\"]?\s*[:=][^\n]*")),
    ("secret:token", re.compile(r"(?i)\b(?:bearer|basic)\s+(?=\S*[\d=_.-])\S{6,}")),
    ("secret:password", re.compile(rf"(?i)(?:{_SAYS_SECRET})['\"]?\]?\s*(?::=|=>|->|[:=]+|\bis\b|\bwas\b|\bto\b|\bare\b)\s*(?P<it>[\"'][^\"'\n]*[\"']|\S+)")),
    ("secret:password", re.compile(rf"(?i)--?(?:{_SAYS_SECRET}|user|u|p)[ =](?P<it>\S+)")),
    ("secret:password", re.compile(r"(?<![\w])[A-Z][A-Z0-9_]{2,}=(?P<it>\"[^\"\n]*\"|'[^'\n]*'|\S+)")),
    ("url", re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b(?:mailto|data|javascript):\S+")),
    ("url", re.compile(r"[\w.+-]+@[\w.-]+:\S+")),
    ("email", re.compile(r"[^\s@<>]+@[^\s@<>]+")),
    ("user", re.compile(r"(?<![\w])@[\w.-]+")),
    ("number", re.compile(r"\+?\d[\d ().-]{5,}\d")),
    ("host", re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|(?i:(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]))")),
    ("host", re.compile(r"(?i)\b[a-z][\w-]*(?:\.[\w-]+)*:\d{2,5}\b")),
    ("reference", re.compile(r"#\d+|\b[A-Z][A-Z0-9]+-\d+\b")),
    ("reference", re.compile(r"(?i)\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b")),
)  # fmt: skip
_AFTER = re.compile(rf"(?i)\b(?:{_SAYS_SECRET})\b[ \t]+(?P<it>[^\s.,;:!?]+)")
"""A word beside what says that it is a secret: it stays where it is a plain one ("token handling")."""
_FREE = words("utf-8 utf-16 sha-1 sha-256 iso-8601 #1 #2 #3")


def _by_rules(text: str) -> Iterator[Span]:
    for kind, rule in _RULES:
        for found in rule.finditer(text):
            start, stop = found.span("it") if "it" in rule.groupindex else found.span()
            if start < stop and text[start:stop].casefold() not in _FREE:
                yield Span(start, stop, kind)
    for found in _AFTER.finditer(text):
        if not _plain(found["it"]):
            yield Span(*found.span("it"), "secret:password")


_OUTER = "\"'`“”‘’„«»()[]{}<>,;:.!?…*_"
"""Signs around a token that are none of its own."""
_LEFT = _OUTER.replace(".", "")
"""The same before it: a dot there begins a path or a file."""
_COMMANDS = words(
    "clear compact plan review init rewind agents memory model help resume hooks permissions diff status context new undo"
)
"""Commands of the agents' own, which are no paths."""
_KNOWN_FILES = words(
    "claude.md agents.md readme.md contributing.md changelog.md todo.md plan.md skill.md progress.md settings.json settings.local.json"
)
"""Names of files that every project may have, and that say what to do."""
_ENDINGS = words(
    "py pyi ipynb js mjs cjs ts tsx jsx vue svelte json jsonl yaml yml toml ini cfg conf env lock md rst txt csv tsv xml html css scss sql "
    "db sqlite go rs c h cc cpp hpp cs java kt swift rb php pl sh bash zsh fish ps1 bat tf proto graphql pem key crt p12 log pdf png jpg "
    "jpeg svg gif zip gz tar whl jar exe bin dockerfile patch diff"
)
_DOMAINS = words(
    "com org net io dev ai app co cloud edu gov info biz me tv us uk de fr nl be ch at it es pt pl se no fi dk ie eu jp cn in br au nz ca "
    "ru kr internal local localdomain lan corp intranet home test example invalid svc cluster onion xyz tech"
)


def _by_tokens(text: str) -> Iterator[Span]:
    """The tokens between blanks and placeholders that are masked for what they look like."""
    for run in re.finditer(rf"[^\s{_HELD}]+", text):
        token = run.group()
        core = token.lstrip(_LEFT).rstrip(_OUTER)
        start = run.start() + len(token) - len(token.lstrip(_LEFT))
        if core and (kind := _kind(core)):
            yield Span(start, start + len(core), kind)
        elif len(token) >= LONG and len(core) < LONG and _bits(token) >= _FLAT and not _plain(token):
            # Signs around a token may be a long part of it.
            yield Span(run.start(), run.end(), "token")


def _kind(core: str) -> str:
    """What a token is masked as; "" where it may stay."""
    low = core.casefold()
    if low in _KNOWN_FILES or low in _FREE or _plain(core) or (core[0] == "/" and low[1:] in _COMMANDS):
        return ""
    if "/" in core or "\\" in core or core[0] == "~":
        return "path"
    dotted = re.fullmatch(r"(?:[\w-]*\.)+([A-Za-z][\w-]*)", core)
    if dotted and low not in ("e.g", "i.e"):
        return "file" if dotted[1].casefold() in _ENDINGS else "host" if dotted[1].casefold() in _DOMAINS else "name"
    if re.search(r"\d{4}", core):
        return "number" if not re.search(r"[^\W\d]", core) else "token"
    if _scripts(core):
        return "token"
    if len(core) >= LONG:
        one = (core.isalpha() and (core.islower() or core[1:].islower())) or not any(c.isalnum() for c in core)
        return "" if one and _bits(core) < _FLAT else "token"
    if len(core) >= MIDDLING:
        letters, digits = any(c.isalpha() for c in core), any(c.isdigit() for c in core)
        if (letters and digits) or re.search(r"\w[!@#$%^&*+=~|?]+\w", core):
            return "token"
    return ""


def _plain(token: str) -> bool:
    """Whether a token is plain words, joined as people join them: "and/or", "step-by-step", "don't"."""
    pieces = [piece for piece in re.split(r"[-'’/–—…,.:;!?\"“”()]", token.casefold()) if piece]
    return bool(pieces) and all(piece in PLAIN for piece in pieces)


def _bits(text: str) -> float:
    """Shannon entropy a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _scripts(token: str) -> bool:
    """Whether Latin letters stand beside letters that only look like them."""
    others = [
        c
        for c in token
        if not c.isascii() and c.isalpha() and not unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN"))
    ]
    return bool(others) and any(c.isascii() and c.isalpha() for c in token)


# --- the dictionary ----------------------------------------------------------------------------------------------------

_LONGEST_WORD = 40
_ANYWHERE, _WITHIN = 6, 3
"""Letters of an identity from which on it is found across blanks and signs; within a longer word, across signs."""


def _by_dictionary(text: str, dictionary: Dictionary) -> Iterator[Span]:
    if not dictionary.entries:
        return
    tight: list[tuple[str, int]] = []  # Without signs; blanks break.
    loose: list[tuple[str, int]] = []  # Without blanks, too; only placeholders break.
    for at, folded in enumerate(_fold(text)):
        if text[at] == _HELD:
            folded = _HELD
        elif text[at].isspace():
            tight.append((_HELD, at))
            continue
        tight += [(c, at) for c in folded]
        loose += [(c, at) for c in folded]
    lines = {id(chars): "".join(c for c, _ in chars) for chars in (tight, loose)}
    for word, kind in dictionary.entries:
        chars = loose if len(word) >= _ANYWHERE else tight
        line = lines[id(chars)]
        start = line.find(word)
        while start >= 0:
            first, last = chars[start][1], chars[start + len(word) - 1][1]
            if len(word) >= _ANYWHERE or _names(text, first, last + 1, word):
                span = Span(*_around(text, first, last + 1), kind)
                yield span
                # What is masked with it need not be looked at again.
                start = bisect_left(chars, span.stop, start + 1, key=_place)
            else:
                start += 1
            start = line.find(word, start)


def _place(char: tuple[str, int]) -> int:
    return char[1]


def _around(text: str, start: int, stop: int) -> tuple[int, int]:
    """A place and the rest of the words and names that it stands in."""
    while start and (text[start - 1].isalnum() or text[start - 1] in "_-.'’"):
        start -= 1
    while stop < len(text) and (text[stop].isalnum() or text[stop] in "_-.'’"):
        stop += 1
    while not text[stop - 1].isalnum():
        stop -= 1
    while not text[start].isalnum():
        start += 1
    return start, stop


def _names(text: str, start: int, stop: int, word: str) -> bool:
    """Whether a short identity is meant, and not a plain word that it is a part of."""
    # A longer run is no plain word in any case.
    low, high = max(0, start - _LONGEST_WORD), min(len(text), stop + _LONGEST_WORD)
    while start > low and text[start - 1].isalnum():
        start -= 1
    while stop < high and text[stop].isalnum():
        stop += 1
    runs = ["".join(_fold(run.group())) for run in re.finditer(r"[^\W_]+", text[start:stop])]
    if "".join(runs) == word or word in runs:
        return True
    return len(word) >= _WITHIN and not all(run in PLAIN for run in runs)
