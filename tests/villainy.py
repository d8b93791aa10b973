"""A demonstration in one process with its villain: who watches, who checks, who is shown what."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from plainview.app.http.books import Books
from plainview.app.villain import Asker, Villain
from plainview.app.wire import Wired
from plainview.audit.check.check import Seen, Wanted, check
from plainview.audit.check.findings import Report
from plainview.audit.check.receipts_file import HeldReceipt, ReceiptsFile, ViewerFile
from plainview.audit.check.source import Gone
from plainview.audit.verdict import Verdict
from plainview.core.events import extend, genesis
from plainview.core.history import Entry, EpochFrozen, parse_entry
from plainview.core.receipts import Receipt, parse_receipt, receipt_id, verify
from plainview.core.terms.hashing import digest_of, leaf_hash
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import Event
from plainview.core.tlog import (
    Checkpoint,
    check_consistency,
    check_inclusion,
    open_checkpoint,
    parse_path,
)
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import KEY_NAME, LOG_KEY_NAME, ROOT_KEY_NAME, make_key
from plainview.flows.log_interval import IntervalLogger
from plainview.flows.prove_receipt import NotLogged
from plainview.flows.serve_slate import Serving, serve_slate
from plainview.ports.levers import LeverRecord
from plainview.ports.view import TakeEvents
from tests.edition import Edition, asked

OUTSIDER = Asker(viewer=None, face="outsider")


class Demo:
    """An edition, its villain, and the time that passes in it."""

    def __init__(self, root: Path, *, videos: int = 160) -> None:
        self.edition = Edition(root, videos=videos)
        keys = DataFolder(root).keys
        for start, name in enumerate((KEY_NAME, LOG_KEY_NAME, ROOT_KEY_NAME)):
            make_key(keys, bytes(range(start, start + 32)), name=name)
        wired = Wired(DataFolder(root))
        wired.clock = cast(Any, self.edition.clock)
        wired.writer = cast(Any, self.edition.writer)
        wired.reads, wired.log_reads = self.edition.reads, self.edition.log_reads
        self.wired = wired
        self.clock = self.edition.clock
        self.intervals = IntervalLogger(
            reads=wired.log_reads, writer=wired.writer, clock=wired.clock, chance=wired.chance
        )
        self.serving = msgspec.structs.replace(
            self.edition.serving(),
            release=digest_of(b"a.py 0\n"),
            is_release_logged=lambda: True,
        )
        # A lever that waits for the log waits for this process too.
        self.clock.sleep_ms = self._sleep_ms  # type: ignore[method-assign]
        self.villain = Villain(Books(wired))
        self.pass_time(0)

    def _sleep_ms(self, ms: int) -> None:
        self.clock.now += ms
        self.edition.publish()

    def pass_time(self, ms: int) -> None:
        """Let time pass, and what is due be frozen, logged and published."""
        self.clock.sleep_ms(ms)
        self.edition.freezer.freeze_if_due()
        self.intervals.log_if_due()
        self.edition.publish()

    def close(self) -> None:
        """Close the database."""
        self.edition.close()

    def pull(self, name: str, watcher: "Watcher") -> LeverRecord:
        """Pull a lever on a viewer's behalf."""
        self.villain.pull(name, watcher.asker, self.serving)
        return self.standing(name)

    def let_go(self, name: str) -> None:
        """Put it back."""
        self.villain.let_go(name)
        assert not self.standing(name).is_pulled

    def standing(self, name: str) -> LeverRecord:
        """Where a lever stands."""
        return self.villain.standing()[name]

    def served_to(self, viewer: ViewerId) -> Serving:
        """What serves a viewer."""
        return self.villain.serving_for(viewer, self.serving)


class Watcher:
    """A viewer whose client keeps what a browser keeps, and compares what a browser compares."""

    def __init__(self, demo: Demo, k: int) -> None:
        self.demo = demo
        self.viewer = demo.edition.viewer(k)
        self.asker = Asker(viewer=self.viewer, face=f"browser {k}")
        self.receipts: list[tuple[bytes, bytes]] = []
        self.made: set[str] = set()
        self.n, self.head = 0, genesis(self.viewer)
        self.checkpoint: bytes | None = None

    @property
    def books(self) -> Books:
        """What this viewer's browser is shown of the log, which it asks without a cookie."""
        return self.demo.villain.books_for(Asker(viewer=None, face=self.asker.face))

    def swipe(self, **changes: Any) -> Receipt:
        """The next slate, checked as it arrives."""
        serving = self.demo.served_to(self.viewer)
        number = len(self.receipts) + 1
        # Counted, so that chance places a video where it did in each run before.
        nonce = f"{number:032x}"
        fields = {"last_event": self.n, "context": Context(size=8, language="en")} | changes
        issued = serve_slate(asked(self.viewer, number, nonce, **fields), by=serving)
        verify(issued.receipt, signature=issued.signature, public_key=serving.signer.public_key())
        self.receipts.append((issued.receipt, issued.signature))
        receipt = parse_receipt(issued.receipt)
        assert (receipt.nonce, receipt.number) == (nonce, number)
        self.demo.pass_time(1_100)
        return receipt

    def watch(self, receipt: Receipt) -> None:
        """Look at the first video of a slate to its end."""
        video = receipt.slate[0].video
        shown, watched = f"{len(self.made)}-s", f"{len(self.made)}-w"
        self.made |= {shown, watched}
        seen = Event(
            n=0, kind="shown", at_ms=self.demo.clock.now_ms(), author="viewer", key=shown,
            video=video, number=receipt.number, position=0,
        )  # fmt: skip
        whole = msgspec.structs.replace(seen, kind="watch", key=watched, ms=9_000, loops=1)
        take = TakeEvents(viewer=self.viewer, events=(seen, whole))
        self.demo.edition.writer.submit(take)

    def chain(self) -> list[bytes]:
        """The viewer's chain as the server shows it."""
        found = self.demo.edition.reads.chain_after(self.viewer, 0)
        return list(found[1]) if found else []

    def strange_events(self) -> list[dict[str, Any]]:
        """Events in this viewer's name that this browser never made."""
        found = []
        for body in self.chain():
            self.n += 1
            self.head = extend(self.head, body)
            event = json.loads(body)
            if event["author"] == "viewer" and event["key"] not in self.made:
                found.append(event)
        return found

    def recheck(self) -> list[Verdict]:
        """*Check my feed*: what the server says of its own slates."""
        books = self.demo.villain.books_for(self.asker)
        return books.verdicts(self.viewer, last=50)

    def look(self) -> Checkpoint:
        """Follow the log as a browser does: signature, and that it only grew.

        Raises: ProofRefused: it does not begin with what was seen before; what was seen stays.
        """
        books = self.books
        note = books.wired.log_files.checkpoint()
        assert note is not None
        keys = self.demo.edition.publisher.keys
        now = open_checkpoint(note, keys).checkpoint
        if self.checkpoint is not None:
            old = open_checkpoint(self.checkpoint, keys).checkpoint
            path = books.published.consistency(old.size, now.size) if old.size <= now.size else []
            check_consistency(
                old=old.size, old_root=old.root, new=now.size, new_root=now.root, path=path
            )
        self.checkpoint = note
        return now

    def logged_epoch(self, number: int) -> EpochFrozen:
        """The entry of an epoch, proven to be in the log that this browser is shown."""
        books, head = self.books, self.look()
        index = books.wired.log_reads.epoch_entry(number)
        assert index is not None
        assert index < head.size
        body, path = books.published.inclusion(index, size=head.size)
        check_inclusion(
            index=index, size=head.size, leaf=leaf_hash(body), root=head.root, path=path
        )
        entry: Entry = parse_entry(body)
        assert isinstance(entry, EpochFrozen)
        return entry

    def hand_over(self) -> ReceiptsFile:
        """What this viewer gives an outsider: receipts, events, and the head it saw last."""
        held = []
        for receipt, signature in self.receipts:
            try:
                proof = self.books.published.receipt(receipt_id(receipt)).place
            except NotLogged:
                proof = None
            held.append(HeldReceipt(receipt=receipt, signature=signature, proof=proof))
        file = ViewerFile(viewer=self.viewer, receipts=tuple(held), events=tuple(self.chain()))
        notes = (self.checkpoint.decode(),) if self.checkpoint else ()
        return ReceiptsFile(edition="test", viewers=(file,), checkpoints=notes)


class Shown:
    """`Source`: a demonstration as one who asks is shown it."""

    def __init__(self, demo: Demo, asker: Asker = OUTSIDER) -> None:
        self._demo = demo
        self._asker = asker

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        books = self._demo.villain.books_for(self._asker)
        data = self._read(books, path.removeprefix("tlog/").split("/"))
        assert data is None or len(data) <= bytes_max
        return data

    def _read(self, books: Books, parts: Sequence[str]) -> bytes | None:
        match parts:
            case ["checkpoint"]:
                return books.wired.log_files.checkpoint()
            case ["retention"]:
                return books.public.retention()
            case ["objects", digest]:
                return books.public.object(Digest(digest))
            case ["epochs", number, part]:
                return books.public.epoch(int(number), part)
            case ["videos", video]:
                return books.public.video(VideoId(int(video)))
            case ["api", *_]:
                return None  # what is handed over has its proofs
        return books.public.tile(parse_path("/".join(parts)))


def outsider(
    demo: Demo,
    *,
    receipts: ReceiptsFile | None = None,
    seen: Seen | None = None,
    asker: Asker = OUTSIDER,
) -> tuple[Report, Seen | None]:
    """`plainview check`, run by somebody who knows nothing of levers."""
    return check(
        Shown(demo, asker), name="here", wanted=Wanted(seed=7), receipts=receipts, seen=seen
    )


def rules_of(report: Report) -> set[str]:
    """What it found, by rule."""
    return {finding.rule for finding in report.findings}
