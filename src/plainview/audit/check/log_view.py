"""A log downloaded whole: every entry checked against the signed root, then folded in order."""

from collections.abc import Callable, Sequence

from plainview.audit.check.findings import ASK_THE_SERVICE
from plainview.audit.check.proof_files import ProvenEntry, TrustVersion, base64_of
from plainview.audit.check.source import (
    CHECKPOINT,
    TILE_BYTES_MAX,
    Source,
    is_copy,
    read_bytes,
)
from plainview.core.history import (
    BadEntry,
    BadTrust,
    Breach,
    Entry,
    History,
    Trust,
    TrustDocument,
    check_trust,
    parse_entry,
)
from plainview.core.terms.hashing import leaf_hash
from plainview.core.tlog import (
    ENTRIES,
    TILE_WIDTH,
    Checkpoint,
    Frontier,
    HashReader,
    KnownHashes,
    TlogError,
    inclusion_path,
    open_checkpoint,
    parse_bundle,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    subtree_hashes,
    tile_of,
)

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


class NoLog(Exception):
    """There is no log to check at the source, or it cannot be read whole; the message says why.
    It says nothing about the service: another source may have it."""


class LogView:
    """All entries under one signed head, and what they establish."""

    def __init__(self, note: bytes, checkpoint: Checkpoint, bodies: Sequence[bytes]) -> None:
        self.note = note.decode()
        self.checkpoint = checkpoint
        self.bodies = bodies
        self.history = History()
        self.breaches: list[Breach] = []
        self.unreadable: list[tuple[int, str]] = []
        self.trust_versions: tuple[TrustVersion, ...] = ()
        self.trusts: tuple[TrustDocument, ...] = ()
        self.times_ms: list[int] = []
        self._hashes: HashReader | None = None

    @property
    def newest_ms(self) -> int:
        """The time of the last entry: as far as the log goes."""
        return self.times_ms[-1] if self.times_ms else 0

    @property
    def tree(self) -> HashReader:
        """Hashes of the whole tree, made when first asked for."""
        if self._hashes is None:
            self._hashes = KnownHashes(subtree_hashes(leaf_hash(body) for body in self.bodies))
        return self._hashes

    def entry(self, index: int) -> Entry:
        """The entry at `index`. Raises: IndexError. BadEntry: it cannot be read."""
        if not 0 <= index < len(self.bodies):
            raise IndexError(f"entry {index} of {len(self.bodies)}")
        return parse_entry(self.bodies[index])

    def proven(self, index: int) -> ProvenEntry:
        """The entry with its path under this head."""
        path = inclusion_path(index, self.checkpoint.size, self.tree)
        body = self.bodies[index]
        try:
            return ProvenEntry(index=index, path=base64_of(path), body=body.decode())
        except UnicodeDecodeError:
            return ProvenEntry(index=index, path=base64_of(path), raw=base64_of([body])[0])

    def root_at(self, size: int) -> bytes:
        """The root of the first `size` entries."""
        return Frontier().extend([leaf_hash(body) for body in self.bodies[:size]])[0].root()


def read_log(source: Source, *, progress: Progress) -> LogView:
    """Download the log under the source's newest checkpoint, and fold it.

    Which keys may sign is in the log itself: the first root of trust is taken from entry 0, and
    the checkpoint must be signed by a log key of a version that follows from it.

    Raises: NoLog: no checkpoint, an entry that is not there, entries that do not hash to the signed
        root, a signature that does not fit. SourceFailed.
    """
    note = read_bytes(source, CHECKPOINT)
    if note is None:
        raise NoLog(f"There is no checkpoint at the source.{_whom_to_ask(source)}")
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except TlogError as error:
        raise NoLog(f"What stands in the checkpoint's place is none: {error}.") from error
    bodies = _download(source, checkpoint.size, progress)
    root = Frontier().extend([leaf_hash(body) for body in bodies])[0].root()
    if root != checkpoint.root:
        raise NoLog("The entries at the source do not hash to the root in the checkpoint.")
    view = LogView(note, checkpoint, bodies)
    _fold(view, progress)
    _open(view)
    return view


def _download(source: Source, size: int, progress: Progress) -> list[bytes]:
    bodies: list[bytes] = []
    for index in range(-(-size // TILE_WIDTH)):
        progress("reading the log", len(bodies), size)
        tile = tile_of(ENTRIES, index, size)
        assert tile is not None
        for wanted in dict.fromkeys((tile, tile.full())):
            data = read_bytes(source, f"tlog/{wanted.path()}", bytes_max=TILE_BYTES_MAX)
            if data is not None:
                break
        if data is None:
            where = f"Entries {len(bodies)} and on are not at the source."
            raise NoLog(f"{where}{_whom_to_ask(source)}")
        try:
            bodies += parse_bundle(data, wanted.width)[: tile.width]
        except TlogError as error:
            raise NoLog(f"{tile.path()} is no bundle of entries: {error}.") from error
    progress("reading the log", size, size)
    return bodies


def _whom_to_ask(source: Source) -> str:
    return f" {ASK_THE_SERVICE}" if is_copy(source) else ""


def _fold(view: LogView, progress: Progress) -> None:
    total = len(view.bodies)
    for index, body in enumerate(view.bodies):
        if index % 4096 == 0:
            progress("judging the order of entries", index, total)
        try:
            entry = parse_entry(body)
        except BadEntry as error:
            view.unreadable.append((index, str(error)))
            view.history.pass_over()
            view.times_ms.append(view.newest_ms)
            continue
        view.breaches += view.history.take(entry)
        view.times_ms.append(entry.at_ms)
    view.breaches += view.history.overdue(view.newest_ms)
    progress("judging the order of entries", total, total)


def _open(view: LogView) -> None:
    """Keep the versions of the root of trust that hold, and see that one of them signed."""
    documents: list[TrustDocument] = []
    versions: list[TrustVersion] = []
    for _, entry in view.history.trusts:
        version = _version_of(entry)
        try:
            before = documents[-1] if documents else None
            documents.append(
                check_trust(version.document.encode(), version.signatures, before=before)
            )
        except BadTrust:
            break  # the breach is among the findings; what follows from it is not believed
        versions.append(version)
    if not documents:
        raise NoLog("The log has no root of trust that is signed by its own keys.")
    keys = [parse_vkey(key) for document in documents for key in document.log_keys]
    try:
        open_checkpoint(view.note.encode(), keys)
    except TlogError as error:
        raise NoLog(f"The checkpoint is not signed by the log's keys: {error}.") from error
    view.trusts, view.trust_versions = tuple(documents), tuple(versions)


def _version_of(entry: Trust) -> TrustVersion:
    return TrustVersion(
        document=entry.document,
        signatures=tuple((one.key, one.signature) for one in entry.signatures),
    )
