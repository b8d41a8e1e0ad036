"""A shell command -> what it does, in the field's terms: checks, commits, diffs, reads, edits."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

# Beyond these a command is a data file in disguise; what lies behind them is not looked at.
LONGEST_COMMAND = 64 * 1024
DEEPEST_NESTING = 12
MOST_ACTS = 200
# Commands longer than this are hardly ever repeated, and would make the cache large.
LONGEST_CACHED = 2000
LONGEST_VARIABLE = 1000


class Act(msgspec.Struct, frozen=True):
    """One simple command that matters, in order of execution."""

    kind: str
    """check, commit, diff, read, search, edit, revert, worktree, pull-request, push, stage, note, review, rule or other"""
    program: str
    """The normalised program: `pytest`, `cargo test`, `npm run lint`, `git commit`."""
    check: str = ""
    """For checks: test, types, lint, format, build or look."""
    same: str = ""
    """For checks: equal for two runs of the same check."""
    hidden: bool = False
    """The exit status the agent sees is not this command's own."""
    fixes: bool = False
    """The check changes files itself."""
    conditional: bool = False
    """Runs only if an earlier command succeeded or failed."""
    paths: tuple[str, ...] = ()
    """Files named: written, shown, staged or committed; for a check, where its output was sent."""
    message: str | None = None
    """The commit message as far as the command line holds it."""
    amend: bool = False
    stat_only: bool = False
    """A diff that names files without showing changes."""
    no_verify: bool = False
    nested: bool = False
    """Inside $(...), a command string, find -exec or xargs."""


# --- Splitting ---------------------------------------------------------------------------------------


class _Redirect:
    """`> target`, or a here-document with its body."""

    __slots__ = ("body", "op", "target")

    def __init__(self, op: str, target: str) -> None:
        self.op = op
        self.target = target
        self.body: str | None = None


class _Simple:
    """One simple command: its words without quotes, its redirections, the lists in its $(...)."""

    __slots__ = ("redirects", "subs", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.redirects: list[_Redirect] = []
        self.subs: list[_List] = []


class _Group:
    """A compound command: `condition` decides whether (or how often) `bodies` run."""

    __slots__ = ("bodies", "condition", "kind", "name", "redirects")

    def __init__(self, kind: str, name: str = "") -> None:
        self.kind = kind  # "group" | "if" | "loop" | "case" | "function"
        self.name = name
        self.condition: list[_List] = []
        self.bodies: list[_List] = []
        self.redirects: list[_Redirect] = []


class _Pipeline:
    """Commands joined by |, and how the pipeline is joined to the one before it."""

    __slots__ = ("commands", "inverted", "joined")

    def __init__(self, joined: str) -> None:
        self.joined = joined  # "" | "&&" | "||"
        self.inverted = False
        self.commands: list[_Simple | _Group] = []


class _Item(NamedTuple):
    """Pipelines joined by && and ||, and whether they run in the background."""

    pipelines: list[_Pipeline]
    background: bool


_List = list[_Item]

# Possessive repeats (++, *+) keep every one of these linear on unbalanced input.
_PLAIN = r"""[^ \t\r\n;&|()<>'"\\$`]++"""
_QUOTED = r"""'[^']*+'|"(?:[^"\\$`]++|\\[\s\S]|\$(?![({]))*+"|\$'(?:[^'\\]++|\\[\s\S])*+'"""
_VARIABLE = r"""\$(?![('"{])|\$\{[\w!#@*?:+=.,/%^~\[\] -]*+\}"""
_TOKEN = re.compile(
    rf"""
    (?:[ \t\r]++|\\\r?\n)*+
    (?:
        (?P<word>(?!\d+[<>]|\#)(?:{_PLAIN}|\\(?:[^\r\n]|\r(?!\n))|{_QUOTED}|{_VARIABLE})++)
      | (?P<operator>\n|;;&?|;&|;|&&|\|\||\|&|\||&(?!>))
      | (?P<copy>\d*>&(?:\d+-?|-)|\d*<&(?:\d+-?|-))
      | (?P<redirect>\d*(?:<<<|<<-|<<|<>|>>|>\||>&|>|<)(?!\()|&>>|&>)
      | (?P<paren>[()])
      | (?P<comment>\#[^\n]*+)
      | (?P<hard>[\s\S])
    )
    """,
    re.VERBOSE,
)
_WORD, _OPERATOR, _COPY, _REDIRECT, _PAREN, _COMMENT = range(1, 7)
_PIECE = re.compile(rf"(?:{_PLAIN}|{_VARIABLE})++")
_PIECE_QUOTED = re.compile(rf"{_QUOTED}|\\[\s\S]")
_IN_QUOTES = re.compile(r"""(?:[^"\\$`]++|\\[\s\S]|\$(?![({]))++""")
_BACKTICKS = re.compile(r"`((?:[^`\\]++|\\[\s\S])*+)`")
_ARITHMETIC = re.compile(r"\$?\(\((?:[^()]++|\([^()]*+\))*+\)\)")
_PARAMETER = re.compile(r"""\$\{(?:[^{}'"`\\]++|\\[\s\S]|'[^'{}]*+'|"[^"{}]*+"|\{[^{}]*+\})*+\}""")
_ARRAY = re.compile(r"""\((?:[^()'"]++|'[^']*+'|"(?:[^"\\]++|\\[\s\S])*+"|\$\([^()]*+\))*+\)""")
_NO_ARGUMENTS = re.compile(r"\([ \t]*\)")
_TEST = re.compile(r"""\[\[[ \t](?:[^\]'"]|'[^']{0,200}+'|"[^"]{0,200}+"|\](?!\])){0,300}+\]\]""")
_CASE_PATTERN = re.compile(r"""(?:\s++|\#[^\n]*+\n)*+(?:(esac)\b|\(?(?:[^()'"\n]|'[^'\n]*+'|"[^"\n]*+"){0,400}+\))""")
_NEEDS_UNQUOTING = re.compile(r"['\"\\]").search
_QUOTES = re.compile(r"""\$'((?:[^'\\]++|\\[\s\S])*+)'|'([^']*+)'|"((?:[^"\\]++|\\[\s\S])*+)"|\\([\s\S])|['"]""")
_DOUBLE_ESCAPE = re.compile(r'\\(["\\$`\n])')
_C_ESCAPE = re.compile(r"\\([\s\S])")
_C_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=")

_THEN = frozenset({"then"})
_BRANCH = frozenset({"elif", "else", "fi"})
_FI = frozenset({"fi"})
_DO = frozenset({"do"})
_DONE = frozenset({"done"})
_BRACE = frozenset({"}"})
_PARENTHESIS = frozenset({")"})
_CLAUSE = frozenset({";;", ";&", ";;&", "esac"})
_END: frozenset[str] = frozenset()
_OPENERS = frozenset({"if", "while", "until", "do", "case", "{", "!", "function", "[["})
_CLOSERS = _THEN | _BRANCH | _DONE | _BRACE | frozenset({"esac"})
_KEYWORDS = _OPENERS | _CLOSERS


def _c_string(text: str) -> str:
    return _C_ESCAPE.sub(lambda m: _C_ESCAPES.get(m[1], m[1]), text)


def _unquoted_part(match: re.Match[str]) -> str:
    kind = match.lastindex
    if kind == 2:
        return match[2]
    if kind == 3:
        return _double_quoted(match[3])
    if kind == 4:
        return "" if match[4] == "\n" else match[4]
    return _c_string(match[1]) if kind == 1 else ""


def _double_quoted(text: str) -> str:
    if "\\" not in text:
        return text
    return _DOUBLE_ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text)


def _unquote(word: str) -> str:
    return _QUOTES.sub(_unquoted_part, word) if _NEEDS_UNQUOTING(word) else word


class _Splitter:
    """Reads a command line once, from left to right; unbalanced input is read as far as it goes."""

    __slots__ = ("depth", "pending", "pos", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.depth = 0
        self.pending: list[_Redirect] = []

    def commands(self, stop: frozenset[str] = _END) -> tuple[_List, str]:
        """The list up to one of `stop` (or the end), and which one it was."""
        text = self.text
        match = _TOKEN.match
        items: _List = []
        pipelines: list[_Pipeline] = []
        pipeline = _Pipeline("")
        command: _Simple | _Group | None = None
        function = ""
        ended = ""
        self.depth += 1
        while True:
            token = match(text, self.pos)
            if token is None:
                break
            kind = token.lastindex
            if kind == _WORD:
                start, end = token.span(1)
                word = token[1]
                following = text[end : end + 1]
                subs: list[_List] = []
                if command is None and word in _KEYWORDS and (not following or following in " \t\r\n;&|()<>"):
                    self.pos = end
                    if word in stop:
                        ended = word
                        break
                    if word == "!":
                        pipeline.inverted = True
                    elif word == "function":
                        name = match(text, end)
                        if name is not None and name.lastindex == _WORD:
                            function = name[1]
                            self.pos = name.end()
                            arguments = _NO_ARGUMENTS.match(text, self.pos)
                            self.pos = arguments.end() if arguments else self.pos
                    elif word == "[[":
                        command = _Simple()
                        command.words.append(word)
                        test = _TEST.match(text, start)
                        self.pos = test.end() if test else end
                    elif word in _OPENERS and self.depth < DEEPEST_NESTING:
                        command = self._compound(word, function)
                        function = ""
                        pipeline.commands.append(command)
                    if isinstance(command, _Simple):
                        pipeline.commands.append(command)
                    continue
                if following and following in "\"'$`\\":
                    self.pos = start
                    word = self._hard_word(subs)
                else:
                    self.pos = end
                    if following == "(":
                        arguments = _NO_ARGUMENTS.match(text, end) if command is None else None
                        if arguments:
                            function = word
                            self.pos = arguments.end()
                            continue
                        values = _ARRAY.match(text, end)
                        self.pos = values.end() if values else end + 1
                        word += "()"
                    if _NEEDS_UNQUOTING(word):
                        word = _unquote(word)
                if type(command) is not _Simple:
                    command = _Simple()
                    pipeline.commands.append(command)
                command.words.append(word)
                if subs:
                    command.subs += subs
            elif kind == _OPERATOR:
                self.pos = token.end()
                operator = token[2]
                if operator in stop:
                    ended = operator
                    break
                if operator == "\n":
                    if self.pending:
                        self._bodies()
                    # A line break after an operator or inside a function's head continues the command.
                    if command is None and (pipeline.joined or pipeline.commands or function):
                        continue
                elif operator in ("|", "|&"):
                    if command is not None:
                        command = None
                    continue
                elif operator in ("&&", "||"):
                    if pipeline.commands:
                        pipelines.append(pipeline)
                    pipeline = _Pipeline(operator if pipelines else "")
                    command = None
                    continue
                if pipeline.commands:
                    pipelines.append(pipeline)
                if pipelines:
                    items.append(_Item(pipelines, operator == "&"))
                    pipelines = []
                pipeline = _Pipeline("")
                command = None
            elif kind == _COPY:
                self.pos = token.end()
            elif kind == _REDIRECT:
                self.pos = token.end()
                command = self._redirect(token[4], command, pipeline)
            elif kind == _PAREN:
                self.pos = token.end()
                if token[5] == ")":
                    if ")" in stop:
                        ended = ")"
                        break
                    continue
                if command is not None and not (isinstance(command, _Simple) and command.words == ["for"]):
                    continue
                arithmetic = _ARITHMETIC.match(text, self.pos - 1)
                if arithmetic:
                    self.pos = arithmetic.end()
                    if command is None:
                        command = _Simple()
                        pipeline.commands.append(command)
                        command.words.append("let")
                elif command is None and self.depth < DEEPEST_NESTING:
                    command = self._compound("(", function)
                    function = ""
                    pipeline.commands.append(command)
            elif kind == _COMMENT:
                self.pos = token.end()
            else:
                if token.end(7) == len(text) and not text[token.start(7) :].strip():
                    break
                self.pos = token.start(7)
                inside: list[_List] = []
                word = self._hard_word(inside)
                if type(command) is not _Simple:
                    command = _Simple()
                    pipeline.commands.append(command)
                command.words.append(word)
                command.subs += inside
        self.depth -= 1
        if pipeline.commands:
            pipelines.append(pipeline)
        if pipelines:
            items.append(_Item(pipelines, False))
        return items, ended

    def _compound(self, opener: str, function: str) -> _Group:
        group = _Group("group")
        if opener == "(":
            group.bodies.append(self.commands(_PARENTHESIS)[0])
        elif opener == "{":
            group.bodies.append(self.commands(_BRACE)[0])
        elif opener == "if":
            group.kind = "if"
            ended = "elif"
            while ended == "elif":
                group.condition.append(self.commands(_THEN)[0])
                body, ended = self.commands(_BRANCH)
                group.bodies.append(body)
            if ended == "else":
                group.bodies.append(self.commands(_FI)[0])
        elif opener in ("while", "until"):
            group.kind = "loop"
            group.condition.append(self.commands(_DO)[0])
            group.bodies.append(self.commands(_DONE)[0])
        elif opener == "do":
            group.kind = "loop"
            group.bodies.append(self.commands(_DONE)[0])
        else:
            group.kind = "case"
            self._clauses(group)
        if function:
            group.kind, group.name = "function", function
        return group

    def _clauses(self, group: _Group) -> None:
        subject = self.text.find(" in", self.pos, self.pos + 300)
        if subject < 0:
            return
        self.pos = subject + 3
        while pattern := _CASE_PATTERN.match(self.text, self.pos):
            self.pos = pattern.end()
            if pattern[1]:
                return
            body, ended = self.commands(_CLAUSE)
            group.bodies.append(body)
            if ended in ("esac", ""):
                return

    def _redirect(self, operator: str, command: _Simple | _Group | None, pipeline: _Pipeline) -> _Simple | _Group:
        if command is None:
            command = _Simple()
            pipeline.commands.append(command)
        token = _TOKEN.match(self.text, self.pos)
        target = ""
        subs: list[_List] = []
        if token is not None and token.lastindex in (_WORD, 7):
            self.pos = token.start(token.lastindex)
            if token.lastindex == _WORD and self.text[token.end() : token.end() + 1] not in tuple("\"'$`\\"):
                self.pos = token.end()
                target = _unquote(token[1])
            else:
                target = self._hard_word(subs)
        if subs and isinstance(command, _Simple):
            command.subs += subs
        redirect = _Redirect(operator.lstrip("0123456789"), target)
        if operator.startswith("2") and redirect.op[0] == ">":
            return command  # messages set aside are not the command's result
        if redirect.op in ("<<", "<<-"):
            self.pending.append(redirect)
        elif redirect.op == "<<<":
            redirect.body = target
        command.redirects.append(redirect)
        return command

    def _bodies(self) -> None:
        """Here-documents start on the line after the command that names them."""
        text = self.text
        for redirect in self.pending:
            start = self.pos
            name = redirect.target
            if redirect.op == "<<":
                end = start if text.startswith(name + "\n", start) else text.find(f"\n{name}\n", start - 1) + 1
                if end == 0 and text.endswith("\n" + name):
                    end = max(len(text) - len(name), start)
            else:
                end = 0
            if end > 0:
                redirect.body = text[start:end]
                self.pos = min(end + len(name) + 1, len(text))
                continue
            # `<<-`, or an end marker that is indented or has the closing bracket of $( right behind it.
            loose = re.compile(rf"^[ \t]*{re.escape(name)}(?=[ \t\r]*$|[ \t]*[)\"`])", re.MULTILINE)
            found = loose.search(text, start) if name else None
            redirect.body = text[start : found.start() if found else len(text)]
            self.pos = found.end() if found else len(text)
        self.pending = []

    def _hard_word(self, subs: list[_List]) -> str:
        """A word holding $(...), backticks, process substitution or an unbalanced quote."""
        text = self.text
        parts: list[str] = []
        size = len(text)
        while self.pos < size:
            piece = _PIECE.match(text, self.pos)
            if piece:
                parts.append(piece[0])
                self.pos = piece.end()
                continue
            quoted = _PIECE_QUOTED.match(text, self.pos)
            if quoted:
                parts.append(_unquote(quoted[0]))
                self.pos = quoted.end()
                continue
            char = text[self.pos]
            if char == '"':
                self.pos += 1
                self._in_double_quotes(parts, subs)
            elif char in "$`":
                self._substitution(parts, subs)
            elif char == "'":
                parts.append(text[self.pos + 1 :])
                self.pos = size
            elif char in "<>" and text.startswith("(", self.pos + 1) and not parts:
                self.pos += 1
                self._nested(parts, subs)
            elif char == "(" and parts:
                # An array or an extended glob.
                values = _ARRAY.match(text, self.pos)
                self.pos = values.end() if values else self.pos + 1
            elif char == "\\" or not parts:
                self.pos += 1
                if char not in "\\":
                    break
            else:
                break
        return "".join(parts)

    def _in_double_quotes(self, parts: list[str], subs: list[_List]) -> None:
        text = self.text
        while self.pos < len(text):
            piece = _IN_QUOTES.match(text, self.pos)
            if piece:
                parts.append(_double_quoted(piece[0]))
                self.pos = piece.end()
                continue
            char = text[self.pos]
            if char in "$`":
                self._substitution(parts, subs)
                continue
            self.pos += 1
            if char == '"':
                return

    def _substitution(self, parts: list[str], subs: list[_List]) -> None:
        text = self.text
        start = self.pos
        if text[start] == "`":
            ticks = _BACKTICKS.match(text, start)
            self.pos = ticks.end() if ticks else start + 1
            if ticks and self.depth < DEEPEST_NESTING:
                inner = _Splitter(ticks[1].replace("\\`", "`"))
                inner.depth = self.depth
                subs.append(inner.commands()[0])
                parts.append(ticks[0])
            return
        if text.startswith("${", start):
            parameter = _PARAMETER.match(text, start)
            self.pos = parameter.end() if parameter else start + 2
            parts.append(text[start : self.pos])
            return
        arithmetic = _ARITHMETIC.match(text, start)
        if arithmetic:
            self.pos = arithmetic.end()
            parts.append(arithmetic[0])
            return
        self.pos = start + 1
        if not text.startswith("(", self.pos):
            parts.append("$")
            return
        self._nested(parts, subs)

    def _nested(self, parts: list[str], subs: list[_List]) -> None:
        """$(...) or <(...): its commands, and what of its value the command line holds."""
        start = self.pos - 1
        self.pos += 1
        if self.depth >= DEEPEST_NESTING:
            return
        outside, self.pending = self.pending, []
        commands, _ = self.commands(_PARENTHESIS)
        self.pending = outside
        document = _shown_document(commands)
        if document is None:
            subs.append(commands)
            parts.append(self.text[start : self.pos])
        else:
            parts.append(document.rstrip("\n"))


def _shown_document(commands: _List) -> str | None:
    """The text of `$(cat <<EOF ... EOF)`, which is a quoted string and no command."""
    if len(commands) != 1 or len(commands[0].pipelines) != 1:
        return None
    command = commands[0].pipelines[0].commands[0]
    if len(commands[0].pipelines[0].commands) != 1 or not isinstance(command, _Simple):
        return None
    if command.words not in (["cat"], ["cat", "-"]) or len(command.redirects) != 1:
        return None
    return command.redirects[0].body


def _split(command: str) -> _List:
    return _Splitter(command[:LONGEST_COMMAND]).commands()[0]


# --- What programs there are -------------------------------------------------------------------------


class _Wrapper(NamedTuple):
    """A program that runs the rest of its line: `timeout 60 pytest`, `docker exec -it web pytest`."""

    subcommands: frozenset[str] = _END  # one of these has to follow the program's name
    valued: frozenset[str] = _END  # options whose value is the next word
    skip: int = 0  # words of its own after the options
    until: frozenset[str] = _END  # its own words end with one of these
    scripts: bool = False  # what follows may be the name of a script


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONTAINER_OPTIONS = _words(
    "-e --env -u --user -w --workdir --env-file -v --volume -p --publish --name --network "
    "--entrypoint --index --detach-keys --mount --platform --add-host -l --label --memory -m "
    "--cpus --profile -f --file"
)
_EXEC = _words("exec x")
_DASHES = frozenset({"--"})

_WRAPPERS: dict[str, tuple[_Wrapper, ...]] = {
    "arch": (_Wrapper(),),
    "asdf": (_Wrapper(_words("exec")),),
    "builtin": (_Wrapper(),),
    "bundle": (_Wrapper(_EXEC),),
    "caffeinate": (_Wrapper(),),
    "chronic": (_Wrapper(),),
    "command": (_Wrapper(),),
    "conda": (_Wrapper(_words("run"), _words("-n --name -p --prefix --cwd")),),
    "corepack": (_Wrapper(),),
    "cross-env": (_Wrapper(),),
    "cross-env-shell": (_Wrapper(),),
    "devbox": (_Wrapper(_words("run"), _words("-c --config"), scripts=True),),
    "direnv": (_Wrapper(_words("exec"), skip=1),),
    "docker": (
        _Wrapper(_words("exec"), _CONTAINER_OPTIONS, 1),
        _Wrapper(_words("run"), _CONTAINER_OPTIONS, 1),
    ),
    "docker-compose": (_Wrapper(_words("exec run"), _CONTAINER_OPTIONS, 1),),
    "doppler": (_Wrapper(_words("run"), until=_DASHES),),
    "dotenv": (_Wrapper(_END, _words("-e -f --file")), _Wrapper(_words("run"), _words("-e -f --file"))),
    "dotenvx": (_Wrapper(_words("run"), _words("-f --env-file -e --env")),),
    "env": (_Wrapper(_END, _words("-u --unset -C --chdir")),),
    "exec": (_Wrapper(_END, _words("-a")),),
    "flock": (_Wrapper(_END, _words("-w --timeout"), 1),),
    "hatch": (_Wrapper(_words("run"), _words("-e --env"), scripts=True),),
    "ionice": (_Wrapper(_END, _words("-c -n")),),
    "kubectl": (_Wrapper(_words("exec"), until=_DASHES),),
    "micromamba": (_Wrapper(_words("run"), _words("-n --name -p --prefix")),),
    "mise": (_Wrapper(_EXEC, until=_DASHES),),
    "nice": (_Wrapper(_END, _words("-n --adjustment")),),
    "nix": (_Wrapper(_words("develop shell"), until=_words("-c --command")),),
    "noglob": (_Wrapper(),),
    "nohup": (_Wrapper(),),
    "op": (_Wrapper(_words("run"), until=_DASHES),),
    "pdm": (_Wrapper(_words("run"), _words("-p --project"), scripts=True),),
    "pipenv": (_Wrapper(_words("run"), scripts=True),),
    "pipx": (_Wrapper(_words("run"), _words("--spec --python")),),
    "pixi": (_Wrapper(_words("run"), _words("-e --environment --manifest-path"), scripts=True),),
    "podman": (_Wrapper(_words("exec run"), _CONTAINER_OPTIONS, 1),),
    "podman-compose": (_Wrapper(_words("exec run"), _CONTAINER_OPTIONS, 1),),
    "poetry": (_Wrapper(_words("run"), _words("-C --directory -P --project"), scripts=True),),
    "rtk": (_Wrapper(_words("proxy")), _Wrapper()),
    "rye": (_Wrapper(_words("run"), scripts=True),),
    "setsid": (_Wrapper(),),
    "stdbuf": (_Wrapper(_END, _words("-o -e -i")),),
    "sudo": (_Wrapper(_END, _words("-u --user -g --group -C -D -h -p")),),
    "time": (_Wrapper(_END, _words("-o -f --format --output")),),
    "timeout": (_Wrapper(_END, _words("-k --kill-after -s --signal"), 1),),
    "gtimeout": (_Wrapper(_END, _words("-k --kill-after -s --signal"), 1),),
    "unbuffer": (_Wrapper(),),
    "uv": (
        _Wrapper(
            _words("run"),
            _words(
                "--with --with-requirements --with-editable --python -p --group --extra --package --project "
                "--directory --env-file --index --only-group --no-group --no-extra"
            ),
        ),
    ),
    "uvx": (_Wrapper(_END, _words("--with --from --python -p --index")),),
    "wsl": (_Wrapper(_END, _words("-d --distribution -u --user --cd")),),
    "watch": (_Wrapper(_END, _words("-n --interval")),),
    "xvfb-run": (_Wrapper(_END, _words("-n -s -e -f -w")),),
}
_TWO_WORD_NAMES = {
    ("docker", "compose"): "docker-compose",
    ("podman", "compose"): "podman-compose",
    ("uv", "tool"): "pipx",
    ("docker", "buildx"): "docker",
    ("php", "artisan"): "artisan",
    ("xcrun", "swift"): "swift",
    ("xcrun", "xcodebuild"): "xcodebuild",
    ("bin/rails", "test"): "rails",
}

# Programs that say or arrange something and neither look at the work nor change it.
_GLUE = _words(
    ". : [ [[ alias basename bg break builtin case cd chmod chown clear command continue date "
    "declare df dirname disown echo env eval exit export false fg for free function getopts hash "
    "hostname id jobs kill killall let ln local lsof mkdir nproc pgrep pkill popd printenv printf "
    "ps pushd pwd read readlink readonly realpath return rmdir select seq set shift shopt sleep "
    "source test top tput trap true tty type typeset ulimit umask unalias uname unset uptime wait "
    "whereis which whoami yes mktemp dd sync stty"
)
_IDLE = re.compile(r"\s*+(?:cd|echo|export|kill|mkdir|pkill|pwd|sleep|source|true|which)\b[^|&;<>$`()\n]*+")


class _Reader(NamedTuple):
    """A program that shows (or searches) files: how to tell the files from its other words."""

    kind: str = "read"
    valued: frozenset[str] = _END
    skip: int = 0  # words before the files: a pattern, a script
    given: frozenset[str] = _END  # options that bring that word themselves


_GREP = _words("-A -B -C -m -d -D --color --include --exclude --exclude-dir --max-count -e -f --regexp --file")
_RG = _GREP | _words(
    "-g --glob -t --type -T --type-not -j --threads --sort -r --replace -M --max-columns --iglob "
    "--max-depth -d -E --engine --after-context --before-context --context --pre --max-filesize"
)
_PATTERN_GIVEN = _words("-e -f --regexp --file --files")
_READERS: dict[str, _Reader] = {
    "awk": _Reader("read", _words("-F -v -f"), 1, _words("-f --file")),
    "bat": _Reader("read", _words("-r --line-range -l --language --style --theme -H --color --paging")),
    "batcat": _Reader("read", _words("-r --line-range -l --language --style --theme -H --color --paging")),
    "cat": _Reader(),
    "column": _Reader("read", _words("-s -t -c -o")),
    "comm": _Reader(),
    "cut": _Reader("read", _words("-d -f -c -b")),
    "du": _Reader("read", _words("-d --max-depth --exclude")),
    "egrep": _Reader("search", _GREP, 1, _PATTERN_GIVEN),
    "expand": _Reader(),
    "eza": _Reader("read", _words("-L --level -I --sort -s")),
    "exa": _Reader("read", _words("-L --level -I --sort -s")),
    "fgrep": _Reader("search", _GREP, 1, _PATTERN_GIVEN),
    "file": _Reader(),
    "fold": _Reader("read", _words("-w")),
    "gawk": _Reader("read", _words("-F -v -f"), 1, _words("-f --file")),
    "glow": _Reader(),
    "grep": _Reader("search", _GREP, 1, _PATTERN_GIVEN),
    "head": _Reader("read", _words("-n -c --lines --bytes")),
    "hexdump": _Reader("read", _words("-n -s -e")),
    "jq": _Reader("read", _words("--indent -L"), 1, _words("-f --from-file")),
    "less": _Reader(),
    "ls": _Reader("read", _words("-I -w --sort")),
    "md5sum": _Reader(),
    "more": _Reader(),
    "nl": _Reader("read", _words("-b -w -s -v")),
    "od": _Reader("read", _words("-A -t -N -j")),
    "paste": _Reader("read", _words("-d")),
    "rev": _Reader(),
    "rg": _Reader("search", _RG, 1, _PATTERN_GIVEN),
    "ripgrep": _Reader("search", _RG, 1, _PATTERN_GIVEN),
    "ack": _Reader("search", _GREP, 1, _END),
    "ag": _Reader("search", _GREP | _words("-G --depth"), 1, _END),
    "ugrep": _Reader("search", _RG, 1, _PATTERN_GIVEN),
    "fd": _Reader("search", _words("-e -t -d -E --extension --type --max-depth --exclude -x -X"), 1, _END),
    "fdfind": _Reader("search", _words("-e -t -d -E --extension --type --max-depth --exclude"), 1, _END),
    "ast-grep": _Reader("search", _words("-p --pattern -l --lang"), 1, _words("-p --pattern")),
    "sha256sum": _Reader(),
    "shasum": _Reader("read", _words("-a")),
    "sort": _Reader("read", _words("-k -t -S")),
    "stat": _Reader("read", _words("-c -f --format --printf")),
    "strings": _Reader("read", _words("-n")),
    "tac": _Reader(),
    "tail": _Reader("read", _words("-n -c --lines --bytes")),
    "tr": _Reader("read", _END, 2),
    "tree": _Reader("read", _words("-L -I -P --filelimit")),
    "uniq": _Reader("read", _words("-f -s -w")),
    "wc": _Reader(),
    "xxd": _Reader("read", _words("-l -s -c")),
    "yq": _Reader("read", _words("--indent"), 1, _END),
    "zcat": _Reader(),
}

# Whole programs that are checks.
_CHECKERS: dict[str, str] = {
    **dict.fromkeys(
        _words(
            "pytest py.test tox nox unittest nose2 jest vitest mocha ava rspec phpunit pest paratest "
            "ctest behave cucumber minitest karma tap tape jasmine bats busted wtr prove gotestsum ginkgo "
            "elm-test kaocha nextest robot testem detox maestro testcafe nightwatch hurl newman uvu ward"
        ),
        "test",
    ),
    **dict.fromkeys(
        _words("mypy dmypy pyright basedpyright tsc tsgo vue-tsc svelte-check tsd attw pytype pyre psalm sorbet glint"),
        "types",
    ),
    **dict.fromkeys(
        _words(
            "flake8 pylint bandit eslint oxlint staticcheck rubocop standardrb phpstan shellcheck "
            "hadolint actionlint yamllint markdownlint markdownlint-cli2 stylelint vulture pydocstyle "
            "pycodestyle pyflakes semgrep knip gosec govulncheck revive errcheck luacheck cppcheck "
            "clang-tidy swiftlint ktlint detekt tflint ansible-lint zizmor codespell typos vale reek "
            "brakeman standard xo tslint commitlint htmlhint djlint curlylint sqlfluff lint-staged "
            "publint madge depcheck gitleaks phpcs erb_lint haml-lint kubeconform cfn-lint checkov trivy "
            "pip-audit deptry import-linter lint-imports refurb pyupgrade cspell jscpd dependency-cruiser "
            "depcruise ls-lint modernize fieldalignment nilaway"
        ),
        "lint",
    ),
    **dict.fromkeys(
        _words(
            "black isort gofmt goimports gofumpt prettier rustfmt autopep8 yapf shfmt clang-format "
            "swiftformat stylua taplo ormolu fourmolu nixfmt alejandra scalafmt google-java-format "
            "php-cs-fixer pint cljfmt phpcbf treefmt nixpkgs-fmt"
        ),
        "format",
    ),
    **dict.fromkeys(
        _words(
            "ninja webpack rollup esbuild tsup rspack gcc g++ cc c++ clang clang++ rustc javac ghc "
            "kotlinc scalac sphinx-build msbuild unbuild tsdown ncc microbundle swc parcel hugo eleventy"
        ),
        "build",
    ),
}

# Programs whose subcommand makes them a check; "" is the check of the bare program.
_SUBCOMMANDS: dict[str, dict[str, str]] = {
    "ant": {"": "build"},
    "artisan": {"test": "test"},
    "astro": {"check": "types", "build": "build"},
    "bazel": {"test": "test", "build": "build", "coverage": "test"},
    "biome": {"check": "lint", "lint": "lint", "format": "format", "ci": "lint"},
    "buf": {"lint": "lint", "build": "build", "breaking": "lint", "format": "format"},
    "bun": {"test": "test", "build": "build"},
    "cabal": {"test": "test", "build": "build"},
    "cargo": {
        "test": "test",
        "nextest": "test",
        "check": "types",
        "clippy": "lint",
        "build": "build",
        "fmt": "format",
        "fix": "lint",
        "doc": "build",
        "deny": "lint",
        "audit": "lint",
        "miri": "test",
        "llvm-cov": "test",
        "tarpaulin": "test",
        "machete": "lint",
        "hack": "build",
        "insta": "test",
    },
    "cdk": {"synth": "build"},
    "composer": {"validate": "lint", "check": "lint"},
    "crystal": {"spec": "test", "build": "build"},
    "cypress": {"run": "test"},
    "dart": {"test": "test", "analyze": "lint", "format": "format", "compile": "build"},
    "deno": {"test": "test", "check": "types", "lint": "lint", "fmt": "format", "compile": "build"},
    "docker": {"build": "build"},
    "docker-compose": {"build": "build", "config": "lint"},
    "podman": {"build": "build"},
    "dotnet": {"test": "test", "build": "build", "format": "format", "msbuild": "build", "publish": "build"},
    "dprint": {"check": "format", "fmt": "format"},
    "dune": {"test": "test", "runtest": "test", "build": "build"},
    "elm": {"make": "build"},
    "flutter": {"test": "test", "analyze": "lint", "build": "build"},
    "go": {"test": "test", "vet": "lint", "build": "build", "fmt": "format"},
    "golangci-lint": {"run": "lint", "fmt": "format", "": "lint"},
    "goreleaser": {"check": "lint", "build": "build"},
    "helm": {"lint": "lint", "unittest": "test"},
    "jekyll": {"build": "build"},
    "lefthook": {"run": "lint"},
    "lein": {"test": "test", "compile": "build"},
    "meson": {"test": "test", "compile": "build"},
    "mix": {
        "test": "test",
        "credo": "lint",
        "format": "format",
        "compile": "build",
        "dialyzer": "types",
        "precommit": "test",
        "check": "test",
        "lint": "lint",
        "sobelow": "lint",
    },
    "mkdocs": {"build": "build"},
    "next": {"build": "build", "lint": "lint"},
    "ng": {"test": "test", "build": "build", "lint": "lint", "e2e": "test"},
    "nix": {"build": "build", "flake": "build", "fmt": "format"},
    "nuxt": {"build": "build", "typecheck": "types"},
    "nuxi": {"build": "build", "typecheck": "types"},
    "packer": {"validate": "lint"},
    "playwright": {"test": "test", "screenshot": "look"},
    "poetry": {"check": "lint", "build": "build"},
    "pre-commit": {"run": "lint"},
    "prek": {"run": "lint", "": "lint"},
    "rails": {"test": "test", "spec": "test"},
    "react-router": {"build": "build", "typegen": "types"},
    "react-scripts": {"test": "test", "build": "build"},
    "rebar3": {"eunit": "test", "ct": "test", "compile": "build", "dialyzer": "types", "xref": "lint"},
    "ruff": {"check": "lint", "format": "format", "": "lint"},
    "stack": {"test": "test", "build": "build"},
    "svelte-kit": {"build": "build"},
    "swift": {"test": "test", "build": "build"},
    "terraform": {"validate": "lint", "plan": "build", "fmt": "format", "test": "test"},
    "tofu": {"validate": "lint", "plan": "build", "fmt": "format", "test": "test"},
    "trunk": {"check": "lint", "fmt": "format", "build": "build"},
    "tsup": {"": "build"},
    "ty": {"check": "types"},
    "uv": {"build": "build"},
    "hatch": {"build": "build", "test": "test", "fmt": "format"},
    "vite": {"build": "build"},
    "wasm-pack": {"test": "test", "build": "build"},
    "web-test-runner": {"": "test"},
    "wrangler": {"types": "types"},
    "xcodebuild": {"test": "test", "build": "build", "build-for-testing": "build", "": "build"},
    "zig": {"test": "test", "build": "build", "fmt": "format", "ast-check": "lint"},
}
_SUBCOMMANDS["bazelisk"] = _SUBCOMMANDS["bazel"]
_SHORT_SUBCOMMANDS: dict[tuple[str, str], str] = {
    ("cargo", "t"): "test",
    ("cargo", "b"): "build",
    ("cargo", "c"): "check",
    ("npm", "t"): "test",
    ("npm", "tst"): "test",
    ("ng", "t"): "test",
    ("ng", "b"): "build",
    ("rails", "t"): "test",
}

# Programs whose words are targets or scripts, known by their names alone.
_TARGETS: dict[str, str] = {
    "ant": "build",
    "gradle": "",
    "gmake": "build",
    "grunt": "",
    "gulp": "",
    "invoke": "",
    "inv": "",
    "just": "",
    "mage": "",
    "make": "build",
    "mvn": "",
    "mvnd": "",
    "rake": "test",
    "sbt": "",
    "mill": "",
    "task": "",
    "go-task": "",
    "poe": "",
    "earthly": "",
    "nmake": "build",
    "moon": "",
}
_TARGET_WORDS = {"all": "build", "package": "build", "install": "build", "assemble": "build", "jar": "build"}
_TARGET_WORD_PROGRAMS = {
    "make": _words("all"),
    "mvn": _words("package install"),
    "gradle": _words("assemble jar"),
    "just": _words("all"),
}
_VALUED: dict[str, frozenset[str]] = {
    "npm": _words("--prefix -w --workspace -C --loglevel"),
    "pnpm": _words("--filter -F -C --dir --prefix --workspace-concurrency --reporter"),
    "yarn": _words("--cwd"),
    "bun": _words("--filter -F --cwd --config -c"),
    "turbo": _words("--filter -F --cwd --concurrency"),
    "nx": _words("-t --target --targets -p --projects --configuration -c --base --head --parallel"),
    "make": _words("-C --directory -f --file -I -o -W"),
    "gradle": _words("-p --project-dir -x --exclude-task -b -c --tests -I --init-script"),
    "mvn": _words("-pl --projects -f --file -P -s --settings -T -rf"),
    "just": _words("-f --justfile -d --working-directory --set"),
    "task": _words("-t --taskfile -d --dir -C"),
    "rake": _words("-f -C"),
    "go": _words("-C"),
    "git": _words("-C -c --git-dir --work-tree --namespace --exec-path --config-env"),
    "gh": _words("-R --repo"),
    "cargo": _words("--manifest-path -C --config -Z --color"),
    "xcodebuild": _words(
        "-project -scheme -workspace -destination -configuration -sdk -target -derivedDataPath -arch "
        "-resultBundlePath -testPlan -only-testing"
    ),
    "docker": _words("-H --host --context -c -l --config"),
    "docker-compose": _words("-f --file -p --project-name --profile --env-file --project-directory"),
    "deno": _words("-c --config --cwd"),
    "mise": _words("-C --cd -E --env"),
    "hatch": _words("-e --env"),
    "composer": _words("-d --working-dir"),
    "terraform": _words("-chdir"),
    "flutter": _words("-d"),
    "bazel": _words("--config"),
    "invoke": _words("-c -r -f"),
    "moon": _words("-c"),
    "lerna": _words("--scope --ignore --concurrency"),
}
_PACKAGE_COMMANDS = _words(
    "add audit cache ci config create dedupe deploy deprecate dist-tag docs doctor fund get help "
    "i import info init install install-clean it link list ll login logout ls outdated owner pack "
    "patch prune publish rebuild remove rm root search set store uninstall unlink un up update "
    "upgrade upgrade-interactive version view whoami why approve-builds self-update setup start "
    "stop restart dev serve preview plugin plugins"
)
_DOERS: dict[str, frozenset[str]] = {
    "npm": _words("exec x"),
    "pnpm": _words("exec dlx"),
    "yarn": _words("exec dlx"),
    "bun": _words("x"),
}
_DOER_OPTIONS = _words("-p --package -c --call --filter")

# What a script's or target's name says, most telling word first.
_NAME_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("types", _words("typecheck types type tsc mypy pyright typescript typechecking typing vuetsc")),
    ("format", _words("format fmt formatting prettier gofmt black fmtcheck rustfmt")),
    (
        "lint",
        _words("lint linter linting eslint lints vet clippy ruff rubocop stylelint oxlint golangci biome flake8"),
    ),
    (
        "test",
        _words(
            "test tests e2e spec specs smoke unittest unittests testall jest vitest pytest playwright "
            "cypress acceptance runtests itest utest tested storybooktest integrationtest unit "
            "integration"
        ),
    ),
    ("build", _words("build compile builds rebuild bundle buildall")),
    (
        "check",
        _words("check checks verify validate validation ci qa precommit presubmit checkall sanity prepush"),
    ),
)
_NAME_CHECK: dict[str, tuple[int, str]] = {
    word: (rank, check) for rank, (check, words) in enumerate(_NAME_WORDS) for word in words
}
# A script with these in its name does something else, whatever the rest of the name says.
_NAME_OTHER = _words(
    "clean watch serve start install deploy release publish generate gen seed setup open report "
    "debug update init create migrate push server"
)
_NAME_SPLIT = re.compile(r"[^a-z0-9]+|(?<=[a-z])(?=[A-Z])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JAVASCRIPT = _words("npm pnpm yarn bun deno")
_SCRIPT_ENDING = re.compile(r"\.(?:sh|bash|zsh|fish|py|js|mjs|cjs|ts|mts|tsx|rb|ps1|bat|cmd|pl|php|exs?|lua)$", re.IGNORECASE)
_SCRIPT_WORDS = _words("run do all dev quick fast full unit integration local my project code")
_SCRIPT_FOLDERS = _words("scripts script bin ci tools tool hack dev .github build-tools tasks .ci util utils")
_LAUNCHERS = _words("python node ruby php perl tsx ts-node lua swift-sh jiti vite-node esno zx")
_SHELLS = _words("bash sh zsh dash ksh fish ash")

# Options with which a checker tells about itself instead of checking.
_INFO = _words(
    "--version --help -h -help --collect-only --co --list --listTests --list-tests "
    "--list-sessions --show-config --showConfig --print-config --show-settings --show-files "
    "--fixtures --markers --init --env-info --list-targets --list-suites --summary -list "
    "--dumpversion"
)
_INFO_OF: dict[str, frozenset[str]] = {
    "pytest": _words("-V"),
    "ctest": _words("-N"),
    "make": _words("-n -p -v --dry-run --just-print"),
    "just": _words("-l --show -n --dry-run"),
    "task": _words("-l -a --list-all -n --dry --summary"),
    "rake": _words("-T -P -n"),
    "tox": _words("-l -a"),
    "nox": _words("-l"),
    "ruff": _words("-V rule config linter"),
    "mypy": _words("-V"),
    "tsc": _words("-v"),
    "eslint": _words("-v"),
    "gradle": _words("-v -m --dry-run"),
    "mvn": _words("-v"),
    "black": _words("-V"),
    "swift": _words("-version"),
    "go": _words("-list"),
    "gcc": _words("-v"),
    "jest": _words("-v"),
    "vitest": _words("-v list"),
}

# With one of these flags the check changes files; without any of those it does.
_FIXES_WITH: dict[str, frozenset[str]] = {
    "eslint": _words("--fix"),
    "oxlint": _words("--fix --fix-suggestions --fix-dangerously"),
    "stylelint": _words("--fix"),
    "markdownlint": _words("--fix -f"),
    "markdownlint-cli2": _words("--fix"),
    "standard": _words("--fix"),
    "xo": _words("--fix"),
    "ruff check": _words("--fix --fix-only --unsafe-fixes"),
    "biome check": _words("--write --fix --apply --apply-unsafe"),
    "biome lint": _words("--write --fix --apply --apply-unsafe"),
    "biome format": _words("--write --fix"),
    "prettier": _words("--write -w"),
    "gofmt": _words("-w"),
    "goimports": _words("-w"),
    "gofumpt": _words("-w"),
    "shfmt": _words("-w"),
    "clang-format": _words("-i"),
    "clang-tidy": _words("--fix -fix"),
    "cargo clippy": _words("--fix"),
    "golangci-lint run": _words("--fix"),
    "rubocop": _words("-a -A --auto-correct --autocorrect --autocorrect-all --auto-correct-all -x"),
    "standardrb": _words("--fix"),
    "autopep8": _words("-i --in-place"),
    "yapf": _words("-i --in-place"),
    "next lint": _words("--fix"),
    "ng lint": _words("--fix"),
    "deno lint": _words("--fix"),
    "codespell": _words("-w --write-changes"),
    "typos": _words("-w --write-changes"),
    "swiftlint": _words("--fix --autocorrect"),
    "ktlint": _words("-F --format"),
    "sqlfluff": _words("fix"),
    "buf format": _words("-w --write"),
    "taplo": _words("fmt format"),
    "knip": _words("--fix"),
    "modernize": _words("-fix --fix"),
    "fieldalignment": _words("-fix --fix"),
}
_FIXES_WITHOUT: dict[str, frozenset[str]] = {
    "ruff format": _words("--check --diff"),
    "black": _words("--check --diff"),
    "isort": _words("--check --check-only -c --diff"),
    "cargo fmt": _words("--check"),
    "cargo fix": _END,
    "rustfmt": _words("--check"),
    "go fmt": _END,
    "golangci-lint fmt": _words("--diff -d"),
    "dotnet format": _words("--verify-no-changes"),
    "mix format": _words("--check-formatted"),
    "terraform fmt": _words("-check"),
    "tofu fmt": _words("-check"),
    "zig fmt": _words("--check"),
    "deno fmt": _words("--check"),
    "dart format": _words("--set-exit-if-changed"),
    "dprint fmt": _END,
    "trunk fmt": _END,
    "nix fmt": _END,
    "hatch fmt": _words("--check"),
    "swiftformat": _words("--lint"),
    "stylua": _words("--check"),
    "php-cs-fixer": _words("--dry-run check"),
    "phpcbf": _END,
    "pint": _words("--test"),
    "pyupgrade": _END,
    "lint-staged": _END,
}

# Words of a check that do not change what is checked.
_NOISE = re.compile(
    r"-v+|-q+|-s|-x|-B|-i|-j\d*|-n\d+|-r[AaEfFpPsxXw]{1,4}|-ff|-vv+|-count=\d+|-timeout=\S*|-p=\d+|-V|-ra"
    r"|--(?:verbose|quiet|silent|batch-mode|no-header|no-summary|exitfirst|fail-?fast|stacktrace|info|ci|run|nocapture"
    r"|show-output|no-cov|pretty|no-pretty|no-color|no-colors|color|colors|no-progress|progress|keep-going|fix"
    r"|no-transfer-progress|no-daemon|no-error-summary|show-error-codes|no-capture|capture=no|force|no-cache"
    r"|offline|locked|frozen|no-fail-fast|print-logs|output-on-failure|nologo|no-restore|if-present|watch=false"
    r"|watchAll=false|forceExit|detectOpenHandles|passWithNoTests|trace)"
    r"|--(?:colou?r|tb|maxfail|reporters?|durations|verbosity|progress|console|bail|log-level|output-format"
    r"|format|message-format|error-format|timeout|workers|test-threads|maxWorkers|jobs|loglevel|show-capture)(?:=.*)?"
    r"|--bail|--"
)
_NOISE_VALUED = _words(
    "--tb --color --colors --reporter --reporters --maxfail --durations --log-level "
    "--output-format --console --message-format --timeout -timeout --workers --test-threads "
    "--maxWorkers -count --verbosity --loglevel --jobs"
)
_NOISE_VALUED_OF = {
    "pytest": _words("-n -p --numprocesses"),
    "cargo test": _words("-j"),
    "make": _words("-j"),
}

_LOCAL = re.compile(
    r"(?:\w+://)?(?:[^/@\s]*@)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|host\.docker\.internal|[\w.-]+\.(?:local|test|localhost))"
    r"(?::[^/\s]*)?(?:[/?#]|$)|:\d{2,5}(?:/|$)|(?:https?://)\$\{?(?:HOST|BASE|URL|SERVER)"
)
_FETCHERS = _words("curl wget http https xh curlie httpie hurl grpcurl websocat wscat")
_SCREENSHOTS = _words(
    "screencapture scrot gnome-screenshot grim maim spectacle flameshot shot-scraper vhs "
    "wkhtmltoimage pageres capture-website import-screenshot xwd freeze"
)
_SHOOTING: dict[str, re.Pattern[str]] = {
    "adb": re.compile(r"screencap|screenshot"),
    "xcrun": re.compile(r"simctl .*screenshot"),
    "agent-browser": re.compile(r"screenshot|snapshot"),
    "browser-use": re.compile(r"screenshot|state"),
    "chrome": re.compile(r"--screenshot"),
    "google-chrome": re.compile(r"--screenshot"),
    "google-chrome-stable": re.compile(r"--screenshot"),
    "chromium": re.compile(r"--screenshot"),
    "chromium-browser": re.compile(r"--screenshot"),
    "firefox": re.compile(r"--screenshot"),
    "playwright-cli": re.compile(r"screenshot|snapshot"),
    "import": re.compile(r"-window"),
    "idb": re.compile(r"screenshot"),
    "tmux": re.compile(r"capture-pane"),
}

# git and gh.
_GIT_READS = _words(
    "log blame ls-files status branch describe rev-parse ls-tree cat-file reflog shortlog remote "
    "config rev-list name-rev merge-base for-each-ref whatchanged cherry show-ref check-ignore "
    "ls-remote annotate count-objects grep show var version help symbolic-ref show-branch "
    "diff-files"
)
_GIT_DIFFS = _words("diff difftool diff-tree diff-index range-diff")
_STAT_ONLY = re.compile(r"--(?:stat|name-only|shortstat|numstat|name-status|summary|quiet|dirstat|compact-summary)(?:=.*)?")
_PATCH = _words("-p -u --patch --patch-with-stat -c --cc -U")
_BRANCH_CHANGES = re.compile(r"-[dDmMcCfut]|--(?:delete|move|copy|force|set-upstream-to|unset-upstream|edit-description)")
_COMMIT_VALUED = _words(
    "--message --file --author --date --template --reuse-message --reedit-message --fixup "
    "--squash --trailer --cleanup --pathspec-from-file"
)
_GIT_VALUED = {
    "log": _words("-n --format --author --since --until --grep -S -G -L --pretty --skip --max-count --after --before"),
    "show": _words("--format --pretty -S -G"),
    "diff": _words("-S -G -O --diff-filter --word-diff-regex -U"),
    "blame": _words("-L --since"),
    "ls-files": _words("-x -X"),
    "push": _words("-o"),
    "grep": _words("-e -f -A -B -C -m --max-depth"),
    "add": _words("--chmod --pathspec-from-file"),
    "restore": _words("-s --source"),
}
_CONTINUED = _words("--abort --continue --quit --skip")
_REVISION = re.compile(r"(?:HEAD|FETCH_HEAD|ORIG_HEAD|@|origin|upstream|stash@|[0-9a-f]{7,40}(?:$|[~^]))|.*(?:\.\.|[~^@]\d*$)")
_FILE_ENDING = re.compile(r".*\.(?!\d)[A-Za-z]\w{0,7}$")
_GH_READS: dict[str, frozenset[str]] = {
    "pr": _words("view list checks status"),
    "issue": _words("view list status"),
    "run": _words("view list watch"),
    "repo": _words("view list"),
    "release": _words("view list"),
    "workflow": _words("view list"),
    "gist": _words("view list"),
    "label": _words("list"),
    "search": _END,
}
_LEFT_TO_DO = re.compile(r"\bTODO\b|\b[Ff]ollow-?ups?\b|\b[Nn]ext steps?\b|\bleft to do\b|\b[Hh]and-?off\b")
_PULL_COMMENTS = re.compile(r"pulls?/\d+/(?:comments|reviews)|issues/\d+/comments")
_GH_WRITES = frozenset({"-X", "--method", "-f", "-F", "--field", "--raw-field", "--input"})
_GH_SENDS = re.compile(r"-[fF]$|--(?:field|raw-field|input)(?:=|$)")

# Edits.
_WRITERS: dict[str, str] = {
    "rm": "all",
    "mv": "all",
    "touch": "all",
    "cp": "last",
    "tee": "all",
    "unlink": "all",
    "trash": "all",
    "install": "last",
    "rsync": "last",
    "truncate": "all",
    "sponge": "all",
}
_WRITER_VALUED = _words("-t --target-directory -m -S -s -r --size -e --exclude --rsh -d")
_WRITTEN = re.compile(
    r"""open\(\s*[rbfu]?["']([^"'\n]{1,300})["']\s*,\s*(?:mode\s*=\s*)?["'][wax]"""
    r"""|Path\(\s*[rfu]?["']([^"'\n]{1,300})["']\s*\)\s*\.write_(?:text|bytes)\("""
    r"""|(?:writeFile|writeFileSync|appendFile|appendFileSync|Deno\.writeTextFile|Bun\.write|File\.write|WriteAllText)"""
    r"""\(\s*["'`]([^"'`\n]{1,300})["'`]"""
    r"""|open\(\s*([A-Za-z_]\w*)\s*,\s*(?:mode\s*=\s*)?["'][wax]"""
    r"""|\b([A-Za-z_]\w*)\.write_(?:text|bytes)\("""
    r"""|(?:writeFileSync|appendFileSync|writeFile|Bun\.write)\(\s*([A-Za-z_$]\w*)\s*,"""
)
_NAMED_PATH = re.compile(
    r"""\b([A-Za-z_]\w*)\s*=\s*(?:pathlib\.)?(?:Path\(\s*)?[rfu]?["'`]([^"'`\n]{1,300})["'`]\s*\)?\s*(?:;|\n|$)"""
)
_TEXT_OPTIONS = _words("-c -e --eval -p --print -E")
_DEVICES = re.compile(r"/dev/(?:null|stdout|stderr|tty|fd/\d+)$|&?\d*-?$|NUL$|\$null$", re.IGNORECASE)


# --- Interpretation ----------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where a simple command stands, and whether the agent sees how it ends."""

    hidden: bool = False
    conditional: bool = False
    nested: bool = False
    piped: bool = False  # reads another command's output
    before: _Simple | None = None  # the command whose output it reads


class _Run:
    """One simple command after its wrappers: the program's name, its words, where it stands."""

    __slots__ = ("args", "by", "name", "node", "place", "reader")

    def __init__(self, name: str, args: list[str], node: _Simple, place: _Place, reader: "_CommandReader", by: str = "") -> None:
        self.name = name
        self.args = args
        self.node = node
        self.place = place
        self.reader = reader
        self.by = by  # the script runner it was started with: "hatch run"

    def act(self, kind: str, program: str = "", paths: Iterable[str] = (), **more: object) -> Act:
        hidden, conditional, nested = self.place[:3]
        return Act(
            kind,
            program or self.name,
            hidden=hidden,
            conditional=conditional,
            nested=nested,
            paths=tuple(paths),
            **more,  # type: ignore[arg-type]
        )

    def other(self, program: str = "") -> Act:
        return self.act("other", program)

    def check(self, check: str, program: str, args: Sequence[str], fixes: bool = False) -> Act:
        """A check, unless the program was only asked about itself."""
        info = _INFO_OF.get(self.name, _END)
        for word in args:
            if word[:1] == "-" and (word in _INFO or word in info):
                return self.other(program)
        fixes = fixes or _fixes(program, args)
        sent = [r.target for r in self.node.redirects if ">" in r.op and r.target]
        return self.act("check", program, sent, check=check, same=_same(program, args), fixes=fixes)


def _fixes(program: str, args: Sequence[str]) -> bool:
    flags = _FIXES_WITH.get(program)
    if flags is not None:
        return any(word in flags or word.partition("=")[0] in flags for word in args)
    flags = _FIXES_WITHOUT.get(program)
    return flags is not None and flags.isdisjoint(args)


def _same(program: str, args: Sequence[str]) -> str:
    kept = [program]
    valued = _NOISE_VALUED_OF.get(program, _END)
    noise = _NOISE.fullmatch
    after = iter(args)
    for word in after:
        if word in valued or (word in _NOISE_VALUED and "=" not in word):
            next(after, None)
        elif word[:1] != "-":
            if word[:2] == "./" and len(word) > 2 and word[2] != ".":
                word = word[2:]
            kept.append(word.rstrip("/") or word)
        elif not noise(word):
            kept.append(word)
    return " ".join(kept)


_NAME_ENDING = re.compile(r"\.(?:exe|cmd|bat|ps1)$", re.IGNORECASE)
_VERSIONED = re.compile(r"(python|node|ruby|php|clang|gcc|g\+\+|pip|clang-format|clang-tidy)(?:-?\d[\d.]*|w)?$")
_RENAMED = {
    "gradlew": "gradle",
    "mvnw": "mvn",
    "gmake": "make",
    "py": "python",
    "nodejs": "node",
    "pypy": "python",
    "ipython": "python",
    "bunx": "npx",
    "pnpx": "npx",
    "py.test": "pytest",
    "prettierd": "prettier",
    "eslint_d": "eslint",
    "gsed": "sed",
    "ggrep": "grep",
    "bazelisk": "bazel",
    "inv": "invoke",
    "go-task": "task",
    "markdownlint-cli": "markdownlint",
    "pwsh": "powershell",
    "rg.exe": "rg",
    "mvnd": "mvn",
    "@biomejs/biome": "biome",
}


@lru_cache(maxsize=2048)
def _named(word: str) -> str:
    """`./node_modules/.bin/eslint` -> eslint, `python3.11` -> python, `eslint@9` -> eslint."""
    if word in _RENAMED:
        return _RENAMED[word]
    name = word
    if "/" in name or "\\" in name:
        name = re.split(r"[/\\]", name)[-1] or word
    name = _NAME_ENDING.sub("", name)
    at = name.find("@", 1)
    if at > 0:
        name = name[:at]
    versioned = _VERSIONED.match(name)
    if versioned:
        name = versioned[1]
    return _RENAMED.get(name, name)


@lru_cache(maxsize=2048)
def _check_named(name: str, runner: str) -> str:
    """What a script or target called `name` checks: its most telling word decides."""
    if runner in _TARGET_WORD_PROGRAMS and name in _TARGET_WORD_PROGRAMS[runner]:
        return _TARGET_WORDS[name]
    words = _NAME_SPLIT.split(_CAMEL.sub("-", name).lower())
    found = [_NAME_CHECK[word] for word in words if word in _NAME_CHECK]
    if not found or not _NAME_OTHER.isdisjoint(words):
        return ""
    if "mock" in words or "data" in words or "fixtures" in words:
        return ""
    check = min(found)[1]
    if check != "check":
        return check
    return "lint" if runner in _JAVASCRIPT and "check" in words else "test"


@lru_cache(maxsize=2048)
def _fixing_name(name: str) -> bool:
    """`format` and `lint:fix` change files, `format:check` does not."""
    words = _NAME_SPLIT.split(name.lower())
    if "fix" in words or "write" in words or "autofix" in words:
        return True
    return not {"format", "fmt", "prettier", "formatting"}.isdisjoint(words) and {
        "check",
        "fmtcheck",
        "verify",
        "lint",
        "ci",
        "test",
        "diff",
        "dry",
    }.isdisjoint(words)


def _script_check(path: str) -> str:
    """What a project's own script checks, told from its name; a built program is no script."""
    folders, _, name = path.replace("\\", "/").rpartition("/")
    stem, ending = _split_ending(name)
    words = [w for w in _NAME_SPLIT.split(_CAMEL.sub("-", stem).lower()) if w]
    check = _check_named(stem, "")
    if not check:
        return ""
    if ending:
        return check
    if "." in name or not folders:
        return ""
    telling = all(word in _NAME_CHECK or word in _SCRIPT_WORDS for word in words)
    folder = folders.rsplit("/", 1)[-1]
    return check if (telling and not folders.startswith("/")) or folder in _SCRIPT_FOLDERS else ""


def _split_ending(name: str) -> tuple[str, bool]:
    ending = _SCRIPT_ENDING.search(name)
    return (name[: ending.start()], True) if ending else (name, False)


def _after_options(args: Sequence[str], at: int, valued: frozenset[str]) -> int:
    """The index of the first word that is no option (nor an option's value)."""
    size = len(args)
    while at < size:
        word = args[at]
        if word[:1] != "-" or word == "-":
            return at
        at += 2 if word in valued else 1
        if word == "--":
            return at
    return at


def _operands(args: Sequence[str], valued: frozenset[str] = _END) -> list[str]:
    """The words that are no options."""
    found: list[str] = []
    size = len(args)
    at = 0
    while at < size:
        word = args[at]
        if word == "--":
            found += args[at + 1 :]
            break
        if word[:1] == "-" and word != "-":
            if word in valued:
                at += 1
        else:
            found.append(word)
        at += 1
    return found


# --- Programs that need a closer look ----------------------------------------------------------------


def _git(run: _Run) -> list[Act]:
    args = run.args
    at = _after_options(args, 0, _VALUED["git"])
    if at >= len(args):
        return []
    sub = args[at]
    rest = args[at + 1 :]
    program = f"git {sub}"
    handler = _GIT.get(sub)
    if handler is not None:
        return handler(run, program, rest, args[:at])
    if sub in _GIT_READS:
        paths = _git_paths(rest, sub)
        return [run.act("read", program, paths)]
    return [run.other(program)]


def _git_paths(rest: Sequence[str], sub: str) -> list[str]:
    """The words that name files rather than revisions."""
    if "--" in rest:
        return list(rest[rest.index("--") + 1 :])
    return [
        word for word in _operands(rest, _GIT_VALUED.get(sub, _END)) if ("/" in word or "." in word) and not _REVISION.match(word)
    ]


def _stat_only(rest: Sequence[str]) -> bool:
    return any(_STAT_ONLY.fullmatch(word) for word in rest) and _PATCH.isdisjoint(rest)


def _git_diff(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    if "--check" in rest:
        return [run.check("lint", "git diff --check", [word for word in rest if word != "--check"])]
    return [run.act("diff", program, _git_paths(rest, "diff"), stat_only=_stat_only(rest))]


def _git_show(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    files = [word.partition(":")[2] for word in _operands(rest, _GIT_VALUED["show"]) if ":" in word and word[0] != "/"]
    if files:
        return [run.act("read", program, [file for file in files if file])]
    if "--no-patch" in rest or "-s" in rest:
        return [run.act("read", program)]
    return [run.act("diff", program, _git_paths(rest, "show"), stat_only=_stat_only(rest))]


def _git_log(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    kind = "read" if _PATCH.isdisjoint(rest) else "diff"
    return [run.act(kind, program, _git_paths(rest, "log"))]


def _git_status(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    verbose = "-v" in rest or "-vv" in rest or "--verbose" in rest
    return [run.act("diff" if verbose else "read", program, _git_paths(rest, "status"))]


def _git_grep(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    paths = rest[rest.index("--") + 1 :] if "--" in rest else _operands(rest, _GIT_VALUED["grep"])[1:]
    return [run.act("search", program, paths)]


def _git_branch(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    changes = any(_BRANCH_CHANGES.match(word) for word in rest) or bool(rest and rest[0][:1] != "-")
    return [run.act("other" if changes else "read", program)]


def _git_tag(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    lists = not rest or not {"-l", "--list", "-n", "--contains", "--points-at"}.isdisjoint(rest)
    return [run.act("read" if lists else "other", program)]


def _git_checkout(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    if "--" in rest:
        paths = rest[rest.index("--") + 1 :]
        return [run.act("revert" if paths else "other", program, paths)]
    if not {"-b", "-B", "--orphan", "-t", "--track", "--detach", "--ours", "--theirs"}.isdisjoint(rest):
        return [run.other(program)]
    operands = _operands(rest)
    paths = operands[1:] or [word for word in operands if _looks_like_path(word)]
    return [run.act("revert" if paths else "other", program, paths)]


def _looks_like_path(word: str) -> bool:
    return word in (".", "*") or word[:2] == "./" or word[-1:] == "/" or bool(_FILE_ENDING.match(word))


def _git_restore(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    # Taking files out of the index loses no work.
    staged = "--staged" in rest or "-S" in rest
    kind = "other" if staged and "--worktree" not in rest and "-W" not in rest else "revert"
    return [run.act(kind, program, _operands(rest, _GIT_VALUED["restore"]))]


def _git_reset(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    return [run.act("revert" if "--hard" in rest else "other", program)]


def _git_revert(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    return [run.act("revert" if _CONTINUED.isdisjoint(rest) else "other", program)]


def _git_stash(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    sub = next((word for word in rest if word[:1] != "-"), "push")
    if sub == "show":
        return [run.act("read" if _PATCH.isdisjoint(rest) else "diff", program)]
    if sub == "list":
        return [run.act("read", program)]
    return [run.act("revert" if sub in ("push", "save") else "other", program)]


def _git_clean(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    flags = "".join(word for word in rest if word[:1] == "-" and word[:2] != "--")
    removes = ("f" in flags or "--force" in rest) and "n" not in flags and "--dry-run" not in rest
    return [run.act("revert" if removes else "read", program)]


def _git_config(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    operands = _operands(rest, _words("--file -f --type"))
    sets = len(operands) > 1 and operands[0].lower() == "core.hookspath"
    return [run.act("rule" if sets else "read", program)]


def _git_worktree(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    sub = next((word for word in rest if word[:1] != "-"), "")
    kind = {"add": "worktree", "list": "read"}.get(sub, "other")
    paths = _operands(rest, _words("-b -B --reason"))[1:2] if kind == "worktree" else []
    return [run.act(kind, f"{program} {sub}".strip(), paths)]


def _git_apply(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    looks = not {"--check", "--stat", "--numstat", "--summary"}.isdisjoint(rest)
    return [run.act("read" if looks else "edit", program)]


def _git_bisect(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    if rest[:1] == ["run"]:
        return run.reader.inner(rest[1:], run, run.place._replace(hidden=True, nested=True))
    return [run.other(program)]


def _git_files(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    return [run.act("edit", program, _operands(rest))]


def _git_add(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    if "-n" in rest or "--dry-run" in rest:
        return [run.act("read", program)]
    return [run.act("stage", "git add", _operands(rest, _GIT_VALUED["add"]))]


def _git_push(run: _Run, program: str, rest: list[str], _: Sequence[str]) -> list[Act]:
    dry = "--dry-run" in rest or "-n" in rest
    return [run.act("other" if dry else "push", program)]


def _git_commit(run: _Run, program: str, rest: list[str], before: Sequence[str]) -> list[Act]:
    if "--dry-run" in rest or not _INFO.isdisjoint(rest) or "-h" in rest:
        return [run.act("read", program)]
    messages: list[str] = []
    paths: list[str] = []
    source = ""
    amend = False
    no_verify = any("hooksPath=" in word for word in before) or any(
        (word[:6] == "HUSKY=" and word[6:] == "0") or word[:17] == "HUSKY_SKIP_HOOKS=" for word in run.node.words[:4]
    )
    words = iter(rest)
    for word in words:
        if word == "--":
            paths += words
        elif word[:2] == "--":
            name, equals, value = word.partition("=")
            if name == "--amend":
                amend = True
            elif name == "--no-verify":
                no_verify = True
            elif name in _COMMIT_VALUED:
                value = value if equals else next(words, "")
                if name == "--message":
                    messages.append(value)
                elif name == "--file":
                    source = value
        elif word[:1] == "-" and len(word) > 1:
            for at, flag in enumerate(word[1:], 2):
                if flag == "n":
                    no_verify = True
                if flag in "mFCct":
                    value = word[at:] or next(words, "")
                    if flag == "m":
                        messages.append(value)
                    elif flag == "F":
                        source = value
                    break
                if flag in "uS":
                    break
        else:
            paths.append(word)
    if source and not messages:
        text = run.reader.standard_input(run) if source in ("-", "/dev/stdin") else None
        messages = [text] if text is not None else []
    message = "\n\n".join(m for m in map(run.reader.value, messages) if m is not None) if messages else None
    if message is not None:
        message = message.strip("\n") or None
    return [run.act("commit", program, paths, message=message, amend=amend, no_verify=no_verify)]


_GIT: dict[str, Callable[[_Run, str, list[str], Sequence[str]], list[Act]]] = {
    **dict.fromkeys(_GIT_DIFFS, _git_diff),
    "show": _git_show,
    "log": _git_log,
    "whatchanged": _git_log,
    "status": _git_status,
    "grep": _git_grep,
    "branch": _git_branch,
    "tag": _git_tag,
    "checkout": _git_checkout,
    "restore": _git_restore,
    "reset": _git_reset,
    "revert": _git_revert,
    "stash": _git_stash,
    "clean": _git_clean,
    "worktree": _git_worktree,
    "config": _git_config,
    "apply": _git_apply,
    "bisect": _git_bisect,
    "rm": _git_files,
    "mv": _git_files,
    "add": _git_add,
    "stage": _git_add,
    "push": _git_push,
    "commit": _git_commit,
}


def _gh(run: _Run) -> list[Act]:
    args = run.args
    operands = _operands(args, _VALUED["gh"])
    if not operands:
        return []
    topic = operands[0]
    sub = operands[1] if len(operands) > 1 else ""
    if topic == "api" and any(map(_PULL_COMMENTS.search, args)) and _GH_WRITES.isdisjoint(args):
        return [run.act("read", "gh pr view")]
    if topic == "api":
        method = next((args[i + 1] for i, w in enumerate(args[:-1]) if w in ("-X", "--method")), "")
        sends = (method or "GET").upper() != "GET" or (not method and any(map(_GH_SENDS.match, args)))
        return [run.act("other" if sends else "read", "gh api")]
    program = f"{run.name} {topic} {sub}".rstrip()
    if sub == "create" and topic in ("pr", "mr"):
        return [run.act("pull-request", program)]
    if topic == "issue" and sub == "create":
        return [run.act("note", program)]
    if (
        topic in ("pr", "mr", "issue")
        and sub == "edit"
        and not {"--body", "-b", "--body-file", "-F", "--title", "-t"}.isdisjoint(args)
    ) or (
        # A reply in a thread answers; one that says what is left to do is for whoever comes later.
        sub in ("comment", "note") and any(map(_LEFT_TO_DO.search, args))
    ):
        return [run.act("note", program)]
    if sub == "diff" and topic in ("pr", "mr"):
        return [run.act("diff", program, stat_only="--name-only" in args)]
    if topic == "search":
        return [run.act("search", "gh search")]
    if topic == "status" or sub in _GH_READS.get("pr" if topic == "mr" else topic, _END):
        return [run.act("read", program)]
    return [run.other(program)]


def _beads(run: _Run) -> list[Act]:
    """The beads issue tracker."""
    sub = next((word for word in run.args if word[:1] != "-"), "")
    kind = {
        "create": "note",
        "new": "note",
        "q": "note",
        "show": "read",
        "list": "read",
        "ready": "read",
        "search": "search",
    }.get(sub, "other")
    return [run.act(kind, f"bd {sub}".rstrip())]


def _reviewer(run: _Run) -> list[Act]:
    """Another agent, or a service, that reviews a change when it is run from the shell."""
    words = run.args[:3]
    reviews = run.name in ("coderabbit", "cr") or "review" in words or any(map(_REVIEW_ASKED.search, run.args))
    return [run.act("review" if reviews else "other", f"{run.name} review" if reviews else run.name)]


def _sets_hooks_up(run: _Run) -> list[Act]:
    sub = next((word for word in run.args if word[:1] != "-"), "")
    if run.name == "husky" or sub in ("install", "init", "add"):
        return [run.act("rule", f"{run.name} {sub}".rstrip())]
    return _subcommand(run)


def _sed(run: _Run) -> list[Act]:
    in_place = any(w[:2] == "-i" or w[:10] == "--in-place" or re.match(r"-[nErsz]+i", w) for w in run.args)
    given = any(w in ("-e", "-f", "--expression", "--file") for w in run.args)
    operands = [w for w in _operands(run.args, _words("-e -f --expression --file -l")) if w]
    paths = (operands if given else operands[1:]) or _read_from(run)
    if in_place:
        return [run.act("edit", "sed -i", paths)]
    return [] if run.place.piped or not paths else [run.act("read", "sed", paths)]


def _perl(run: _Run) -> list[Act]:
    if any(re.match(r"-[a-zA-Z0]*i", w) for w in run.args if w[:2] not in ("-M", "-I", "-m")):
        return [run.act("edit", "perl -i", _operands(run.args, _words("-e -E")))]
    for at, word in enumerate(run.args[:-1]):
        if re.match(r"-[a-zA-Z0]*[eE]$", word):
            return [] if run.place.piped and word != "-e" else _program_text(run, run.args[at + 1])
    return _launcher(run)


def _find(run: _Run) -> list[Act]:
    args = run.args
    where = next((i for i, w in enumerate(args) if w[:1] in ("-", "(", "!")), len(args))
    acts: list[Act] = []
    kind = "search" if any(w in ("-name", "-iname", "-path", "-regex", "-ipath", "-iregex") for w in args) else "read"
    if "-delete" in args:
        kind = "edit"
    if not run.place.piped:
        acts.append(run.act(kind, "find", args[:where]))
    for at, word in enumerate(args):
        if word in ("-exec", "-execdir", "-ok"):
            end = next((i for i in range(at + 1, len(args)) if args[i] in (";", "+")), len(args))
            place = _Place(True, True, True)
            acts += run.reader.inner(args[at + 1 : end], run, place)
            break
    return acts


_XARGS_VALUED = _words("-n -I -P -L -d -a -s -E --max-args --replace --max-procs --delimiter --arg-file")


def _xargs(run: _Run) -> list[Act]:
    at = _after_options(run.args, 0, _XARGS_VALUED)
    place = run.place._replace(nested=True, piped=False, before=None)
    return run.reader.inner(run.args[at:], run, place)


def _shell(run: _Run) -> list[Act]:
    """bash -c "...", bash <<EOF, bash -n file, bash scripts/lint.sh."""
    args = run.args
    for at, word in enumerate(args):
        if word[:1] != "-" and word[:1] != "+":
            return _script(run, word, args[at + 1 :], run.name)
        if word[:2] != "--" and "c" in word:
            texts = [w for w in args[at + 1 :] if w[:1] != "-"][:1]
            return run.reader.text(texts[0], run.place) if texts else []
        if word == "-n":
            return [run.check("lint", f"{run.name} -n", args[at + 1 :])]
        if word == "--version":
            return []
        if word == "-s" or word == "-":
            break
    text = run.reader.standard_input(run)
    return run.reader.text(text, run.place) if text else []


def _script(run: _Run, path: str, rest: Sequence[str], launcher: str) -> list[Act]:
    check = _script_check(path)
    if check and _split_ending(path)[1] and not path.startswith("/tmp/"):
        return [run.check(check, f"{launcher} {path}".strip(), rest, _fixing_name(_split_ending(path)[0]))]
    return [run.other(f"{launcher} {path}".strip())]


def _eval(run: _Run) -> list[Act]:
    return run.reader.text(" ".join(run.args), run.place)


def _string_after(*options: str) -> Callable[[_Run], list[Act]]:
    """A program whose option holds a command: `script -qec "make test"`."""

    def read(run: _Run) -> list[Act]:
        for at, word in enumerate(run.args[:-1]):
            if word in options:
                return run.reader.text(run.args[at + 1], run.place)
        return [run.other()]

    return read


def _powershell(run: _Run) -> list[Act]:
    for at, word in enumerate(run.args[:-1]):
        if word.lower() in ("-command", "-c"):
            return run.reader.powershell(" ".join(run.args[at + 1 :]), run.place)
        if word.lower() in ("-file", "-f"):
            return _script(run, run.args[at + 1], run.args[at + 2 :], "powershell")
    return [run.other()]


def _manage(run: _Run) -> list[Act]:
    return _python(_Run("python", [run.name, *run.args], run.node, run.place, run.reader))


_MODULE_CHECKS = {
    "build": "build",
    "py_compile": "lint",
    "compileall": "lint",
    "tabnanny": "lint",
    "doctest": "test",
    "test": "test",
}


def _python(run: _Run) -> list[Act]:
    args = run.args
    at = 0
    while at < len(args):
        word = args[at]
        if word == "-m" or (word[:2] == "-m" and len(word) > 2):
            module, rest = (word[2:], args[at + 1 :]) if len(word) > 2 else ((args[at + 1 : at + 2] or [""])[0], args[at + 2 :])
            if module in _MODULE_CHECKS:
                return [run.check(_MODULE_CHECKS[module], f"python -m {module}", rest)]
            if module == "coverage":
                return _coverage(_Run("coverage", list(rest), run.node, run.place, run.reader))
            if module in _CHECKERS or module in _SUBCOMMANDS:
                return run.reader.inner([module, *rest], run)
            if module == "json.tool" and run.place.piped:
                return []
            check = _check_named(module.rsplit(".", 1)[-1], "") if "." in module and "test" in module else ""
            if check:
                return [run.check(check, f"python -m {module}", rest)]
            return [run.other(f"python -m {module}")]
        if word in ("-c", "-") or word[:1] != "-":
            break
        at += 2 if word in ("-W", "-X") else 1
    if at < len(args) and args[at].endswith("manage.py"):
        sub = args[at + 1] if at + 1 < len(args) else ""
        if sub in ("test", "check"):
            return [run.check("test" if sub == "test" else "lint", f"manage.py {sub}", args[at + 2 :])]
        return [run.other(f"manage.py {sub}")]
    if at < len(args) and args[at].endswith("setup.py"):
        sub = args[at + 1] if at + 1 < len(args) else ""
        check = {"test": "test", "build": "build", "build_ext": "build"}.get(sub, "")
        return [run.check(check, f"setup.py {sub}", args[at + 2 :])] if check else [run.other(f"setup.py {sub}")]
    return _launcher(run)


def _launcher(run: _Run) -> list[Act]:
    """A language's own program: a script file, program text, or text on its standard input."""
    args = run.args
    name = run.name
    for at, word in enumerate(args):
        if (word in _TEXT_OPTIONS and name != "php") or (name == "php" and word == "-r"):
            if word == "-c" and name == "ruby":
                return [run.check("lint", "ruby -c", args[at + 1 :])]
            if word == "-c" and name == "node":
                return [run.check("lint", "node --check", args[at + 1 :])]
            return _program_text(run, args[at + 1] if at + 1 < len(args) else "")
        if word == "--test" and name in ("node", "tsx"):
            return [run.check("test", f"{name} --test", [w for w in args if w != "--test"])]
        if word == "--check" and name == "node":
            return [run.check("lint", "node --check", args[at + 1 :])]
        if word == "-l" and name == "php":
            return [run.check("lint", "php -l", args[at + 1 :])]
        if word[:1] != "-":
            inner = _named(word)
            if inner in _CHECKERS or (inner in _SUBCOMMANDS and "/" in word):
                return run.reader.inner([inner, *args[at + 1 :]], run)
            return _script(run, word, args[at + 1 :], name)
        if word in ("--version", "--help", "-V"):
            return [run.other()]
        if word == "-":
            break
    text = run.reader.standard_input(run)
    if text is not None:
        return _program_text(run, text)
    return [] if run.place.piped else [run.other()]


def _program_text(run: _Run, text: str) -> list[Act]:
    """Program text that writes a file whose name it holds is an edit."""
    paths: list[str] = []
    names: dict[str, str] | None = None
    for found in _WRITTEN.finditer(text):
        path = found[1] or found[2] or found[3]
        if not path:
            if names is None:
                names = {m[1]: m[2] for m in _NAMED_PATH.finditer(text)}
            path = names.get(found[4] or found[5] or found[6], "")
        if path and path not in paths:
            paths.append(path)
    return [run.act("edit", run.name, paths)] if paths else [run.other()]


def _coverage(run: _Run) -> list[Act]:
    if run.args[:1] != ["run"]:
        return [run.act("read", "coverage")]
    at = _after_options(run.args, 1, _words("--source --omit --include --rcfile -m --module"))
    if "-m" in run.args[1:at]:
        at = run.args.index("-m") + 1
    rest = run.args[at:]
    if rest[:1] and rest[0].endswith("manage.py"):
        return _python(_Run("python", rest, run.node, run.place, run.reader))
    return run.reader.inner(rest, run)


def _package_runner(run: _Run) -> list[Act]:
    """npm, pnpm, yarn, bun, deno, composer, mise: scripts of the project under their names."""
    name = run.name
    args = run.args
    valued = _VALUED.get(name, _END)
    at = _after_options(args, 0, valued)
    options = [w for w in args[:at] if w not in ("-s", "--silent", "-r", "--recursive")]
    if at >= len(args):
        return [run.other()]
    sub = args[at]
    if name == "yarn" and sub in ("workspace", "workspaces"):
        at += 2 if sub == "workspace" else 1
        options = args[:at]
        at = _after_options(args, at, _words("--include --exclude --from"))
        if args[at : at + 1] == ["foreach"]:
            at = _after_options(args, at + 1, _words("--include --exclude --from"))
        sub = args[at] if at < len(args) else ""
    sub = _SHORT_SUBCOMMANDS.get((name, sub), sub)
    rest = args[at + 1 :]
    if sub in _DOERS.get(name, _END):
        start = _after_options(rest, 0, _DOER_OPTIONS)
        return run.reader.inner(rest[start:], run)
    if name == "npm" and sub in ("run-script", "rum"):
        sub = "run"
    named = sub in ("run", "task", "run-many", "affected", "r") or (name in ("nx", "npm") and sub == "run-script")
    if named and name != "nx":
        start = _after_options(rest, 0, valued)
        options += rest[:start]
        rest = rest[start:]
        if not rest:
            return [run.other(f"{name} {sub}")]
        sub, rest = rest[0], rest[1:]
        if name == "bun" and ("/" in sub or _SCRIPT_ENDING.search(sub)):
            return _script(run, sub, rest, "bun")
    elif named:
        start = next((i for i, w in enumerate(rest) if w in ("-t", "--target", "--targets")), -1)
        target = next((w.partition("=")[2] for w in rest if re.match(r"(?:-t|--targets?)=", w)), "")
        sub = target or (rest[start + 1] if 0 <= start < len(rest) - 1 else (rest[0].partition(":")[2] if rest else ""))
    elif name in _SUBCOMMANDS and sub in _SUBCOMMANDS[name]:
        check = _SUBCOMMANDS[name][sub]
        return [run.check(check, f"{name} {sub}", [*options, *rest])]
    elif sub in _PACKAGE_COMMANDS or sub == "":
        return [run.other(f"{name} {sub}".rstrip())]
    elif name == "bun" and ("/" in sub or _SCRIPT_ENDING.search(sub)):
        return _script(run, sub, rest, "bun")
    elif name in ("pnpm", "yarn"):
        inner = _named(sub)
        if inner in _CHECKERS or inner in _SUBCOMMANDS:
            return run.reader.inner([inner, *rest], run)
    elif name == "deno" or (name == "npm" and sub != "test") or (name == "mise" and sub in ("fmt", "test-tool")):
        return [run.other(f"{name} {sub}")]
    program = f"npm {sub}" if name == "npm" and sub == "test" else f"{name} run {sub}"
    check = _check_named(sub, name)
    if not check:
        return [run.other(program)]
    fixes = _fixing_name(sub) or any(w in ("--fix", "--write") for w in rest)
    return [run.check(check, program, [*options, *rest], fixes)]


def _targets(run: _Run) -> list[Act]:
    """make, just, gradle, mvn...: targets under their names; the checking ones decide."""
    name = run.name
    operands = [w for w in _operands(run.args, _VALUED.get(name, _END)) if "=" not in w and not w.isdigit()]
    known = _SUBCOMMANDS.get(name, {})
    program = " ".join([name, *operands])
    if not operands:
        check = _TARGETS[name]
        return [run.check(check, name, run.args)] if check else [run.other()]
    found = [(target, known.get(target) or _target_check(target, name)) for target in operands]
    checks = [check for _, check in found if check]
    if not checks:
        return [run.other(program)]
    check = "test" if "test" in checks else checks[0]
    words = set(operands)
    rest = [w for w in run.args if w not in words]
    return [run.check(check, program, rest, all(_fixing_name(target) for target, _ in found))]


def _target_check(target: str, program: str) -> str:
    # gradle's :app:compileDebugKotlin and mvn's plugin:goal name the work last
    return _check_named(target.rsplit(":", 1)[-1] if program in ("gradle", "mvn") else target, program)


def _subcommand(run: _Run) -> list[Act]:
    name = run.name
    checks = _SUBCOMMANDS[name]
    args = [w for w in run.args if w[:1] != "+"] if name == "cargo" else run.args
    at = _after_options(args, 0, _VALUED.get(name, _END))
    sub = args[at] if at < len(args) else ""
    sub = _SHORT_SUBCOMMANDS.get((name, sub), sub)
    if sub in checks and sub:
        rest = [*args[:at], *args[at + 1 :]]
        if name == "cargo" and sub == "nextest":
            rest = [w for w in rest if w != "run"]
        if name == "nix" and sub == "flake" and "check" not in rest:
            return [run.other("nix flake")]
        if name == "zig" and sub == "build" and "test" in rest:
            return [run.check("test", "zig build", rest)]
        if name == "xcodebuild":
            return [run.check("test" if "test" in args else checks[sub], f"xcodebuild {sub}", rest)]
        return [run.check(checks[sub], f"{name} {sub}", rest)]
    if "" in checks and (not sub or name in ("ruff", "tsup", "xcodebuild", "web-test-runner", "prek", "ant")):
        if name == "xcodebuild" and "test" in args:
            return [run.check("test", "xcodebuild test", [w for w in args if w != "test"])]
        return [run.check(checks[""], name, args)]
    if run.by:
        return _named_script(run)
    return [run.other(f"{name} {sub}".rstrip())]


def _checker(run: _Run) -> list[Act]:
    check = _CHECKERS[run.name]
    if run.name in ("tox", "nox"):
        names = [run.args[i + 1] for i, w in enumerate(run.args[:-1]) if w in ("-e", "-s", "--session")]
        check = (_check_named(names[0], "") if names else "") or check
    if run.name == "unittest":
        return [run.check(check, "python -m unittest", run.args)]
    if run.name == "gofmt" and "-d" not in run.args and "-l" not in run.args and "-w" not in run.args:
        return [run.act("read", "gofmt", _operands(run.args, _words("-r")))]
    return [run.check(check, run.name, run.args)]


def _fetch(run: _Run) -> list[Act]:
    if any(map(_LOCAL.match, run.args)):
        return [run.check("look", run.name, [w for w in run.args if w[:1] != "-"])]
    return [run.other()]


def _screenshot(run: _Run) -> list[Act]:
    return [run.check("look", run.name, run.args)]


def _shooting(run: _Run) -> list[Act]:
    if _SHOOTING[run.name].search(" ".join(run.args)[:2000]):
        return [run.check("look", run.name, run.args)]
    return [run.other()]


def _reader_program(run: _Run) -> list[Act]:
    """A reader behind a pipe is a filter; one whose output goes to a file writes (see `command`)."""
    if run.place.piped:
        return []
    reader = _READERS[run.name]
    operands = _operands(run.args, reader.valued)
    skip = reader.skip
    if skip and any(w in reader.given or w.partition("=")[0] in reader.given for w in run.args if w[:1] == "-"):
        skip = 0
    return [run.act(reader.kind, run.name, operands[skip:] or _read_from(run))]


def _read_from(run: _Run) -> list[str]:
    return [redirect.target for redirect in run.node.redirects if redirect.op == "<"]


def _writer_program(run: _Run) -> list[Act]:
    operands = [w for w in _operands(run.args, _WRITER_VALUED) if not _DEVICES.match(w)]
    if not operands:
        return []
    return [run.act("edit", run.name, operands if _WRITERS[run.name] == "all" else operands[-1:])]


def _patch(run: _Run) -> list[Act]:
    return [
        run.act(
            "read" if "--dry-run" in run.args else "edit",
            run.name,
            _operands(run.args, _words("-p -i -d"))[:1],
        )
    ]


_PATCHED = re.compile(r"^\*\*\* (?:Update|Add|Delete) File: (.+?)[ \t\r]*$", re.MULTILINE)


def _apply_patch(run: _Run) -> list[Act]:
    """Codex's own patch command: the patch names its files."""
    text = run.args[0] if run.args else run.reader.standard_input(run)
    return [run.act("edit", "apply_patch", _PATCHED.findall(text or ""))]


def _diff(run: _Run) -> list[Act]:
    if run.place.piped:
        return []
    short = "-q" in run.args or "--brief" in run.args
    return [run.act("diff", run.name, _operands(run.args, _words("-U -C -x -I --label --exclude")), stat_only=short)]


def _concurrently(run: _Run) -> list[Act]:
    acts: list[Act] = []
    for text in run.args:
        if text[:1] != "-":
            acts += run.reader.text(text, run.place)
    return acts


def _npx(run: _Run) -> list[Act]:
    at = _after_options(run.args, 0, _words("-p --package"))
    if at and run.args[at - 1] in ("-c", "--call") and at < len(run.args):
        return run.reader.text(run.args[at], run.place)
    if at >= len(run.args):
        return [run.other("npx")]
    return run.reader.inner(run.args[at:], run)


def _named_script(run: _Run) -> list[Act]:
    """A name behind `hatch run`, `pdm run` and the like that is no known program."""
    script = run.name
    check = _check_named(script, "")
    program = f"{run.by} {script}"
    return [run.check(check, program, run.args, _fixing_name(script)) if check else run.other(program)]


def _with_subcommand(run: _Run) -> list[Act]:
    sub = next((w for w in run.args if w[:1] != "-"), "")
    return [run.other(f"{run.name} {sub}".rstrip())]


def _cmake(run: _Run) -> list[Act]:
    if "--build" in run.args:
        check = "test" if "test" in run.args else "build"
        return [run.check(check, "cmake --build", [w for w in run.args if w != "--build"])]
    return [run.other("cmake")]


_REVIEW_ASKED = re.compile(
    r"(?i)\b(?:code[- ])?review\b[^.\n]{0,80}\b(?:change|diff|commit|pr|pull request|branch|code|implementation|patch|fix)"
)
_HANDLERS: dict[str, Callable[[_Run], list[Act]]] = {
    **dict.fromkeys(_CHECKERS, _checker),
    **dict.fromkeys(_SUBCOMMANDS, _subcommand),
    **dict.fromkeys(_READERS, _reader_program),
    **dict.fromkeys(_WRITERS, _writer_program),
    **dict.fromkeys(_TARGETS, _targets),
    **dict.fromkeys(_FETCHERS, _fetch),
    **dict.fromkeys(_SCREENSHOTS, _screenshot),
    **dict.fromkeys(_SHOOTING, _shooting),
    **dict.fromkeys(_LAUNCHERS, _launcher),
    **dict.fromkeys(_SHELLS, _shell),
    **dict.fromkeys(_words("npm pnpm yarn bun deno composer mise turbo nx lerna"), _package_runner),
    **dict.fromkeys(_words("pip pip3 brew apt apt-get gem systemctl"), _with_subcommand),
    **dict.fromkeys(_words("codex coderabbit cr gemini claude opencode cursor-agent copilot aider"), _reviewer),
    **dict.fromkeys(_words("husky lefthook pre-commit prek"), _sets_hooks_up),
    "bd": _beads,
    "beads": _beads,
    "apply_patch": _apply_patch,
    "applypatch": _apply_patch,
    "cmake": _cmake,
    "concurrently": _concurrently,
    "coverage": _coverage,
    "delta": _diff,
    "difft": _diff,
    "diff": _diff,
    "colordiff": _diff,
    "sdiff": _diff,
    "cmp": _diff,
    "icdiff": _diff,
    "eval": _eval,
    "find": _find,
    "gh": _gh,
    "git": _git,
    "glab": _gh,
    "npx": _npx,
    "manage.py": _manage,
    "nix-shell": _string_after("--run", "--command"),
    "patch": _patch,
    "perl": _perl,
    "powershell": _powershell,
    "python": _python,
    "script": _string_after("-c", "-qc", "-qec", "-ec", "-qefc", "-efc", "-e", "-qfc"),
    "sed": _sed,
    "su": _string_after("-c"),
    "xargs": _xargs,
}


# --- Walking -----------------------------------------------------------------------------------------

_EXITS = _words("exit return")
_STATUS = re.compile(r"([A-Za-z_]\w*)=(?:\$\?|\$\{?PIPESTATUS(?:\[0\]\})?|\$\{?pipestatus(?:\[1\]\})?)$")
_STATUS_VARIABLE = re.compile(r"\$\{?(\w+|\?|PIPESTATUS\[0\])\}?$")
_NAMES = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class _CommandReader:
    """Walks a split command in order of execution and collects what it does."""

    __slots__ = ("acts", "depth", "errexit", "functions", "pipefail", "unread", "variables")

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.depth = 0
        self.unread = 2 * LONGEST_COMMAND  # command strings inside the command are read up to this size in all
        self.errexit = False
        self.pipefail = False
        self.functions: dict[str, list[_List]] = {}
        self.variables: dict[str, str] = {}

    def walk(self, items: _List, place: _Place) -> None:
        last = len(items) - 1
        for at, item in enumerate(items):
            if len(self.acts) >= MOST_ACTS:
                return
            hidden = place.hidden or item.background
            pipe_kept = False
            if at != last and not hidden and not self.errexit:
                kept = _status_kept(items, at)
                hidden = not kept
                pipe_kept = kept == "pipe"
            pipelines = item.pipelines
            if len(pipelines) == 1:
                here = place if hidden == place.hidden else place._replace(hidden=hidden)
                self._pipeline(pipelines[0], here, pipe_kept)
                continue
            for pipeline, swallowed in zip(pipelines, _swallowed(pipelines), strict=True):
                conditional = place.conditional or bool(pipeline.joined)
                here = _Place(hidden or swallowed, conditional, place.nested)
                self._pipeline(pipeline, here, pipe_kept)

    def _pipeline(self, pipeline: _Pipeline, place: _Place, pipe_kept: bool) -> None:
        commands = pipeline.commands
        last = len(commands) - 1
        if pipeline.inverted:
            place = place._replace(hidden=True)
        for at, command in enumerate(commands):
            here = place
            if last:
                hidden = place.hidden or (at != last and not self.pipefail and not (pipe_kept and at == 0))
                before = commands[at - 1] if at else None
                simple = before if isinstance(before, _Simple) else None
                here = _Place(hidden, place.conditional, place.nested, at > 0, simple)
            if isinstance(command, _Simple):
                self._simple(command, here)
            else:
                self._group(command, here)

    def _group(self, group: _Group, place: _Place) -> None:
        if group.kind == "function":
            self.functions[group.name] = group.bodies
            return
        place = place._replace(piped=False, before=None)
        if group.kind == "group":
            for body in group.bodies:
                self.walk(body, place)
        else:
            # A check in a condition is seen if its failure ends the whole command.
            refused = group.kind == "if" and len(group.bodies) == 2 and _fails(group.bodies[1])
            asked = place if refused else place._replace(hidden=True)
            inside = place._replace(conditional=True)
            if group.kind == "loop" and not self.errexit:
                inside = inside._replace(hidden=True)
            for at in range(max(len(group.condition), len(group.bodies))):
                if at < len(group.condition):
                    self.walk(group.condition[at], asked)
                if at < len(group.bodies):
                    self.walk(group.bodies[at], inside)
        written = _written(group.redirects)
        if written:
            hidden, conditional, nested = place[:3]
            self.acts.append(Act("edit", ">", hidden=hidden, conditional=conditional, nested=nested, paths=tuple(written)))

    def _simple(self, node: _Simple, place: _Place) -> None:
        words = node.words
        if node.subs:
            assigns = len(words) == 1 and _ASSIGNMENT.match(words[0]) is not None
            inside = place._replace(hidden=place.hidden or not assigns, nested=True, piped=False, before=None)
            for sub in node.subs:
                self.walk(sub, inside)
        if words:
            if "$" in words[0] or (self.variables and any("$" in word for word in words)):
                words = self._expanded(words)
            self.acts += self.command(words, node, place)
        elif node.redirects:
            written = _written(node.redirects)
            if written:
                self.acts += [_Run(">", [], node, place, self).act("edit", ">", written)]

    def _expanded(self, words: list[str]) -> list[str]:
        """Variables the command itself set are read; the program's may hold several words."""
        variables = self.variables

        def value(match: re.Match[str]) -> str:
            return variables.get(match[1] or match[2], match[0])

        expanded = [
            _NAMES.sub(value, word) if "$" in word and len(word) < 300 and not _ASSIGNMENT.match(word) else word for word in words
        ]
        if expanded[0] != words[0] and " " in expanded[0]:
            expanded[:1] = expanded[0].split() or [""]
        return expanded

    def inner(self, words: list[str], run: _Run, place: _Place | None = None) -> list[Act]:
        """What a command does that another one starts: xargs, find -exec, npx, python -m."""
        if self.depth >= DEEPEST_NESTING:
            return []
        self.depth += 1
        acts = self.command(words, run.node, place or run.place)
        self.depth -= 1
        return acts

    def command(self, words: list[str], node: _Simple, place: _Place, by: str = "") -> list[Act]:
        """What one simple command does, looked at through its wrappers."""
        at = 0
        size = len(words)
        if "=" in words[0] if words else False:
            while at < size and (assigned := _ASSIGNMENT.match(words[at])):
                if size == 1 or at == size - 1:
                    self.variables[assigned[1]] = words[at][assigned.end() :][:LONGEST_VARIABLE]
                at += 1
        while at < size:
            name = _named(words[at])
            if at + 1 < size and (name, words[at + 1]) in _TWO_WORD_NAMES:
                name = _TWO_WORD_NAMES[name, words[at + 1]]
                at += 1
            wrappers = _WRAPPERS.get(name)
            inner = _unwrapped(name, words, at, wrappers) if wrappers else None
            if inner is None:
                break
            at, scripts = inner
            by = f"{name} run" if scripts else by
        if at >= size:
            return self._redirected([], words[0] if words else "", node, place)
        if name in self.functions and self.depth < DEEPEST_NESTING:
            return self._walked(self.functions.pop(name), place)
        run = _Run(name, words[at + 1 :], node, place, self, by)
        handler = _HANDLERS.get(name)
        path = words[at]
        if handler is not None:
            acts = handler(run)
        elif name in _GLUE and not by and ("/" not in path or path[0] == "/"):
            acts = []
            if name == "set":
                self._options(run.args)
            elif name in ("export", "local", "declare", "readonly"):
                for word in run.args:
                    if assigned := _ASSIGNMENT.match(word):
                        self.variables[assigned[1]] = word[assigned.end() :][:LONGEST_VARIABLE]
        elif by and "/" not in path:
            acts = _named_script(run)
        elif place.piped and not node.redirects and name in _FILTERS:
            acts = []
        elif check := _script_check(path):
            acts = [run.check(check, path.removeprefix("./"), run.args, _fixing_name(name))]
        else:
            acts = [run.other()]
        return self._redirected(acts, name, node, place) if node.redirects else acts

    def _redirected(self, acts: list[Act], name: str, node: _Simple, place: _Place) -> list[Act]:
        """`> file` makes an edit of a command that is nothing more telling."""
        written = _written(node.redirects)
        if not written or any(act.kind in _MORE_TELLING for act in acts):
            return acts
        if any(act.kind == "other" for act in acts) and all(map(_KEPT_OUTPUT.search, written)):
            return acts
        program = acts[-1].program if acts else name
        return [*acts[:-1], _Run(program, [], node, place, self).act("edit", program, written)]

    def _options(self, args: list[str]) -> None:
        for at, word in enumerate(args):
            if word[:1] not in ("-", "+"):
                continue
            on = word[0] == "-"
            if "e" in word[1:]:
                self.errexit = on
            if "o" in word[1:]:
                option = args[at + 1] if at + 1 < len(args) else ""
                if option == "pipefail":
                    self.pipefail = on
                elif option == "errexit":
                    self.errexit = on

    def text(self, text: str, place: _Place) -> list[Act]:
        """A command line held in a word of another one."""
        self.unread -= len(text)
        if self.depth >= DEEPEST_NESTING or self.unread < 0:
            return []
        options = self.errexit, self.pipefail
        self.errexit = self.pipefail = False
        acts = self._walked([_split(text)], place._replace(nested=True, piped=False, before=None))
        self.errexit, self.pipefail = options
        return acts

    def _walked(self, bodies: list[_List], place: _Place) -> list[Act]:
        before = len(self.acts)
        self.depth += 1
        for body in bodies:
            self.walk(body, place)
        self.depth -= 1
        acts = self.acts[before:]
        del self.acts[before:]
        return acts

    def powershell(self, text: str, place: _Place) -> list[Act]:
        if self.depth >= 4:
            return []
        return _powershell_acts(text, place._replace(nested=True, piped=False, before=None), self.depth + 1)

    def standard_input(self, run: _Run) -> str | None:
        """What the command reads, if the command line holds it."""
        for redirect in run.node.redirects:
            if redirect.body is not None:
                return redirect.body
        before = run.place.before
        if before is None:
            return None
        for redirect in before.redirects:
            if redirect.body is not None:
                return redirect.body
        if before.words[:1] in (["echo"], ["printf"], ["Write-Output"]):
            told = [word for word in before.words[1:] if not re.fullmatch(r"-[neE]+", word)]
            text = " ".join(told)
            return _c_string(text) if before.words[0] == "printf" or "-e" in before.words else text
        return None

    def value(self, text: str) -> str | None:
        """A word that is nothing but a variable has the value the command gave it, or none we know."""
        match = _STATUS_VARIABLE.match(text)
        return self.variables.get(match[1]) if match else text


_MORE_TELLING = _words("check commit push pull-request revert worktree stage edit")
# A running program's output kept for a later look is no change to the work.
_KEPT_OUTPUT = re.compile(r"^(?:/var|/private)*/tmp/|^/dev/shm/|\.(?:log|out|err)$")
# Behind a pipe these only reshape what comes through.
_FILTERS = _words(
    "pbcopy xclip clip wl-copy iconv base64 gzip gunzip zstd lolcat ts pv fmt col bc gron fx "
    "dasel htmlq pup tidy xmllint mlr xsv nc numfmt shuf split join unexpand pr fzf vipe "
    "strip-ansi vim nvim nano"
)


def _written(redirects: Iterable[_Redirect]) -> list[str]:
    return [r.target for r in redirects if r.op[0] in ">&" and r.op != ">&-" and r.target and not _DEVICES.match(r.target)]


def _unwrapped(name: str, words: list[str], at: int, wrappers: tuple[_Wrapper, ...]) -> tuple[int, bool] | None:
    """Where the command inside a wrapper begins; None if the program runs nothing here."""
    size = len(words)
    for wrapper in wrappers:
        here = at + 1
        if wrapper.subcommands:
            # options of the wrapper's own may come before its subcommand
            here = _after_options(words, here, _VALUED.get(name, _END))
            if here >= size or words[here] not in wrapper.subcommands:
                continue
            here += 1
        if wrapper.until:
            end = next((i for i in range(here, size) if words[i] in wrapper.until), -1)
            if end < 0:
                continue
            return (end + 1, wrapper.scripts) if end + 1 < size else None
        if name == "command" and words[here : here + 1] in (["-v"], ["-V"]):
            return None
        here = _after_options(words, here, wrapper.valued)
        here += wrapper.skip
        if words[here : here + 1] == ["--"]:
            here += 1
        while here < size and _ASSIGNMENT.match(words[here]):
            here += 1
        return (here, wrapper.scripts) if here < size else None
    return None


def _swallowed(pipelines: Sequence[_Pipeline]) -> list[bool]:
    """For each pipeline, whether the next `|| other` after it turns its failure into success."""
    found = [False] * len(pipelines)
    for at in range(len(pipelines) - 1, 0, -1):
        later = pipelines[at]
        found[at - 1] = not _command_fails(later.commands[-1]) if later.joined == "||" else found[at]
    return found


def _command_fails(command: _Simple | _Group) -> bool:
    """`exit 1`, `false`, or a group that ends with one of them."""
    if isinstance(command, _Group):
        return bool(command.kind == "group" and command.bodies and _fails(command.bodies[-1]))
    words = command.words
    if words[:1] == ["false"]:
        return True
    return words[:1] in (["exit"], ["return"]) and words[1:2] != ["0"]


def _fails(items: _List) -> bool:
    return bool(items) and _command_fails(items[-1].pipelines[-1].commands[-1])


def _only_simple(item: _Item) -> _Simple | None:
    if len(item.pipelines) != 1 or len(item.pipelines[0].commands) != 1:
        return None
    command = item.pipelines[0].commands[0]
    return command if isinstance(command, _Simple) else None


def _status_kept(items: _List, at: int) -> str:
    """`cmd; exit $?` and `cmd; code=$?; ...; exit $code` end as cmd did; "pipe" if PIPESTATUS is used."""
    following = _only_simple(items[at + 1])
    if following is None or not following.words:
        return ""
    words = following.words
    if words[0] in _EXITS:
        if len(words) == 1 or words[1] == "$?":
            return "own"
        return "pipe" if "PIPESTATUS[0]" in words[1] or "pipestatus[1]" in words[1] else ""
    saved = _STATUS.match(words[0])
    final = _only_simple(items[-1])
    if saved is None or final is None or final.words[:1] not in (["exit"], ["return"]) or len(final.words) < 2:
        return ""
    named = _STATUS_VARIABLE.match(final.words[1])
    if named is None or named[1] != saved[1]:
        return ""
    return "pipe" if "ipestatus" in words[0].lower() else "own"


def _read(command: str) -> tuple[Act, ...]:
    reader = _CommandReader()
    reader.walk(_split(command), _Place())
    return tuple(reader.acts[:MOST_ACTS])


_read_cached = lru_cache(maxsize=8192)(_read)


def read_command(command: str) -> tuple[Act, ...]:
    """What a command line does, one act for each simple command that matters."""
    if _IDLE.fullmatch(command):
        return ()
    return _read_cached(command) if len(command) <= LONGEST_CACHED else _read(command)


# --- PowerShell --------------------------------------------------------------------------------------

_POWERSHELL_TOKEN = re.compile(
    r"""
    (?:[ \t\r]++|`\r?\n)*+
    (?:
        (?P<document>@'\r?\n[\s\S]*?(?:\n'@|\Z)|@"\r?\n[\s\S]*?(?:\n"@|\Z))
      | (?P<comment>\#[^\n]*+|<\#[\s\S]*?(?:\#>|\Z))
      | (?P<copy>(?:\d|\*)>&\d)
      | (?P<redirect>(?:\d|\*)?>>?)
      | (?P<operator>\n|;|&&|\|\||\||&|[(){}])
      | (?P<word>(?:[^\s;&|(){}'"`>]++|'(?:[^']++|'')*+(?:'|\Z)|"(?:[^"`]++|`[\s\S]|"")*+(?:"|\Z)|`[\s\S])++)
      | (?P<rest>[\s\S])
    )
    """,
    re.VERBOSE,
)
_POWERSHELL_QUOTES = re.compile(r"""'((?:[^']++|'')*+)'|"((?:[^"`]++|`[\s\S]|"")*+)"|`([\s\S])""")
_POWERSHELL_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\n": ""}
_CMDLETS: dict[str, tuple[str, str]] = {
    "get-content": ("read", "Get-Content"),
    "gc": ("read", "Get-Content"),
    "get-childitem": ("read", "Get-ChildItem"),
    "gci": ("read", "Get-ChildItem"),
    "dir": ("read", "Get-ChildItem"),
    "get-item": ("read", "Get-Item"),
    "get-filehash": ("read", "Get-FileHash"),
    "select-string": ("search", "Select-String"),
    "sls": ("search", "Select-String"),
    "findstr": ("search", "findstr"),
    "compare-object": ("diff", "Compare-Object"),
    "set-content": ("edit", "Set-Content"),
    "sc": ("edit", "Set-Content"),
    "add-content": ("edit", "Add-Content"),
    "out-file": ("edit", "Out-File"),
    "tee-object": ("edit", "Tee-Object"),
    "clear-content": ("edit", "Clear-Content"),
    "copy-item": ("edit", "Copy-Item"),
    "copy": ("edit", "Copy-Item"),
    "move-item": ("edit", "Move-Item"),
    "remove-item": ("edit", "Remove-Item"),
    "del": ("edit", "Remove-Item"),
    "rename-item": ("edit", "Rename-Item"),
    "invoke-webrequest": ("look", "Invoke-WebRequest"),
    "iwr": ("look", "Invoke-WebRequest"),
    "invoke-restmethod": ("look", "Invoke-RestMethod"),
    "irm": ("look", "Invoke-RestMethod"),
}
_CMDLET_VALUED = _words(
    "-encoding -totalcount -tail -first -last -context -filter -include -exclude -pattern -value "
    "-depth -itemtype -method -erroraction -inputobject -width -name -body -headers -contenttype "
    "-head"
)
_CMDLET_PATH = _words("-path -literalpath -filepath -destination -uri")
# Cmdlets and keywords that shape output or steer; everything named Verb-Noun that is not above is one too.
_POWERSHELL_GLUE = re.compile(
    r"[A-Za-z]+-[A-Za-z]+$|\$|(?:if|else|elseif|foreach|for|while|do|try|catch|finally|function|param|return|select|"
    r"where|sort|measure|echo|write|cd|md|mkdir|sleep|exit|throw|switch|in|%|\?|ft|fl|ri|ni|pwd|cls|pushd|popd)$|[@\[\d.=+-]",
    re.IGNORECASE,
)


def _powershell_unquote(word: str) -> str:
    def part(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1].replace("''", "'")
        if match[2] is not None:
            inner = match[2].replace('""', '"')
            return re.sub(r"`([\s\S])", lambda m: _POWERSHELL_ESCAPES.get(m[1], m[1]), inner)
        return _POWERSHELL_ESCAPES.get(match[3], match[3])

    return _POWERSHELL_QUOTES.sub(part, word)


class _PowerShellCommand(NamedTuple):
    node: _Simple
    before: str  # the operator before it: "", ";", "|", "&&", "||", "{", "("
    after: str


def _powershell_split(text: str) -> list[_PowerShellCommand]:
    found: list[_PowerShellCommand] = []
    node = _Simple()
    before = ""
    called = False
    match = _POWERSHELL_TOKEN.match
    pos = 0
    while token := match(text, pos):
        pos = token.end()
        kind = token.lastgroup
        if kind == "operator":
            operator = ";" if token["operator"] == "\n" else token["operator"]
            if operator == "&" and not node.words:
                called = True  # the call operator: & "C:\Program Files\..."
                continue
            if node.words or node.redirects:
                found.append(_PowerShellCommand(node, before, operator))
                node = _Simple()
                before = operator
            elif not (operator == ";" and before in ("|", "&&", "||")):
                before = operator
        elif kind == "word":
            if not node.words and token["word"][0] in "'\"" and not called:
                node.words.append("Write-Output")  # a string alone is shown, not run
            called = False
            node.words.append(_powershell_unquote(token["word"]))
        elif kind == "document":
            if not node.words:
                node.words.append("Write-Output")
            node.words.append(token["document"][2:-2].strip("\r\n"))
        elif kind == "redirect":
            target = match(text, pos)
            if target is not None and target.lastgroup == "word":
                pos = target.end()
                if token["redirect"][0] not in "23456":
                    node.redirects.append(_Redirect(">", _powershell_unquote(target["word"])))
    if node.words or node.redirects:
        found.append(_PowerShellCommand(node, before, ""))
    return found


def _powershell_acts(text: str, place: _Place, depth: int) -> list[Act]:
    commands = _powershell_split(text[:LONGEST_COMMAND])
    reader = _CommandReader()
    reader.depth = depth
    acts: list[Act] = []
    braces = 0
    # Only the last pipeline's first program can set the status that is seen, unless && keeps it.
    visible = len(commands)
    while visible and (visible == len(commands) or commands[visible - 1].after in ("&&", ")", "}")):
        visible -= 1
    before: _Simple | None = None
    for at, (node, joined, after) in enumerate(commands):
        words = node.words
        if words and re.match(r"\$[\w:]+=|\$", words[0]):
            # $x = command, $env:NAME = 'value'
            equals = next((i for i, w in enumerate(words[:2]) if w == "=" or w.endswith("=")), -1)
            words = words[equals + 1 :] if equals >= 0 else []
        braces += (joined == "{") - (joined == "}")
        hidden = place.hidden or at < visible or after in ("|", "||", "&")
        conditional = place.conditional or joined in ("&&", "||") or braces > 0
        here = place._replace(
            hidden=hidden,
            conditional=conditional,
            piped=joined == "|",
            before=before if joined == "|" else None,
        )
        before = node
        if words or node.redirects:
            acts += _powershell_command(words, node, here, reader)
        if len(acts) >= MOST_ACTS:
            break
    return acts[:MOST_ACTS]


def _powershell_command(words: list[str], node: _Simple, place: _Place, reader: _CommandReader) -> list[Act]:
    name = words[0] if words else ""
    cmdlet = _CMDLETS.get(name.lower())
    run = _Run(name, words[1:], node, place, reader)
    if cmdlet is None:
        if not name or (_POWERSHELL_GLUE.match(name) and name[:2] not in (".\\", "./")):
            return reader._redirected([], name, node, place)
        return reader.command([word.replace("\\", "/") if at == 0 else word for at, word in enumerate(words)], node, place)
    kind, program = cmdlet
    if kind in ("read", "search") and place.piped:
        return []
    if kind == "look":
        return (
            [run.check("look", program, [w for w in words[1:] if w[:1] != "-"])]
            if any(map(_LOCAL.match, words[1:]))
            else [run.other(program)]
        )
    paths: list[str] = []
    plain: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        option = word.lower()
        if option in _CMDLET_PATH:
            paths.append(next(rest, ""))
        elif option in _CMDLET_VALUED:
            next(rest, None)
        elif word[:1] != "-":
            plain.append(word)
    if not paths:
        patterned = kind == "search" and "-pattern" not in map(str.lower, words)
        paths = plain[1:] if patterned else plain[:1] if kind == "edit" else plain
    return [run.act(kind, program, paths)]


@lru_cache(maxsize=1024)
def read_powershell(command: str) -> tuple[Act, ...]:
    """The same for PowerShell, well enough for the commands agents write."""
    return tuple(_powershell_acts(command, _Place(), 0))


# --- Outcomes ----------------------------------------------------------------------------------------

_HEAD = 768
_TAIL = 2304
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_EXIT_CODE = re.compile(r"\s*Exit code (\d+)")

# A runner's own summary of failure, a line that shows trouble, a runner's own summary of success.
_FAILURE = re.compile(
    r"""
      ^=*\ ?(?:.*\b)?[1-9]\d*\ (?:failed|errors?)\b.*\bin\ \d[\d.]*\ ?m?s  # pytest
    | ^FAILED\ (?:\(|[\w./\\-]+::|\|\ )  # unittest, pytest -q, deno
    | ^ERROR\ (?:collecting\ |[\w./\\-]+(?:::|\.py\b))  # pytest
    | ^[ \t]*(?:Tests?|Test\ Files|Test\ Suites|Suites):?\s[^\n]*?\b[1-9]\d*\ failed  # jest, vitest
    | ^[ \t]*[1-9]\d*\ failing\b  # mocha, cypress
    | ^[ \t]*[1-9]\d*\ failed$ | \|\ [1-9]\d*\ failed\b  # playwright, deno
    | ^[ \t]*[1-9]\d*\ fail$ | ^(?:\#|ℹ)\ fail\ [1-9]  # bun, node
    | ^(?:FAIL|---\ FAIL:|FAIL:)(?:\s|$)  # go, jest, unittest
    | \btest\ result:\ FAILED | ^error:\ could\ not\ compile  # cargo
    | \berror\ TS\d+ | ^Found\ [1-9]\d*\ (?:errors?|issues?|diagnostics?)\b  # tsc, ruff, mypy, biome
    | [✖×]\ [1-9]\d*\ problems?\ \([1-9]\d*\ errors? | ✖\ [1-9]\d*\ errors?\b  # eslint, vale
    | ^(?:\[[\w:.-]+\]\ )?[1-9]\d*\ (?:errors?(?:\ generated)?\.?|issues?:)$  # compilers, golangci-lint
    | ^\[[\w:.-]+\]\ ERROR\ task\ failed  # mise
    | ^Would\ reformat: | ^[1-9]\d*\ files?\ would\ be\ reformatted
    | ^\[warn\]\ Code\ style\ issues | Some\ errors\ were\ emitted\ while  # prettier, biome
    | BUILD\ FAIL(?:ED|URE)\b | ^Failed!\s | ^Build\ FAILED
    | \b[1-9]\d*\ (?:failures?|errors?)(?:,\ \d+\ (?:errors?|pending|skipped|invalid))*\.?$  # rspec, mix
    | ^FAILURES!|^ERRORS!$ | ^Tests:\ \d+,.*\b(?:Failures|Errors):\ [1-9]  # phpunit
    | ^g?make(?:\[\d+\])?:\ \*\*\*\ .*\bError\ \d+
    | ^npm\ (?:ERR!|error)\ (?:code|Lifecycle|Test\ failed|errno) | \bELIFECYCLE\b
    | ^error\ Command\ failed\ with\ exit\ code | ^error:\ script\ "[^"\n]*"\ exited\ with\ code\ [1-9]
    | ^not\ ok\ \d  # tap
    | ^\d+%\ tests\ passed,\ [1-9]\d*\ tests?\ failed  # ctest
    | ^Failed\ to\ compile | ^ninja:\ build\ stopped | ^==\ Compilation\ error
    | ^svelte-check\ found\ [1-9]\d*\ errors? | mods/funs,\ found\ [1-9] | ^Summary:\ [1-9]\d*\ error
    | ^Failed:\ [1-9] | ^\d+\ passing\b.*\b[1-9]\d*\ failing
    """,
    re.VERBOSE | re.MULTILINE,
)
# One of these stands in whatever the pattern matches, and a plain search is a hundred times as fast.
_FAILURE_WORDS = (
    "fail",
    "error",
    "issue",
    "problem",
    "diagnostic",
    "reformat",
    "code style",
    "elifecycle",
    "not ok",
    "stopped",
    "mods/funs",
)
_TROUBLE = re.compile(
    r"""
      ^(?:vet(?:\.exe)?:\ )?\S+\.go:\d+:\d+:\ .  # go build, go vet
    | ^[ \t]+\d+:\d+\ \ +(?:error|✖)\ \  # eslint
    | ^\S+:\d+(?::\d+)?:?\ (?:fatal\ )?error\b  # mypy, gcc, markdownlint
    | ^\S+\.pyi?:\d+:\d+:\ [A-Z]{1,4}\d{2,4}\b  # ruff, flake8
    | ^error(?:\[E\d+\])?:\ | ^Type\ error: | ^\*\*\ \(Mix\)\  # rustc, next, mix
    | ^SyntaxError:\ | ^Traceback\ \(most | ^\S+:\ line\ \d+:\ syntax\ error
    """,
    re.VERBOSE | re.MULTILINE,
)
_STATUS_TOLD = re.compile(
    r"\b(?:exit(?:ed)?(?:[ _-]?(?:code|status))?|rc|status)\b"
    r"(?:\s*[:=]\s*|\ (?:with\ (?:code\ )?)?)[1-9]\d{0,2}\W{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
_SUCCESS = re.compile(
    r"""
      ^=*\ ?(?:.*\b)?\d+\ passed\b.*\bin\ \d[\d.]*\ ?m?s  # pytest
    | ^Ran\ \d+\ tests?\ in\ [\d.]+s\s+^OK\b  # unittest
    | ^[ \t]*(?:Tests?|Test\ Files|Test\ Suites):?\s[^\n]*?\b\d+\ passed  # jest, vitest
    | ^[ \t]*\d+\ passing\b | ^[ \t]*\d+\ passed\ \(  # mocha, cypress, playwright
    | ^ok\s+\S+\s+(?:[\d.]+s|\(cached\)) | ^PASS$  # go
    | \btest\ result:\ ok | ^\ *Finished\ (?:`|dev|release|test)  # cargo
    | ^Found\ 0\ (?:errors?|issues?|warnings?) | ^All\ checks\ passed!  # ruff
    | ^(?:\[[\w:.-]+\]\ )?0\ (?:errors?|issues?|problems?)\b | ^Success:\ no\ issues  # golangci-lint, mypy
    | ^\d+\ files?\ (?:already\ formatted|left\ unchanged|would\ be\ left\ unchanged)
    | ^All\ matched\ files\ use\ Prettier | ^Checked\ \d+\ files?\ in\  # prettier, biome
    | BUILD\ SUCCESS(?:FUL)?\b | ^Passed!\s | ^Build\ succeeded | ^Test\ Run\ Successful
    | \b\d+\ (?:examples?|tests?|doctests?),\ 0\ failures | ^OK\ \(\d+\ tests? | ^OK,\ but
    | \bno\ offenses\ detected | ^[ \t]*\[OK\]\ No\ errors | \bfound\ no\ issues
    | ^[ \t]*0\ fail$ | ^ok\ \|\ \d+\ passed | ^(?:\#|ℹ)\ fail\ 0$  # bun, deno, node
    | ^100%\ tests\ passed | ^✓?\ *Compiled\ successfully | ^✓\ built\ in  # ctest, next, vite
    | ^Summary:\ 0\ error | ^svelte-check\ found\ 0\ errors | ^Build\ complete!
    | ^Success!\ The\ configuration\ is\ valid
    """,
    re.VERBOSE | re.MULTILINE,
)
_SUCCESS_WORDS = (
    "pass",
    "ran ",
    "ok",
    "success",
    "0 ",
    "no ",
    "test result",
    "finished",
    "formatted",
    "unchanged",
    "prettier",
    "checked",
    "built",
    "complete",
)
_NOT_RUN = re.compile(
    r"^<tool_use_error>|command not found|: not found$|No such file or directory"
    r"|is not recognized as (?:an internal|the name|a name)|No module named"
    r"|unrecognized (?:arguments?|option|subcommand)"
    r"|unknown (?:option|flag|argument|shorthand flag|command)|no such option|unexpected argument"
    r"|invalid option|illegal option|^[Uu]sage: |^Unknown (?:option|argument|command)|[Tt]imed? ?out"
    r"|ETIMEDOUT|[Ii]nterrupted"
    r"|Operation was (?:aborted|cancelled)|doesn't want to proceed|was rejected|[Mm]issing script"
    r"|No rule to make target|[Pp]ermission denied|Permission to use|[Cc]annot find module '[^'.\n]*'\s*$"
    r"|could not determine executable|Cannot connect to the Docker daemon|not a git repository"
    r"|None of the selected packages has|Couldn't find a script|Script not found",
    re.MULTILINE,
)
_STOPPED = re.compile(
    r"[Tt]imed? ?out|ETIMEDOUT|[Ii]nterrupted|Operation was (?:aborted|cancelled)|<tool_use_error>|doesn't want to proceed|was rejected"
)
_TROUBLE_WORDS = ("error", ".go:", ".py", "✖", "** (mix)", "traceback")
_NOT_RUN_WORDS = (
    "tool_use_error", "not found", "no such", "not recognized", "no module named", "unrecognized", "unknown ", "unexpected argument", "invalid option",
    "illegal option", "usage: ", "timed", "time out", "timeout", "interrupted", "operation was", "doesn't want", "was rejected", "missing script",
    "no rule to make", "permission", "cannot find module", "could not determine", "cannot connect", "not a git repository", "none of the selected",
    "couldn't find a script",
)  # fmt: skip
# Lines that are not the checker's: echoes of the command line and the harness's own.
_NOT_ITS_OWN = re.compile(
    r"^(?:.*\b(?:exit|rc|status|code)\b.{0,12}|.{0,40}\b(?:ok|done|clean|passed|success)\b\W*|[-=#*]{2,}.*"
    r"|Shell cwd was reset to .*)$\n?",
    re.IGNORECASE | re.MULTILINE,
)
# Package runners show the script they run.
_SCRIPT_SHOWN = re.compile(r"^(?:\$|>) .*$\n?", re.MULTILINE)
_NO_OUTPUT = re.compile(r"\s*(?:\([^()\n]{0,40}no (?:output|content)[^()\n]{0,20}\))?\s*")
# Checkers that have nothing to say when all is well.
_SILENT = _words(
    "tsc vue-tsc eslint shellcheck flake8 hadolint actionlint yamllint staticcheck gofmt "
    "goimports pyflakes javac gcc g++ clang cc modernize fieldalignment markdownlint"
) | {
    "go build",
    "go vet",
    "git diff --check",
    "bash -n",
    "sh -n",
    "zsh -n",
    "node --check",
    "python -m py_compile",
}
# What follows a check and does not fail in its stead.
_HARMLESS = _words("read diff stage")
_KILLED = _words("124 126 127 130 137 143")
# What never started says so in few words; what ran for long only stops with them.
_SHORT_OUTPUT = 2000
_LAST_WORDS = 300


def _ends(output: str) -> str:
    """The ends of the output, where runners sum up."""
    text = output if len(output) <= _HEAD + _TAIL else f"{output[:_HEAD]}\n{output[-_TAIL:]}"
    text = text.replace("\r\n", "\n")
    return _ANSI.sub("", text) if "\x1b" in text else text


def check_outcome(acts: Sequence[Act], output: str, failed: bool | None) -> str:
    """passed, failed, not run or unknown: how the checks of one shell call went, as the agent could see it."""
    checks = [act for act in acts if act.kind == "check"]
    if not checks:
        return "unknown"
    text = _ends(output)
    code = _EXIT_CODE.match(text)
    if code:
        failed = code[1] != "0"
        text = text[code.end() :]
    hidden = [act for act in checks if act.hidden]
    if failed is False and not hidden:
        return "passed"
    if code and code[1] in _KILLED:
        return "not run" if code[1] in ("126", "127") else "unknown"
    low = text.lower()
    if _says(_FAILURE, _FAILURE_WORDS, text, low):
        return "failed"
    succeeded = _says(_SUCCESS, _SUCCESS_WORDS, text, low)
    if not succeeded:
        last = text if len(text) < _SHORT_OUTPUT else text[-_LAST_WORDS:]
        if _says(_NOT_RUN, _NOT_RUN_WORDS, last, last.lower()):
            # What never started checked nothing; what ran and was then stopped may have.
            return "not run" if len(text) < _SHORT_OUTPUT and not _STOPPED.search(last) else "unknown"
    trouble = _says(_TROUBLE, _TROUBLE_WORDS, text, low)
    if failed:
        seen = [at for at, act in enumerate(acts) if act.kind == "check" and not act.hidden]
        if seen and all(act.kind in _HARMLESS for act in acts[seen[-1] + 1 :]):
            return "failed"
    if succeeded and not (trouble and len(hidden) > 1):
        return "passed"
    if trouble or _says(_STATUS_TOLD, ("exit", "rc", "status"), text, low):
        return "failed"
    if failed is False and _silent_pass(hidden, text):
        return "passed"
    return "unknown"


def without_words(acts: Iterable[Act]) -> list[Act]:
    """The acts as far as `check_outcome` needs them, without anything the person or the agent wrote: safe to store."""
    return [
        Act(
            act.kind,
            act.program if act.program in _SILENT else "",
            check=act.check,
            hidden=act.hidden,
            fixes=act.fixes,
            # That its output went to a file matters, to which one does not.
            paths=("",) if act.paths else (),
        )
        for act in acts
    ]


def _says(pattern: re.Pattern[str], words: Iterable[str], text: str, low: str) -> bool:
    """Whether a pattern is found, tried only at the lines that hold one of the words it cannot do without."""
    if len(low) != len(text):
        return pattern.search(text) is not None
    for word in words:
        at = low.find(word)
        while at >= 0:
            start = low.rfind("\n", 0, at) + 1
            end = low.find("\n", at)
            # A summary may go on in the lines that follow.
            if pattern.search(text, start, min(end + 80, len(text)) if end >= 0 else len(text)):
                return True
            at = low.find(word, end) if end >= 0 else -1
    return False


def _silent_pass(hidden: Iterable[Act], text: str) -> bool:
    """Nothing was said by checkers that say nothing when all is well."""
    rest, shown = _SCRIPT_SHOWN.subn("", text)
    silent = all(not act.paths and (act.program in _SILENT or (shown and act.check in ("types", "lint"))) for act in hidden)
    return silent and _NO_OUTPUT.fullmatch(_NOT_ITS_OWN.sub("", rest)) is not None


_COMMITTED = re.compile(r"^[ \t]*\[(?:[^\]\n]* )?(?:\(root-commit\) )?[0-9a-f]{7,40}\] ", re.MULTILINE)
_PUSHED = re.compile(r"^To (?:https?://|ssh://|git@|git://|file://|[\w.-]+:|/|\.)\S*$", re.MULTILINE)
_HOOK_FAILED = re.compile(
    r"(?<!\.)\.{3,}+(?:\([^)\n]*\))?Failed\s*$|^- hook id: |husky - .*(?:exited|failed)"
    r"|hook (?:failed|exited|declined)"
    r"|pre-commit hook .*fail|^[ \t]*✖ |^🥊|lint-staged.*(?:failed|aborted)|^[ \t]*(?:┃\s*)?.*\(skip\).*fail",
    re.MULTILINE | re.IGNORECASE,
)
_PUSH_FAILED = re.compile(r"failed to push|\[rejected\]|\[remote rejected\]|has no upstream branch", re.MULTILINE)
_NOT_COMMITTED = re.compile(
    r"nothing to commit|nothing added to commit|no changes added to commit|^error: |^fatal: "
    r"|did not match any file"
    r"|Aborting commit|empty commit message|Please tell me who you are|^Aborting",
    re.MULTILINE,
)


def commit_made(output: str, failed: bool | None) -> bool | None:
    """Whether a `git commit` made one, from what it printed; None if that cannot be told."""
    text = _ends(output)
    if _COMMITTED.search(text):
        return True
    if _PUSH_FAILED.search(text):
        return None
    if _NOT_COMMITTED.search(text) or _HOOK_FAILED.search(text):
        return False
    return False if failed else None


_HOOK_PASSED = re.compile(
    r"(?<!\.)\.{3,}+(?:\([^)\n]*\))?Passed\s*$|^[ \t]*(?:✔|✓|\[COMPLETED\]|✔️)\s*"
    r"(?:Running tasks|.*(?:lint|eslint|prettier|tsc|test|tasks|biome|ruff))"
    r"|^summary: \(done in",
    re.MULTILINE | re.IGNORECASE,
)

_HOOK_NAMED = re.compile(r"husky|lint-staged|lefthook|pre-commit", re.IGNORECASE)


def hook_checks(output: str, *, alone: bool) -> str:
    """passed, failed or "": how the checks of a commit's or a push's hook went, as its output shows them.

    `alone`: no other check ran in the same call, so that whatever checked was the hook, before or after git's own words.
    """
    text = _ends(output)
    committed = _COMMITTED.search(text) or _PUSHED.search(text)
    if committed:
        if not alone:
            text = text[: committed.start()]
        return "passed" if _HOOK_PASSED.search(text) or (alone and _SUCCESS.search(text)) else ""
    # Without a word from the hook itself a failure is that of a command before the commit.
    if _HOOK_FAILED.search(text) or (_HOOK_NAMED.search(text) and _FAILURE.search(text)):
        return "failed"
    return "passed" if _HOOK_PASSED.search(text) else ""
