"""The profile kept whole: opened whatever became of it, copied once a day, restored, and rid of what is to be forgotten."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from .migrations import SCHEMA
from .places import Places
from .profile import APPLICATION, COPIES, Busy, CantWrite, Damaged, Profile, ProfileError, copy_to, inode_of, is_damage
from .sessions.prints import Hasher
from .suggestions import ANSWERS
from .team import consent

if TYPE_CHECKING:
    from .coach import ReaderLock

KEPT = 3
"""Daily copies that are kept."""
FORGETTING = "forgetting"
"""The key under which the profile notes that what was removed from it is still to be removed from its file and the copies."""
LEFT_BEHIND = 600
"""Seconds after which a copy that is still unfinished was left behind by a process that died."""
LASTING = {
    "corrections": ("agent", "session", "practice", "word", "by", "because", "at"),
    "choices": ("practice", "choice", "because", "at"),
    "audits": ("at", "agent", "session", "practice", "word", "by", "answer"),
    "forgotten": ("hash", "at"),
    "tips": ("num", "practice", "at", "you", "happened", "applied", "answer", "answered", "until"),
    "focuses": ("num", "practice", "at", "said", "since", "you", "happened", "applied", "ended", "how"),
    "checkins": ("week", "satisfaction", "flow", "alone", "note", "at"),
}
"""What no transcript could give back: table -> columns."""


def copies_folder(places: Places) -> Path:
    """Where the copies are."""
    return places.home / COPIES


def copies(places: Places) -> list[Path]:
    """The copies there are, the newest first: the daily ones, then those made before the profile was brought up to date."""
    folder = copies_folder(places)
    daily = sorted(folder.glob("profile-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"), reverse=True)
    return [*daily, *sorted(folder.glob("profile-of-schema-*.db"), reverse=True)]


def set_aside(places: Places) -> list[Path]:
    """Damaged or foreign databases that were set aside."""
    return sorted(places.home.glob("profile-set-aside-*.db"))


def sound(path: Path) -> bool:
    """Whether a copy is a whole profile that this program can read."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            return bool(
                db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
                and 0 < db.execute("PRAGMA user_version").fetchone()[0] <= SCHEMA
                and db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
                and db.execute("SELECT 1 FROM meta WHERE key = 'key'").fetchone()
            )
    except (sqlite3.Error, OSError):
        return False


# --- opening ---------------------------------------------------------------------------------------------------------


def open_profile(places: Places, lock: ReaderLock, now: datetime) -> tuple[Profile, str]:
    """The profile, whatever became of it, and what had to be done, in sentences ("" for nothing).

    Raises ProfileError where a newer program wrote it or another process holds it: there nothing is wrong with it.
    """
    path = places.profile
    remove_unfinished(places, lock)
    before = inode_of(path)
    try:
        if (before < 0 or _emptied(path)) and any(sound(c) for c in copies(places)):
            return restore(places, lock, now, f"{path} was {'empty' if before >= 0 else 'gone'}", before)
        profile = Profile(path)
        try:
            profile.key  # noqa: B018 (whether it has one)
        except BaseException:
            profile.close()
            raise
        return profile, ""
    except Damaged as problem:
        return restore(places, lock, now, str(problem).partition(";")[0], before)
    except Busy:
        raise
    except CantWrite as problem:
        return _in_memory(path, str(problem))


def _emptied(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:
        return False


def _in_memory(source: Path, why: str) -> tuple[Profile, str]:
    profile = Profile.in_memory(source)
    return profile, (
        f"{why}. Working in memory: what is read now is forgotten when this ends, and nothing you say of it can be kept."
    )


def restore(places: Places, lock: ReaderLock, now: datetime, why: str, inode: int) -> tuple[Profile, str]:
    """Set aside what stands in the profile's place, and go on with the newest sound copy, or from the beginning.

    `inode`: of the file that was found wanting; where another process has replaced it meanwhile, nothing is left to do.
    """
    held = lock.held
    if not held and not lock.take():
        newest = next((c for c in copies(places) if sound(c)), places.profile)
        profile = Profile.in_memory(newest)
        return profile, (
            f"{why}. Another accrete-coach still uses it: end that one and start this again to have it set aside and restored."
            f" Until then this shows {_dated(newest) if newest != places.profile else 'nothing of it'}, and keeps nothing."
        )
    try:
        if inode_of(places.profile) not in (inode, -1):
            return Profile(places.profile), ""
        profile, told = _replace(places, now)
    except (OSError, CantWrite) as problem:
        return _in_memory(places.profile, f"{why}, and it can't be set aside ({problem})")
    finally:
        if not held:
            lock.release()
    return profile, f"{why}. {told}"


def _replace(places: Places, now: datetime) -> tuple[Profile, str]:
    path = places.profile
    theirs = _foreign(path)
    saved = _lasting(path)
    newest = next((c for c in copies(places) if sound(c)), None)
    new = path.with_name("profile.restored.db")
    if newest is not None:
        # Whole on the disk before anything is moved: whatever happens in between, the next start finds it or the copy.
        with open(newest, "rb") as source, open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            shutil.copyfileobj(source, out)
            out.flush()
            os.fsync(out.fileno())
    told = []
    if os.path.lexists(path):
        aside = _free_name(path.with_name(f"profile-set-aside-{now:%Y-%m-%d-%H%M%S}.db"))
        for suffix in ("-wal", "-shm", "-journal", ""):
            with suppress(FileNotFoundError):
                os.replace(f"{path}{suffix}", f"{aside}{suffix}")
        told.append(f"It was set aside as {aside.name}; nothing was deleted.")
    if newest is not None:
        os.replace(new, path)
    profile = Profile(path)
    kept = _keep_lasting(profile, saved, fresh=newest is None)
    if newest is not None:
        told.append(f"Restored from {_dated(newest)}; what came after is read again from the transcripts that still exist.")
    else:
        told.append("There is no sound copy: everything is read again from the transcripts that still exist.")
    if theirs:
        pass  # It never held a word of this person's.
    elif kept:
        told.append("What you said of the readings since could be saved.")
    elif newest is not None:
        told.append("What you said of the readings after that copy is lost.")
    else:
        told.append("What you said of the readings is lost.")
    return profile, " ".join(told)


def _free_name(path: Path) -> Path:
    count = 1
    free = path
    while os.path.lexists(free):
        count += 1
        free = path.with_name(f"{path.stem}-{count}.db")
    return free


def _dated(copy: Path) -> str:
    return f"the copy {copy.name}"


def _foreign(path: Path) -> bool:
    """Whether it is a sound database of another program."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            return bool(tables and db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION)
    except (sqlite3.Error, OSError):
        return False


Lasting = dict[str, list[tuple[object, ...]]]


def _lasting(path: Path) -> Lasting | None:
    """What no transcript could give back, as far as a damaged profile still holds it whole; None where it does not."""
    out: Lasting = {}
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                return None
            out["key"] = db.execute("SELECT value FROM meta WHERE key = 'key'").fetchall()
            there = _tables(db)
            for table, columns in LASTING.items():
                # Before the schema that brought it, there was nothing of it.
                out[table] = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall() if table in there else []
    except (sqlite3.Error, OSError, UnicodeDecodeError):
        return None
    # Bytes that were turned over may still make a row: what is no such row is not taken.
    whole = (
        all(isinstance(k[0], bytes) and len(k[0]) == 16 for k in out["key"])
        and all(c[3] in ("seen", "not-seen", "not-applicable") and isinstance(c[6], int) for c in out["corrections"])
        and all(c[1] in ("elsewhere", "not-for-me") for c in out["choices"])
        and all(a[6] in ("right", "wrong", "unsure") and isinstance(a[0], int) for a in out["audits"])
        and all(
            isinstance(t[1], str) and t[6] in ANSWERS and all(isinstance(t[n], int) for n in (0, 2, 3, 4, 5, 7, 8))
            for t in out["tips"]
        )
        and all(
            isinstance(f[1], str) and isinstance(f[3], str) and all(isinstance(f[n], int) for n in (0, 2, 4, 5, 6, 7, 8))
            for f in out["focuses"]
        )
        and all(isinstance(c[0], str) and all(isinstance(c[n], int) for n in (1, 2, 3, 5)) for c in out["checkins"])
    )
    return out if whole and out["key"] else None


def _keep_lasting(profile: Profile, saved: Lasting | None, *, fresh: bool) -> bool:
    if saved is None or (not fresh and saved["key"][0][0] != profile.key):
        return False
    try:
        with profile.change():
            if fresh:
                profile.set_meta("key", saved["key"][0][0])
            for table, columns in LASTING.items():
                # What was taken back since the copy must not come back with it. What was forgotten never is taken back.
                if table != "forgotten":
                    profile.db.execute(f"DELETE FROM {table}")
                profile.db.executemany(
                    f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                    saved[table],
                )
            if forgotten_sessions(profile):
                # The copy is older than their removal, or that was never finished.
                profile.set_meta(FORGETTING, 1)
    except (sqlite3.IntegrityError, ProfileError):
        return False
    return True


# --- the daily copy --------------------------------------------------------------------------------------------------


def copy_daily(profile: Profile, places: Places, today: date) -> str:
    """Once a day: check the profile and copy it. Returns a sentence where that failed, "" else. Raises Damaged.

    For the process that reads: only one does it.
    """
    if profile.path is None:
        return ""
    path = copies_folder(places) / f"profile-{today}.db"
    if path.exists():
        return ""
    try:
        found = profile.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise Damaged(f"{profile.path}: the daily check found damage ({found})")
        copy_to(profile.db, path)
    except (sqlite3.Error, OSError) as problem:
        if is_damage(problem):
            raise Damaged(f"{profile.path}: the daily check found damage ({problem})") from problem
        return f"{path}: today's copy of the profile could not be made ({problem}); the next scan tries again"
    kept = copies(places)
    daily = [c for c in kept if not c.name.startswith("profile-of-")]
    # The copy of an older schema goes when there are as many newer ones as are kept.
    for old in [*daily[KEPT:], *(kept[len(daily) :] if len(daily) >= KEPT else [])]:
        with suppress(OSError):
            old.unlink()
    return ""


# --- what a killed process leaves ------------------------------------------------------------------------------------


def remove_unfinished(places: Places, lock: ReaderLock) -> None:
    """Remove copies that a killed process never finished. Never raises.

    Daily copies and restored profiles are made under the reader's lock: whoever has it knows that nobody is at work on one.
    Any process may make the copy before a new schema, which is left behind only when nobody has written to it for long.
    """
    found = _unfinished(places)
    if not found:
        return
    held = lock.held
    mine = held or lock.take()
    try:
        for path in found:
            with suppress(OSError):
                if (mine and not path.name.startswith("profile-of-")) or time.time() - path.stat().st_mtime > LEFT_BEHIND:
                    path.unlink()
    finally:
        if mine and not held:
            lock.release()


def _unfinished(places: Places) -> list[Path]:
    restored = [p for p in _with_journal(places.home / "profile.restored.db") if os.path.lexists(p)]
    return [*restored, *sorted(copies_folder(places).glob("profile-*.new*")), *sorted(places.home.glob("profile.*.new"))]


# --- forgetting ------------------------------------------------------------------------------------------------------


class Meant(NamedTuple):
    """A session that is to be forgotten."""

    agent: str
    id: str
    project: str
    started: int
    """Milliseconds since 1970, UTC; 0 where it never began."""


def _chosen(db: sqlite3.Connection, *, project: str | None, since: int | None, until: int | None) -> list[Meant]:
    """The sessions in projects whose folder holds the words, started in [since, until)."""
    conditions, given = ["1"], list[object]()
    if project is not None:
        conditions.append("instr(lower(project), lower(?))")
        given.append(project)
    if since is not None or until is not None:
        # What never began, such as an agent's warm-up, is of no day.
        conditions.append("started > 0")
    if since is not None:
        conditions.append("started >= ?")
        given.append(since)
    if until is not None:
        conditions.append("started < ?")
        given.append(until)
    rows = db.execute(f"SELECT agent, id, project, started FROM sessions WHERE {' AND '.join(conditions)} ORDER BY num", given)
    return [Meant(*row) for row in rows]


def matching(places: Places, db: sqlite3.Connection, *, project: str | None, since: int | None, until: int | None) -> list[Meant]:
    """The sessions meant, wherever they stand: in the profile, in a copy, in a database that was set aside."""
    found = {(one.agent, one.id): one for one in _chosen(db, project=project, since=since, until=until)}
    for path in [*copies(places), *set_aside(places)]:
        # What can't be read is named, or removed, when it is to be cleaned.
        with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(path, isolation_level=None)) as copy:
            if copy.execute("PRAGMA application_id").fetchone()[0] == APPLICATION:
                for one in _chosen(copy, project=project, since=since, until=until):
                    found.setdefault((one.agent, one.id), one)
    return list(found.values())


def forgotten_sessions(profile: Profile, db: sqlite3.Connection | None = None) -> list[tuple[int, str, str]]:
    """(number, agent, id) of sessions that a profile, or a copy of it, holds though the person had them forgotten."""
    hashes = profile.forgotten()
    if not hashes:
        return []
    db = db or profile.db
    hasher = Hasher(profile.key)
    tables = _tables(db)
    rows = db.execute("SELECT num, agent, id FROM sessions ORDER BY num").fetchall()
    for table in ("corrections", "audits"):
        if table in tables:
            # What the person said of a session may stand where the session itself does not: no session has the number -1.
            rows += db.execute(f"SELECT DISTINCT -1, agent, session FROM {table}").fetchall()
    return [(num, agent, name) for num, agent, name in rows if hasher("forgotten", agent, name) in hashes]


def _tables(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def remove(db: sqlite3.Connection, sessions: Iterable[tuple[int, str, str]], forgotten: Iterable[tuple[int, int]]) -> None:
    """Remove sessions with all that was ever kept of them; of what is forgotten remain (hash, when). Inside a transaction."""
    tables = _tables(db)
    for num, agent, name in sessions:
        db.execute("DELETE FROM facts WHERE file IN (SELECT num FROM files WHERE session = ?)", (num,))
        for table in ("files", "readings", "instructions", "identities"):
            if table in tables:
                db.execute(f"DELETE FROM {table} WHERE session = ?", (num,))
        # Who shared history with it is read again: some of it may be theirs now.
        db.execute("UPDATE sessions SET stamp = '' WHERE num IN (SELECT loser FROM precedence WHERE winner = ?)", (num,))
        db.execute("DELETE FROM precedence WHERE winner = ? OR loser = ?", (num, num))
        db.execute("DELETE FROM sessions WHERE num = ?", (num,))
        for table in ("corrections", "audits"):
            if table in tables:
                db.execute(f"DELETE FROM {table} WHERE agent = ? AND session = ?", (agent, name))
    # The paths that could not be read may be theirs; the next scan names those that still cannot.
    db.execute("DELETE FROM meta WHERE key = 'problems'")
    # What they said of their neighbours is said no more.
    db.execute("INSERT OR REPLACE INTO meta VALUES ('unsettled', 1)")
    if "forgotten" in tables:
        db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", forgotten)


def shrink(db: sqlite3.Connection) -> None:
    """Write the database anew, so that nothing of what was removed is left in its file. Raises sqlite3.Error."""
    db.execute("VACUUM")
    # Where somebody still reads from the journal it says so in its answer alone, and the file stays as it was.
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise sqlite3.OperationalError("database is locked")


def clean_copies(profile: Profile, places: Places) -> tuple[int, list[Path]]:
    """Remove what is forgotten from every copy too: (copies that were written anew, files that can't be read and stay).

    A daily copy that can't be cleaned is removed: it could be no help anyway. A database that was set aside stays.
    """
    done, left = 0, []
    hashes = profile.db.execute("SELECT hash, at FROM forgotten").fetchall()
    for path in [*copies(places), *set_aside(places)]:
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                    left.append(path)
                    continue
                db.execute("BEGIN IMMEDIATE")
                remove(db, forgotten_sessions(profile, db), hashes)
                db.execute("COMMIT")
                shrink(db)
            done += 1
        except (sqlite3.Error, OSError):
            if path.parent != copies_folder(places) or not all(_unlink(p) for p in _with_journal(path)):
                left.append(path)
    left += [path for path in _unfinished(places) if not _unlink(path)]
    return done, left


def _with_journal(path: Path) -> list[Path]:
    """A database after the files that SQLite keeps beside it."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal", "")]


def _unlink(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def everything(places: Places) -> list[Path]:
    """All files that hold the profile or a copy of it, and what has to do with sharing: keys, what waits, copies of what left."""
    return [p for p in _everything(places) if os.path.lexists(p)]


def _everything(places: Places) -> Iterator[Path]:
    # The profile last: as long as it is there, nobody restores what was removed from a copy.
    folder = copies_folder(places)
    if folder.is_dir() and not folder.is_symlink():
        yield from sorted(p for p in folder.iterdir() if p.name.startswith("profile-"))
    for path in (*set_aside(places), places.home / "profile.restored.db", places.profile):
        if path == places.profile:
            yield places.readable
            yield from sorted(places.home.glob("profile.*.new"))
            yield places.request
            yield places.now
            yield places.now.with_suffix(".new")
            yield places.delivery
            yield from sorted(places.home.glob("delivery.*.new"))
            yield from _of_sharing(places)
        yield from _with_journal(path)


def _of_sharing(places: Places) -> Iterator[Path]:
    # Whoever turned reading off keeps it off: forgetting what was read is no wish to have it read again.
    kept = places.consent if consent.load(places.consent).mode == "off" else None
    for folder, _, names in os.walk(places.team):
        yield from (path for path in (Path(folder) / name for name in sorted(names)) if path != kept)


def remove_everything(places: Places) -> None:
    """Remove the profile, its copies, what was set aside and all of sharing. Settings, themes and practices of one's own stay."""
    for path in everything(places):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        copies_folder(places).rmdir()
    for folder, _, _ in os.walk(places.team, topdown=False):
        with suppress(OSError):
            os.rmdir(folder)
