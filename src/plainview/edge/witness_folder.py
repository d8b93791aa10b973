"""A witness's folder: its key, and one small file for each log it has cosigned.

    witness.ed25519        the private key, 32 bytes, for this user alone
    witness.vkey           name and public key, as others are given them
    logs/ID.head           what is kept of one log; ID is the start of SHA-256 of its origin
    logs/ID.lock           locked while one request for that log is decided
    evidence/ID-SIZE.txt   two notes of one size and different roots, both signed by the log

One file a log, replaced whole: a write is one file and one rename, each fsynced, no library to
trust with it, and `cat` shows a person what is kept. A lock on a file excludes the threads of this
process (each opens it anew) and every other process, and ends with its holder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from plainview.core.tlog import (
    BadKey,
    Seen,
    TlogError,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    witness_key,
)
from plainview.edge.files import sync_folder, write_whole
from plainview.ports.witness import Kept, NotKept, StateDamaged

HEADER = b"plainview witness-head v1"
KEY_NAME = "witness.ed25519"
VKEY_NAME = "witness.vkey"
EVIDENCE_MAX = 100
"""So many files of evidence are kept; a log that shows more has convicted itself often enough."""


class NoWitnessKey(Exception):
    """The folder's key is not there, not readable or not the one beside it; the message says."""


def make_witness_key(folder: Path, *, name: str, key: bytes) -> VerifierKey:
    """Keep `key` as witness `name`'s, for ever. Raises: NoWitnessKey: one is there. BadKey."""
    public = witness_key(name, key)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEY_NAME
    if path.exists() or (folder / "logs").exists():
        raise NoWitnessKey(f"{folder} is a witness's already; a witness keeps its key")
    # mkstemp makes files for this user alone.
    write_whole(folder / VKEY_NAME, public.vkey().encode() + b"\n")
    write_whole(path, key)
    (folder / VKEY_NAME).chmod(0o644)
    sync_folder(folder.parent)
    return public


def read_witness_key(folder: Path) -> tuple[bytes, VerifierKey]:
    """The private key and the public one with its name. Raises: NoWitnessKey."""
    try:
        key = (folder / KEY_NAME).read_bytes()
        public = parse_vkey((folder / VKEY_NAME).read_text().strip())
    except FileNotFoundError as error:
        raise NoWitnessKey(f"{error.filename} is not there: run with --init once") from error
    except (BadKey, UnicodeDecodeError) as error:
        raise NoWitnessKey(f"{folder / VKEY_NAME} is damaged: {error}") from error
    if len(key) != 32 or witness_key(public.name, key) != public:
        raise NoWitnessKey(f"{folder / KEY_NAME} is not the key that {VKEY_NAME} names")
    return key, public


def encode_kept(kept: Kept) -> bytes:
    """A head file: header, checksum of what follows, time, the note as the log signed it."""
    rest = f"time {kept.time_s}\n\n".encode() + kept.note
    return b"\n".join([HEADER, sha256(rest).hexdigest().encode(), rest])


def parse_kept(data: bytes) -> Kept:
    """What a head file keeps. Raises: StateDamaged."""
    header, _, body = data.partition(b"\n")
    checksum, _, rest = body.partition(b"\n")
    time, _, note = rest.partition(b"\n\n")
    if header != HEADER or checksum != sha256(rest).hexdigest().encode():
        raise StateDamaged("a head file is not as it was written")
    try:
        head = parse_checkpoint(parse_note(note).text)
        return Kept(Seen(head.size, head.root), int(time.removeprefix(b"time ")), note)
    except (TlogError, ValueError) as error:
        raise StateDamaged(f"a head file holds no head: {error}") from error


class _HeldFile:
    """`HeldLog` over one head file, between lock and unlock."""

    def __init__(self, path: Path, evidence: Path, kept: Kept) -> None:
        self._path = path
        self._evidence = evidence
        self.kept = kept

    def keep(self, kept: Kept) -> None:
        """See `HeldLog`."""
        part = self._path.with_suffix(".new")
        try:
            with part.open("wb") as file:
                file.write(encode_kept(kept))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            raise NotKept(f"{self._path} could not be written: {error.strerror}") from error
        self.kept = kept

    def keep_evidence(self, mine: bytes, other: bytes) -> None:
        """See `HeldLog`."""
        path = self._evidence / f"{self._path.stem}-{self.kept.head.size}.txt"
        try:
            if path.exists() or len(list(self._evidence.iterdir())) >= EVIDENCE_MAX:
                return
            write_whole(path, mine + b"\n" + other)
        except OSError as error:
            raise NotKept(f"{path} could not be written: {error.strerror}") from error


class FileWitnessState:
    """`WitnessState` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._logs = folder / "logs"
        self.evidence = folder / "evidence"
        for made in (self._logs, self.evidence):
            made.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)

    def _path(self, origin: str) -> Path:
        return self._logs / f"{sha256(origin.encode()).hexdigest()[:32]}.head"

    def kept(self, origin: str) -> Kept:
        """See `WitnessState`."""
        path = self._path(origin)
        try:
            kept = parse_kept(path.read_bytes())
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise StateDamaged(f"{path} cannot be read: {error.strerror}") from error
        except StateDamaged as error:
            raise StateDamaged(f"{path}: {error}") from error
        if parse_checkpoint(parse_note(kept.note).text).origin != origin:
            raise StateDamaged(f"{path} is of another log")
        return kept

    @contextmanager
    def held(self, origin: str) -> Iterator[_HeldFile]:
        """See `WitnessState`."""
        path = self._path(origin)
        try:
            lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise NotKept(f"{path} cannot be locked: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield _HeldFile(path, self.evidence, self.kept(origin))
        finally:
            os.close(lock)
