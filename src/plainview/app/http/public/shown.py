"""What the public pages show, read from what everyone may have: the published log and its files.

Nothing that the checkpoint does not cover is shown, and every read is bounded by the page.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from plainview.app.http.books import Books
from plainview.app.http.public.entry_page import Proven
from plainview.app.http.public.log_page import (
    ALL,
    DECIDED,
    DECIDED_ONLY,
    PAGE_LINES,
    LogState,
)
from plainview.app.http.public.policy_pages import Listing, PolicyCard, Version, versions_of
from plainview.app.http.public.sentences import TYPE_WORDS, Line
from plainview.app.http.public.witness_page import Cosigned
from plainview.app.http.service import Service
from plainview.core.history import (
    BadEntry,
    DecisionTaken,
    EpochFrozen,
    Policies,
    commitment,
    parse_entry,
)
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.terms.hashing import EMPTY_ROOT
from plainview.core.terms.ids import Digest
from plainview.core.tlog import (
    Checkpoint,
    TlogError,
    judge_checkpoint,
    parse_checkpoint,
    parse_note,
)
from plainview.flows.prove_receipt import OutsideLog
from plainview.ports.tlog import DecisionReason

INDEX_BOUND: Final = 2**53
LISTINGS_MAX: Final = 200
"""How many changes of the rules are shown; older ones stand in the log."""


class Shown:
    """Reads for one answer; the checkpoint is read once, so that all of a page fits it."""

    def __init__(self, service: Service, books: Books) -> None:
        self._service = service
        self._books = books
        self._wired = books.wired
        self._data = books.wired.log_files.checkpoint()
        self._head = self._read_head()

    def _read_head(self) -> Checkpoint:
        if self._data is None:
            return Checkpoint("", 0, EMPTY_ROOT)
        return parse_checkpoint(parse_note(self._data).text)

    def now_ms(self) -> int:
        """The service's time."""
        return self._wired.clock.now_ms()

    def state(self) -> LogState:
        """How the log stands, as its checkpoint says it."""
        trust = self._service.trust()
        head = self._wired.log_reads.newest_head()
        policy = trust[2] if trust else None
        cosigned: tuple[str, ...] = ()
        if policy is not None and self._data is not None:
            try:
                cosigned = tuple(judge_checkpoint(self._data, policy).times_s)
            except TlogError:
                cosigned = ()
        return LogState(
            origin=self._head.origin,
            vkey=trust[1].log_keys[-1] if trust else "",
            size=self._head.size,
            root=Digest(self._head.root.hex()),
            at_ms=head.at_ms if head else 0,
            checkpoint=(self._data or b"").decode(),
            stalled_ms=self._service.stall_ms(),
            cosigned_by=cosigned,
            witnesses=len(policy.witnesses) if policy else 0,
        )

    def lines(self, show: str, *, before: int) -> tuple[str, list[Line], bool]:
        """What is shown (an unknown `show` is what people decided), its newest lines with index
        < `before`, newest first, and whether there are older ones."""
        reads = self._wired.log_reads
        if show == ALL:
            first = max(0, before - PAGE_LINES - 1)
            bodies = reads.log_entries(first, count=before - first)
            found = list(enumerate(bodies, first))[::-1]
        else:
            show = show if show in TYPE_WORDS else DECIDED_ONLY
            kinds = DECIDED if show == DECIDED_ONLY else (show,)
            found = list(reads.entries_before(kinds, before=before, count=PAGE_LINES + 1))
        lines = [self.line(index, body) for index, body in found[:PAGE_LINES]]
        return show, lines, len(found) > PAGE_LINES

    def line(self, index: int, body: bytes) -> Line:
        """An entry with what its sentence needs from beside it."""
        try:
            entry = parse_entry(body)
        except BadEntry:
            return Line(index=index, body=body)
        if isinstance(entry, EpochFrozen):
            record = self._wired.reads.epoch(entry.number)
            return Line(index=index, body=body, videos=record.rows if record else None)
        if isinstance(entry, Policies):
            older = self._listings(before=index, count=1)
            return Line(index=index, body=body, before=older[0].policies if older else None)
        if isinstance(entry, DecisionTaken):
            return Line(index=index, body=body, reason=self._reason(entry))
        return Line(index=index, body=body)

    def _reason(self, entry: DecisionTaken) -> DecisionReason | None:
        """The words of a decision, if they are those that its entry commits to."""
        found = self._wired.log_reads.decision_reason(entry.n)
        if found is None or commitment(found.salt, found.words.encode()) != entry.reason:
            return None
        return found

    def proven(self, index: int) -> tuple[bytes, Proven]:
        """An entry and its way to the checkpoint. Raises: OutsideLog."""
        if self._data is None:
            raise OutsideLog("nothing has been published yet")
        size = self._head.size
        body, path = self._books.published.inclusion(index, size=size)
        checkpoint = self._data.decode()
        proven = Proven(size=size, root=self._head.root, path=tuple(path), checkpoint=checkpoint)
        return body, proven

    def listings(self) -> list[Listing]:
        """The lists of feeds that were published, newest first."""
        return self._listings(before=self._head.size, count=LISTINGS_MAX)

    def _listings(self, *, before: int, count: int) -> list[Listing]:
        found = self._wired.log_reads.entries_before(("policies",), before=before, count=count)
        read = [(index, parse_entry(body)) for index, body in found]
        return [
            Listing(index=index, policies=entry)
            for index, entry in read
            if isinstance(entry, Policies)
        ]

    def cards(self, listings: Sequence[Listing]) -> list[PolicyCard]:
        """The feeds on offer, in the order of the switch."""
        cards = []
        for record in self._wired.reads.policies():
            versions = versions_of(record.name, listings[::-1])
            newest = versions[-1] if versions else None
            title, blurb, uses_profile = record.name, "", True
            text = self._text(record.digest)
            if text is not None:
                try:
                    policy = compile_policy(text)
                    title, blurb = policy.title, policy.blurb
                    uses_profile = policy.uses_profile
                except PolicyRefused:
                    pass
            cards.append(
                PolicyCard(
                    name=record.name,
                    title=title,
                    blurb=blurb,
                    uses_profile=uses_profile,
                    digest=record.digest,
                    entry=newest[1].index if newest and newest[0] == record.digest else None,
                )
            )
        return cards

    def versions(self, name: str, listings: Sequence[Listing]) -> list[Version]:
        """The texts a policy had, oldest first; what is on offer and not yet logged comes last."""
        found = [
            self._version(digest, listing) for digest, listing in versions_of(name, listings[::-1])
        ]
        for record in self._wired.reads.policies():
            if record.name == name and (not found or found[-1].digest != record.digest):
                found.append(self._version(record.digest, None))
        return found

    def _version(self, digest: Digest, listing: Listing | None) -> Version:
        text = self._text(digest)
        return Version(
            digest=digest,
            text=None if text is None else text.decode(errors="replace"),
            entry=listing.index if listing else None,
            at_ms=listing.policies.at_ms if listing else None,
        )

    def _text(self, digest: Digest) -> bytes | None:
        named = self._books.public.object(digest)
        if named is not None:
            return named
        offered = {record.digest for record in self._wired.reads.policies()}
        return self._wired.objects.get(digest) if digest in offered else None

    def cosigned(self) -> Mapping[str, Cosigned]:
        """What each witness signed last."""
        return {
            one.witness: Cosigned(size=one.size, at_ms=one.at_ms)
            for one in self._wired.log_reads.cosignatures()
        }
