"""The team's repository: what is fetched and pushed through real remotes, and that nothing of them runs or is written elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from team_remotes import BRANCH, DAY, LAYOUT, add, bare, blob, commit, everything, git, hung, named, served, sha_of, tree

from accrete_coach.git import CantRead, Limits, Quicker, Rewritten, TeamRepository, Unclear, way_to

SOME = b'{"a":1}'
OTHER = b'{"b":2}'


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return bare(tmp_path / "team.git")


@pytest.fixture
def mine(tmp_path: Path) -> TeamRepository:
    return TeamRepository(str(tmp_path / "home" / "team" / "repo.git"))


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "way"),
    [
        ("https://example.org/team/repo.git", "https"),
        ("https://sam@example.org:8443/team/My%20Project/_git/repo", "https"),
        ("ssh://git@example.org:2222/~/repo.git", "ssh"),
        ("git@example.org:team/repo.git", "ssh"),
        ("example.org:/srv/repo", "ssh"),
        ("/srv/git/our team/repo.git", "file"),
        ("http://127.0.0.1:8000/team.git", "http"),
    ],
)
def test_these_addresses_are_taken(url: str, way: str) -> None:
    assert way_to(url) == way


REFUSED = [
    *("", "-uhttps://example.org/x", "--upload-pack=touch /tmp/x", "ext::sh -c touch% /tmp/x", "https::x", "fd::17", "/srv/a::b"),
    *("file:///srv/git", "git://example.org/x", "http://example.org/x.git", "ftp://example.org/x", "HTTPS://example.org/x"),
    *("https://sam:secret@example.org/x", "https://:secret@example.org/x", "https:///x", "https://-x/y", "https://example.org"),
    *(
        "ssh://-oProxyCommand=touch/x",
        "ssh://%2doProxyCommand=touch/x",
        "-oProxyCommand=x:y",
        "sam@-oProxyCommand=x:y",
        "host:-x",
    ),
    *(
        "ssh://-x@host/y",
        "https://example.org/a\nhost=b",
        "https://example.org/%0ahost=b",
        "https://example.org/%00",
        "relative/path",
    ),
    *(
        "./path",
        "~/path",
        "..",
        "host:a b",
        "host:`touch x`",
        "host:$(touch x)",
        "host:a;b",
        "host:a'b",
        "https://example.org/a?b",
        "/srv/\x1b[2J",
    ),
    *(
        "https://example.org/\u202egro.elpmaxe",
        "/srv/\udcff",
        "x" * 1_001,
        "C:\\team",
        "\\\\host\\share",
        " https://example.org/x",
    ),
]


@pytest.mark.parametrize("url", REFUSED)
def test_these_addresses_are_refused_in_a_sentence_before_git_runs(url: str, mine: TeamRepository) -> None:
    for ask in (lambda: way_to(url), lambda: mine.fetch(url), lambda: mine.push(url, {named(SOME): SOME}, DAY)):
        with pytest.raises(CantRead, match=r"^That (is no address|address was refused).*\.$") as told:
            ask()
        assert "secret" not in str(told.value)
    assert not Path(mine.path).parent.exists()


@given(
    st.tuples(
        st.sampled_from(
            ["https://", "ssh://", "http://", "file://", "git://", "ext::", "sam@", "http://localhost", "/", "https:", "", "-"]
        ),
        st.text(alphabet=st.sampled_from("-:/@ab.%2d0\n~=1"), max_size=20),
    ).map("".join)
    | st.text(alphabet=st.sampled_from("-:/@ab.%\\$`;|&'\" \n\t\0\x1b~=+{}<>?*!#é1"), max_size=40)
    | st.text(max_size=40)
)
def test_no_address_that_is_taken_can_be_an_option_a_program_or_more_than_one_line(url: str) -> None:
    try:
        way = way_to(url)
    except CantRead:
        return
    assert not url.startswith("-")
    assert "::" not in url
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", url)
    assert "://" not in url or url.startswith(("https://", "ssh://", "http://127.0.0.1", "http://localhost")) or way == "file"
    assert way in ("https", "ssh", "http", "file")
    assert (way == "file") == url.startswith("/")
    if way != "file":
        assert re.fullmatch(r"[A-Za-z0-9._~/+@=,:%-]+", url)
        host = re.sub(r"^[a-z]+://", "", url).split("/")[0].split(":")[0].rpartition("@")[2]
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", host)


# --- fetch and push --------------------------------------------------------------------------------------------------


def test_a_first_push_makes_the_branch_and_leaves_what_was_said_byte_for_byte(team: Path, mine: TeamRepository) -> None:
    git(team, "update-ref", "refs/heads/main", commit(team, tree(team, []), ref="refs/heads/other"))
    before = everything(team)
    page = b"# Plan first\n"
    files = {named(SOME): SOME, named(OTHER, "v1/exemplars"): OTHER, named(OTHER, "v1/exemplars")[:-4] + "md": page}
    pushed = mine.push(str(team), files, DAY)
    after = everything(team)
    assert after.refs == {**before.refs, BRANCH: pushed.commit}
    came = {sha: what for sha, what in after.objects.items() if sha not in before.objects}
    kinds = sorted(kind for kind, _ in came.values())
    assert kinds == ["blob"] * 3 + ["commit"] + ["tree"] * 4, "the root, v1, and the two folders"
    assert sorted(data for kind, data in came.values() if kind == "blob") == sorted(files.values())
    who = f"accrete-coach <accrete-coach@localhost.invalid> {DAY} +0000"
    root = git(team, "rev-parse", f"{pushed.commit}^{{tree}}").decode().strip()
    assert came[pushed.commit][1].decode() == f"tree {root}\nauthor {who}\ncommitter {who}\n\naccrete-coach: share\n"
    assert dict(pushed.files) == files
    assert git(team, "ls-tree", "-r", "--format=%(objectmode) %(path)", pushed.commit).decode().split("\n")[:-1] == sorted(
        f"100644 {path}" for path in files
    )


def test_a_second_push_stands_on_the_first_and_changes_nothing_in_it(team: Path, mine: TeamRepository) -> None:
    add(team, {"README.md": b"by hand", "v1/members/x": b"odd", "v2/x.json": b"{}"})
    before = everything(team)
    pushed = mine.push(str(team), {named(SOME): SOME}, DAY)
    after = everything(team)
    assert after.objects[pushed.commit][1].decode().splitlines()[1] == f"parent {before.refs[BRANCH]}"
    changed = git(team, "diff-tree", "-r", "--name-status", before.refs[BRANCH], pushed.commit).decode()
    assert changed == f"A\t{named(SOME)}\n"
    assert set(before.objects) < set(after.objects)


def test_what_is_there_already_is_not_pushed_again_and_what_differs_is_refused(team: Path, mine: TeamRepository) -> None:
    first = mine.push(str(team), {named(SOME): SOME}, DAY)
    before = everything(team)
    again = mine.push(str(team), {named(SOME): SOME}, DAY)
    assert (again.commit, again.new) == (first.commit, False)
    with pytest.raises(CantRead, match="something else is at"):
        mine.push(str(team), {named(SOME): OTHER}, DAY)
    assert everything(team) == before


def test_entries_come_in_the_order_of_the_history_also_when_only_the_news_is_read(
    team: Path, mine: TeamRepository, tmp_path: Path
) -> None:
    datas = [f'{{"n":{n}}}'.encode() for n in range(12)]
    for data in datas[:6]:
        add(team, {named(data): data})
    mine.fetch(str(team))
    assert [one.path for one in mine.entries(LAYOUT)] == [named(data) for data in datas[:6]]
    add(team, {"README.md": b"nothing of the layout"})
    mine.fetch(str(team))
    mine.entries(LAYOUT)
    for data in datas[6:]:
        add(team, {named(data, "v1/members"): data})
    mine.fetch(str(team))
    told = [one for one in mine.entries(LAYOUT) if one.order >= 0]
    assert [one.path for one in told] == [named(data) for data in datas[:6]] + [named(data, "v1/members") for data in datas[6:]]
    fresh = TeamRepository(str(tmp_path / "fresh.git"))
    fresh.fetch(str(team))
    assert fresh.entries(LAYOUT) == mine.entries(LAYOUT)
    assert dict(mine.blobs([one.sha for one in told])) == {one.sha: data for one, data in zip(told, datas, strict=True)}


def test_a_branch_that_is_not_there_yet_is_no_trouble_and_other_refs_are_not_fetched(team: Path, mine: TeamRepository) -> None:
    assert mine.fetch(str(team)) == ""
    assert mine.entries(LAYOUT) == ()
    secret = commit(team, tree(team, []), ref="refs/heads/accrete-coach-2")
    for ref in ("refs/tags/accrete-coach", "refs/heads/-x", "refs/heads/a'b$(touch;x)", "refs/pull/1/head", "refs/heads/main"):
        git(team, "update-ref", ref, secret)
    tip = add(team, {named(SOME): SOME})
    assert mine.fetch(str(team)) == tip
    copy = everything(Path(mine.path))
    assert copy.refs == {BRANCH: tip}
    assert secret not in copy.objects


def test_two_who_push_at_once_both_get_there(team: Path, tmp_path: Path) -> None:
    datas = [f'{{"n":{n}}}'.encode() for n in range(4)]
    problems = []

    def push(n: int) -> None:
        try:
            for data in datas[n * 2 : n * 2 + 2]:
                TeamRepository(str(tmp_path / f"home{n}" / "repo.git")).push(str(team), {named(data): data}, DAY)
        except CantRead as problem:
            problems.append(problem)

    threads = [threading.Thread(target=push, args=(n,)) for n in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not problems
    assert sorted(git(team, "ls-tree", "-r", "--name-only", BRANCH).decode().split()) == sorted(named(data) for data in datas)
    assert git(team, "rev-list", "--count", BRANCH).decode().strip() == "4"


def test_who_is_always_later_is_told_so_and_nothing_of_theirs_is_sent(
    team: Path, mine: TeamRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = TeamRepository._build
    count = iter(range(100))

    def slow(self: TeamRepository, *words: object) -> str:
        made = build(self, *words)  # type: ignore[arg-type]
        data = f'{{"other":{next(count)}}}'.encode()
        add(team, {named(data): data})
        return made

    monkeypatch.setattr(TeamRepository, "_build", slow)
    with pytest.raises(Quicker, match="nothing of yours was sent"):
        mine.push(str(team), {named(SOME): SOME}, DAY)
    assert sha_of("blob", SOME) not in everything(team).objects


def test_a_rewritten_history_is_refused_and_the_last_copy_stays(team: Path, mine: TeamRepository, tmp_path: Path) -> None:
    add(team, {named(SOME): SOME})
    old = mine.fetch(str(team))
    before = everything(Path(mine.path))
    add(team, {named(OTHER): OTHER}, anew=True)
    git(team, "update-ref", BRANCH, git(team, "rev-parse", BRANCH).decode().strip())
    for again in (mine, TeamRepository(str(tmp_path / "lost.git"))):
        with pytest.raises(Rewritten, match=r"history .* was rewritten"):
            again.fetch(str(team), seen=old)
    with pytest.raises(Rewritten):
        mine.push(str(team), {named(b"{}"): b"{}"}, DAY)
    assert everything(Path(mine.path)) == before
    git(team, "update-ref", "-d", BRANCH)
    with pytest.raises(Rewritten):
        mine.fetch(str(team))
    assert mine.tip() == old


def test_a_merge_that_would_put_another_history_before_what_was_seen_is_refused_and_a_usual_one_is_not(
    team: Path, mine: TeamRepository
) -> None:
    add(team, {named(SOME): SOME})
    old = mine.fetch(str(team))
    side = add(team, {named(OTHER): OTHER}, ref="refs/heads/side", anew=True)
    both = tree(team, [("100644", "x", blob(team, b"x"))])
    commit(team, both, side, old)
    with pytest.raises(Rewritten):
        mine.fetch(str(team))
    usual = commit(team, both, old, side)
    assert mine.fetch(str(team)) == usual


# --- over http -------------------------------------------------------------------------------------------------------


def test_over_http_it_is_the_same(team: Path, mine: TeamRepository, tmp_path: Path) -> None:
    git(team, "config", "http.receivepack", "true")
    with served(tmp_path) as url:
        pushed = mine.push(f"{url}/team.git", {named(SOME): SOME}, DAY)
        assert everything(team).refs == {BRANCH: pushed.commit}
        assert TeamRepository(str(tmp_path / "other.git")).fetch(f"{url}/team.git") == pushed.commit
        with pytest.raises(CantRead, match="there is no git repository"):
            TeamRepository(str(tmp_path / "none.git")).fetch(f"{url}/nothing.git")


def test_a_password_comes_from_the_persons_own_helper_and_its_lack_is_said(
    team: Path, mine: TeamRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = add(team, {named(SOME): SOME})
    config = tmp_path / "own.gitconfig"
    trap = tmp_path / "trap"
    config.write_text(
        f'[core]\n\tpager = touch {trap}\n\tfsmonitor = touch {trap}\n\thooksPath = {tmp_path}\n[url "/nowhere"]\n\tinsteadOf = http://\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    with served(tmp_path, "open sesame") as url:
        with pytest.raises(CantRead, match="it wants a password"):
            mine.fetch(f"{url}/team.git")
        helper = "!f() { test \\\"$1\\\" = get && echo username=sam && echo 'password=wrong'; }; f"
        config.write_text(config.read_text() + f'[credential "{url}"]\n\thelper = "{helper}"\n')
        with pytest.raises(CantRead, match="it wants a password"):
            mine.fetch(f"{url}/team.git")
        config.write_text(config.read_text().replace("wrong", "open sesame"))
        assert mine.fetch(f"{url}/team.git") == tip
    assert not trap.exists()
    assert b"sesame" not in b"".join(one.read_bytes() for one in Path(mine.path).parent.rglob("*") if one.is_file())


def test_over_ssh_it_is_the_same_with_the_persons_own_command(
    team: Path, mine: TeamRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands for ssh runs git's program for the other end here, and writes down what it was asked."""
    asked = tmp_path / "asked"
    ssh = tmp_path / "our-ssh"
    ssh.write_text(
        f'#!/bin/sh\necho "$@" >> {asked}\nfor last; do :; done\n[ "$3" = -G ] && exit 0\nunset GIT_DIR\nexec sh -c "$last"\n'
    )
    ssh.chmod(0o755)
    config = tmp_path / "own.gitconfig"
    config.write_text(f"[core]\n\tsshCommand = {ssh} -i key\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.delenv("GIT_SSH_COMMAND", raising=False)
    pushed = mine.push(f"sam@example.org:{team}", {named(SOME): SOME}, DAY)
    assert everything(team).refs == {BRANCH: pushed.commit}
    assert TeamRepository(str(tmp_path / "other.git")).fetch(f"ssh://example.org:2222{team}") == pushed.commit
    lines = [line for line in asked.read_text().splitlines() if " -G " not in line]
    assert f"sam@example.org git-receive-pack '{team}'" in lines[1]
    assert f"-p 2222 example.org git-upload-pack '{team}'" in lines[2]
    assert all(line.startswith("-i key ") for line in lines)


def test_a_server_that_never_answers_is_left_when_the_time_is_up_and_nothing_of_ours_stays(mine: TeamRepository) -> None:
    with hung() as url:
        port = url.split(":")[2].split("/")[0]
        said: list[str] = []

        def ask() -> None:
            try:
                mine.fetch(url, Limits(seconds=3.0))
            except CantRead as problem:
                said.append(str(problem))

        asking = threading.Thread(target=ask)
        asking.start()
        while asking.is_alive() and port not in _running():
            time.sleep(0.02)
        assert asking.is_alive(), "git was seen at work"
        asking.join(60)
        assert ["did not answer in time" in one for one in said] == [True]
        deadline = time.monotonic() + 20
        while port in _running() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert port not in _running()


def _running() -> str:
    return subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True).stdout


def test_a_host_that_is_not_there_is_a_sentence(mine: TeamRepository, tmp_path: Path) -> None:
    with pytest.raises(CantRead, match="can't be reached"):
        mine.fetch("http://127.0.0.1:9/ssl-denied-missing.git")
    with pytest.raises(CantRead, match="there is no git repository"):
        mine.fetch(str(tmp_path / "nowhere"))


def test_a_push_whose_connection_breaks_says_that_it_is_not_known(team: Path, mine: TeamRepository, tmp_path: Path) -> None:
    """The remote's own rules are not run on this machine; over http they are its own."""
    git(team, "config", "http.receivepack", "true")
    hook = team / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 8\n")
    hook.chmod(0o755)
    with served(tmp_path) as url:
        mine.fetch(f"{url}/team.git")
        with pytest.raises(Unclear, match="not known"):
            mine.push(f"{url}/team.git", {named(SOME): SOME}, DAY, Limits(seconds=4.0))
    assert BRANCH in everything(team).refs
    assert not mine.push(str(team), {named(SOME): SOME}, DAY).new, "sent again, it is not there twice"


def test_a_remote_that_refuses_is_said(team: Path, mine: TeamRepository, tmp_path: Path) -> None:
    git(team, "config", "http.receivepack", "true")
    hook = team / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'fatal: Authentication failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    with served(tmp_path) as url, pytest.raises(CantRead, match="does not take what is pushed"):
        mine.push(f"{url}/team.git", {named(SOME): SOME}, DAY)


# --- hostile repositories --------------------------------------------------------------------------------------------


def test_a_repository_larger_than_the_limit_is_not_kept(team: Path, mine: TeamRepository) -> None:
    add(team, {named(SOME): SOME})
    old = mine.fetch(str(team))
    before = sorted(os.listdir(Path(mine.path) / "objects" / "pack"))
    add(team, {"large": os.urandom(3_000_000)})
    with pytest.raises(CantRead, match="larger than 1 MB"):
        mine.fetch(str(team), Limits(size=1_000_000))
    assert sorted(os.listdir(Path(mine.path) / "objects" / "pack")) == before
    assert mine.tip() == old


def test_nothing_of_a_repository_on_this_machine_runs(team: Path, mine: TeamRepository, tmp_path: Path) -> None:
    fired = tmp_path / "fired"
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0" >> {fired}\nexit 0\n')
    trap.chmod(0o755)
    add(team, {named(SOME): SOME, ".gitattributes": b"* filter=evil diff=evil\n", ".gitmodules": b""})
    hooks = team / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in (
        "pre-receive",
        "update",
        "post-receive",
        "post-update",
        "reference-transaction",
        "push-to-checkout",
        "proc-receive",
    ):
        (hooks / name).symlink_to(trap)
    for key in (
        "core.alternateRefsCommand",
        "core.fsmonitor",
        "core.sshCommand",
        "filter.evil.clean",
        "filter.evil.smudge",
        "uploadpack.packObjectsHook",
    ):
        git(team, "config", key, str(trap))
    git(team, "config", "core.hooksPath", str(hooks))
    git(team, "config", "receive.denyCurrentBranch", "updateInstead")
    other = bare(tmp_path / "alternate.git")
    (team / "objects" / "info" / "alternates").write_text(f"{other / 'objects'}\n")
    mine.fetch(str(team))
    mine.push(str(team), {named(OTHER): OTHER}, DAY)
    assert not fired.exists()
    # The traps are set: plain git falls into them.
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch=accrete-coach", str(team), str(clone))
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "x")
    git(clone, "push", "--quiet", "origin", "HEAD:accrete-coach")
    assert fired.exists()


def test_a_partial_clone_on_this_machine_runs_no_program_for_what_it_lacks(
    team: Path, mine: TeamRepository, tmp_path: Path
) -> None:
    """Git has this of its own since 2.39.4; before, only what is said to the other end holds it."""
    fired = tmp_path / "fired"
    add(team, {named(SOME): SOME})
    (team / "objects" / sha_of("blob", SOME)[:2]).mkdir(exist_ok=True)
    sha = blob(team, SOME)
    for pack in (team / "objects" / "pack").iterdir():
        pack.rename(tmp_path / pack.name)
    for pack in tmp_path.glob("*.pack"):
        git(team, "unpack-objects", "-q", given=pack.read_bytes())
    (team / "objects" / sha[:2] / sha[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
    }.items():
        git(team, "config", key, value)
    git(team, "config", "remote.evil.url", str(bare(tmp_path / "evil.git")))
    git(team, "config", "remote.evil.uploadpack", f"touch {fired}; git-upload-pack")
    with pytest.raises(CantRead):
        mine.fetch(str(team))
    assert not fired.exists()


def test_a_tree_of_trees_without_end_is_named_and_not_followed(team: Path, mine: TeamRepository) -> None:
    inner = tree(team, [("100644", "x", blob(team, b"x"))])
    for _ in range(12):
        inner = tree(team, [("40000", f"d{n}", inner) for n in range(10)])
    good = blob(team, SOME)
    totals = tree(team, [("100644", named(SOME).rpartition("/")[2], good), ("40000", "bomb", inner)])
    commit(
        team,
        tree(
            team, [("40000", "v1", tree(team, [("40000", "totals", totals), ("40000", "bomb", inner)])), ("40000", "bomb", inner)]
        ),
    )
    began = time.monotonic()
    mine.fetch(str(team))
    assert {(one.path, one.mode) for one in mine.entries(LAYOUT)} == {
        (named(SOME), "100644"),
        *((path, "040000") for path in ("bomb", "v1/bomb", "v1/totals/bomb")),
    }
    mine.push(str(team), {named(OTHER): OTHER}, DAY)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("name", ["..", ".git", "../../../evil.json", ".GIT"])
def test_names_that_lead_elsewhere_are_refused_and_nothing_is_written_outside_the_copy(
    team: Path, mine: TeamRepository, tmp_path: Path, name: str
) -> None:
    sha = blob(team, SOME)
    commit(team, tree(team, [("40000", "v1", tree(team, [("40000", "totals", tree(team, [("100644", name, sha)]))]))]))
    before = _listing(tmp_path, Path(mine.path))
    with pytest.raises(CantRead, match="damaged or made to do harm"):
        mine.fetch(str(team))
    assert _listing(tmp_path, Path(mine.path)) == before
    assert not list((Path(mine.path) / "objects" / "pack").iterdir())


def _listing(folder: Path, but: Path) -> set[str]:
    own = {str(but), f"{but}.lock", str(but.parent), str(but.parent.parent)}
    return {str(one) for one in folder.rglob("*") if str(one) not in own and not str(one).startswith(f"{but}/")}


def test_what_a_killed_fetch_leaves_is_in_nobodys_way(team: Path, mine: TeamRepository) -> None:
    add(team, {named(SOME): SOME})
    mine.fetch(str(team))
    copy = Path(mine.path)
    (copy / "shallow.lock").touch()
    (copy / "refs" / "heads" / "accrete-coach.lock").touch()
    (copy / "packed-refs.lock").touch()
    (copy / "objects" / "pack" / "tmp_pack_x").write_bytes(b"half")
    tip = add(team, {named(OTHER): OTHER})
    assert mine.fetch(str(team)) == tip
    assert not (copy / "objects" / "pack" / "tmp_pack_x").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights there")
def test_a_home_around_it_that_is_a_repository_is_never_touched(team: Path, tmp_path: Path) -> None:
    home = tmp_path / "dotfiles"
    home.mkdir()
    git(home, "init", "--quiet")
    before = {str(one): one.stat().st_mtime_ns for one in (home / ".git").rglob("*")}
    mine = TeamRepository(str(home / "team" / "repo.git"))
    mine.push(str(team), {named(SOME): SOME}, DAY)
    (Path(mine.path) / "HEAD").write_text("broken")
    with pytest.raises(CantRead):
        mine.tip()
    assert {str(one): one.stat().st_mtime_ns for one in (home / ".git").rglob("*")} == before
