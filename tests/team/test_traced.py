"""What strace and the audit hook write down, read; what can't be read is never taken for nothing."""

from __future__ import annotations

import pytest

from accrete_coach.traced import LOCAL, OTHER, PROGRAM, SOCKET, WRITE, Act, Expected, audit_acts, strace_acts, why

EXPECTED = Expected(("/own", "/tmp/own"), ("/usr/bin/python3",), ("-m", "accrete_coach"), "/usr/bin/git", "/own/repository")


def acts(*lines: str) -> list[tuple[str, str, bool]]:
    return [(act.kind, act.what, act.failed) for act in strace_acts((f"{line}\n" for line in lines), "/start")]


@pytest.mark.parametrize(
    ("line", "kind", "what"),
    [
        ('7 openat(AT_FDCWD</start>, "a, (b)", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3</start/a, (b)>', WRITE, "/start/a, (b)"),
        ('7 openat(AT_FDCWD</start>, "link", O_RDWR) = 3</else/where>', WRITE, "/else/where"),
        ('7 openat(5</in/here>, "x", O_RDONLY|O_CREAT, 0600) = 4</in/here/x>', WRITE, "/in/here/x"),
        ('7 openat2(AT_FDCWD</start>, "x", {flags=O_WRONLY|O_CREAT, mode=0600, resolve=0}, 24) = 3</start/x>', WRITE, "/start/x"),
        ('7 openat(AT_FDCWD</start>, "/tmp", O_RDWR|O_EXCL|O_TMPFILE, 0600) = 3</tmp/#12 (deleted)>', WRITE, "/tmp/#12"),
        ('7 mkdir("q\\"u\\303\\251", 0777)              = 0', WRITE, '/start/q"u\u00e9'),
        ('7 unlink("/a/../b")                 = 0', WRITE, "/b"),
        ('7 unlinkat(5</in>, "x", AT_REMOVEDIR) = 0', WRITE, "/in/x"),
        ('7 symlink("/etc/passwd", "/there")  = 0', WRITE, "/there"),
        ('7 utimensat(4</in/x>, NULL, [UTIME_NOW, UTIME_NOW], 0) = 0', WRITE, "/in/x"),
        ('7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<socket:[1]>', SOCKET, "AF_INET"),
        ('7 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 3<socket:[1]>', SOCKET, "AF_INET6"),
        ('7 socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<socket:[1]>', SOCKET, "AF_NETLINK"),
        ('7 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<socket:[1]>, 4<socket:[2]>]) = 0', LOCAL, "a pair for itself"),
        ('7 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0', LOCAL, "/run/x"),
        ('7 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"/hidden"}, 10) = 0', LOCAL, "@/hidden"),
        ('7 io_uring_setup(8, {flags=0}) = 3', OTHER, "io_uring_setup"),
        ('7 execve("/bin/x", ["x", "a, \\"b\\""], ["A=1"]) = 0', PROGRAM, "/bin/x"),
    ],
)  # fmt: skip
def test_a_call_is_read(line: str, kind: str, what: str) -> None:
    assert acts(line) == [(kind, what, False)]


def test_what_does_not_change_a_file_is_no_act() -> None:
    assert (
        acts(
            '7 openat(AT_FDCWD</start>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>',
            "7 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8} ---",
            "7 +++ exited with 0 +++",
            "7 exit_group(0)                     = ?",
            '7 recvfrom(3<socket:[1]>, "", 8, 0, NULL, NULL) = 0',
            "",
        )
        == []
    )


def test_both_names_of_a_renaming_are_acts() -> None:
    line = '7 renameat2(AT_FDCWD</start>, "a", 4</there>, "b", RENAME_NOREPLACE) = 0'
    assert acts(line) == [(WRITE, "/start/a", False), (WRITE, "/there/b", False)]


def test_a_call_in_two_pieces_is_one() -> None:
    assert acts(
        '7 openat(AT_FDCWD</start>, "/a/b", O_WRONLY|O_CREAT <unfinished ...>',
        '8 mkdir("/c", 0700) = 0',
        "7 <... openat resumed>, 0600) = 3</a/b>",
    ) == [(WRITE, "/c", False), (WRITE, "/a/b", False)]


def test_a_call_that_never_came_back_is_an_act_all_the_same() -> None:
    assert [kind for kind, _, _ in acts("7 connect(3, {sa_family=AF_INET, sin_port=htons(80)}, 16 <unfinished ...>")] == [SOCKET]


def test_what_was_tried_only_is_an_act() -> None:
    assert acts('7 mkdir("/etc/x", 0777) = -1 EACCES (Permission denied)') == [(WRITE, "/etc/x", True)]


def test_a_child_works_where_its_parent_did() -> None:
    assert acts(
        '7 chdir("/in")                       = 0',
        "7 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 8",
        '7 chdir("/other")                    = 0',
        '8 mkdir("x", 0700)                   = 0',
        '7 mkdir("x", 0700)                   = 0',
    ) == [(WRITE, "/in/x", False), (WRITE, "/other/x", False)]


@pytest.mark.parametrize(
    "line",
    [
        "nothing of strace's",
        '7 openat(AT_FDCWD</start>, "/cut off"..., O_WRONLY) = -1 ENOENT (No such file or directory)',
        '7 openat(AT_FDCWD</start>, "/a',
        '7 execve("/bin/x", 0x7ffe, 0x7ffe) = 0',
        '7 execve("/bin/x", ["x"...], ["A=1"]) = 0',
        '7 mkdirat(5, "x", 0700) = 0',
        "7 <... openat resumed>, 0600) = 3</a/b>",
        '9 mkdir({x, "x", 0700) = 0',
    ],
)
def test_what_cannot_be_read_is_never_expected(line: str) -> None:
    found = [*strace_acts([line], "/start")]
    assert found
    assert [act.kind for act in found] == [OTHER]
    assert not why(found[0], EXPECTED)


@pytest.mark.parametrize("line", ["", "no json", "[]", '["written", 7, "open", []]', '["unheard of", "", "", []]', "7", "null"])
def test_a_line_of_the_audit_hook_that_cannot_be_read_is_never_expected(line: str) -> None:
    assert [act.kind for act in audit_acts([line])] == [OTHER]


@pytest.mark.parametrize(
    ("act", "fine"),
    [
        (Act(WRITE, "/own", ""), True),
        (Act(WRITE, "/own/a/b", ""), True),
        (Act(WRITE, "/owner/a", ""), False),
        (Act(WRITE, "/dev/null", ""), True),
        (Act(WRITE, "/dev/pts/3", ""), True),
        (Act(WRITE, "/dev/sda", ""), False),
        (Act(WRITE, "/dev/shm/stolen/x", ""), False),
        (Act(SOCKET, "AF_INET", ""), False),
        (Act(LOCAL, "a pair for itself", ""), True),
        (Act(LOCAL, "/var/run/nscd/socket", ""), True),
        (Act(LOCAL, "/var/run/docker.sock", ""), False),
        (Act(LOCAL, "@/tmp/.X11-unix/X0", ""), False),
        (Act(OTHER, "io_uring_setup", ""), False),
    ],
)
def test_only_what_is_announced_is_expected(act: Act, fine: bool) -> None:
    assert bool(why(act, EXPECTED)) is fine


@pytest.mark.parametrize(
    ("path", "words", "fine"),
    [
        ("/usr/bin/python3", "python3 -m accrete_coach list", True),
        ("/usr/bin/python3", "python3 -c 0", False),
        ("/usr/bin/python3", "python3 /own/other.py -m accrete_coach", False),
        ("/usr/local/bin/python3", "python3 -m accrete_coach list", False),
        ("/usr/bin/git", "git version", True),
        ("/usr/bin/git", "git -c a=b -C /own/repository rev-list --stdin", True),
        ("/usr/bin/git", "git -C /own/repository worktree list --porcelain", True),
        ("/usr/bin/git", "git -C /own/repository worktree add x", False),
        ("/usr/bin/git", "git -C /own/repository config a b", False),
        ("/usr/bin/git", "git -C /own/repository fetch rev-list", False),
        ("/usr/bin/git", "git -C /home/sam/shop rev-list --stdin", False),
        ("/usr/bin/git", "git --exec-path=/x -C /own/repository push", False),
        ("/else/git", "git version", False),
        ("/usr/bin/env", "/usr/bin/env -i A=b git -C /own/repository rev-parse --x", True),
        ("/usr/bin/env", "/usr/bin/env -i A=b sh -c git", False),
        ("/usr/bin/env", "/usr/bin/env", False),
        ("/bin/sh", "sh -c true", False),
    ],
)
def test_only_the_program_and_git_as_it_is_asked_are_expected(path: str, words: str, fine: bool) -> None:
    assert bool(why(Act(PROGRAM, path, "", tuple(words.split())), EXPECTED)) is fine
