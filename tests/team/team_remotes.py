"""Real remotes for tests: bare repositories, everything that is in them, hostile trees, and servers on this machine."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from accrete_coach.team.folder import FOLDERS

BRANCH = "refs/heads/accrete-coach"
DAY = 1_790_553_600
"""A midnight."""
LAYOUT = FOLDERS


def git(repository: Path, *words: str, given: bytes = b"") -> bytes:
    """Plain git, as the people around a team use it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env = {**kept, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Kim"), ("EMAIL", "kim@example.org"))
    }
    done = subprocess.run(["git", *words], cwd=repository, env=env, input=given, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def bare(path: Path) -> Path:
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--bare", "--initial-branch=main")
    return path


def named(data: bytes, folder: str = "v1/totals", ending: str = "json") -> str:
    return f"{folder}/{hashlib.sha256(data).hexdigest()[:32]}.{ending}"


class Everything(NamedTuple):
    """All that a repository holds."""

    refs: dict[str, str]
    objects: dict[str, tuple[str, bytes]]


def everything(repository: Path) -> Everything:
    listed = git(repository, "for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
    refs = {line.split(" ")[0]: line.split(" ")[1] for line in listed}
    told = git(repository, "cat-file", "--batch-all-objects", "--unordered", "--batch")
    objects, at = {}, 0
    while at < len(told):
        end = told.index(b"\n", at)
        sha, kind, size = told[at:end].decode().split()
        objects[sha] = (kind, told[end + 1 : end + 1 + int(size)])
        at = end + int(size) + 2
    return Everything(refs, objects)


def sha_of(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()


def blob(repository: Path, data: bytes) -> str:
    return git(repository, "hash-object", "-w", "--stdin", given=data).decode().strip()


def tree(repository: Path, rows: Sequence[tuple[str, str, str]]) -> str:
    """A tree of (mode, name, sha), whatever the names are."""
    rows = sorted(rows, key=lambda row: row[1] + ("/" if row[0] == "40000" else ""))
    data = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(sha) for mode, name, sha in rows)
    return git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=data).decode().strip()


def commit(repository: Path, root: str, *parents: str, ref: str = BRANCH) -> str:
    words = [word for parent in parents for word in ("-p", parent)]
    sha = git(repository, "commit-tree", root, *words, "-m", "by hand").decode().strip()
    git(repository, "update-ref", ref, sha)
    return sha


def add(repository: Path, files: Mapping[str, bytes], *, ref: str = BRANCH, anew: bool = False) -> str:
    """One commit with many files upon the branch, as somebody else may push it."""
    has = not anew and ref in everything_refs(repository)
    out = [f"commit {ref}\ncommitter Kim <kim@example.org> 1790000000 +0200\ndata 1\nx\n".encode()]
    out += [f"from {ref}^0\n".encode()] if has else []
    for path, data in files.items():
        out.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    git(repository, "fast-import", "--quiet", "--force", given=b"".join(out))
    return git(repository, "rev-parse", ref).decode().strip()


def everything_refs(repository: Path) -> list[str]:
    return git(repository, "for-each-ref", "--format=%(refname)").decode().split()


@contextlib.contextmanager
def served(folder: Path, password: str = "") -> Iterator[str]:
    """The bare repositories in a folder over http on this machine, by git's own program; with a password for `sam`, where one is given."""
    backend = (
        Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())
        / "git-http-backend"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = "Basic " + base64.b64encode(f"sam:{password}".encode()).decode()
            if password and self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="team"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            env = {
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "REMOTE_USER": "sam",
                "CONTENT_LENGTH": str(len(given)),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "PATH": os.environ["PATH"],
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_CONFIG_GLOBAL": "/dev/null",
                "GIT_CONFIG_NOSYSTEM": "1",
            }
            told = subprocess.run([str(backend)], env=env, input=given, capture_output=True, timeout=60).stdout
            head, _, body = told.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                # Whoever asked may have gone.
                self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def hung() -> Iterator[str]:
    """A server that takes every connection and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/team.git"
