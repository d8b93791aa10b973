"""The check of a service from outside, from its checkpoint to its slates."""

import json
from collections.abc import Callable
from typing import Final

import msgspec

from plainview.audit.check.accusations import (
    breach_proof,
    fork_proof,
    rewrite_proof,
    two_trusts_proof,
    unreadable_proof,
)
from plainview.audit.check.catalogue import SETTLE_MS, TRIES_MAX, Catalogue, sampled
from plainview.audit.check.files import Files
from plainview.audit.check.findings import (
    EVIDENCE,
    LACKING,
    NOT_ENOUGH,
    Finding,
    Report,
    Section,
    verdict_of,
)
from plainview.audit.check.hours import check_hours, clock_of
from plainview.audit.check.log_view import LogView, NoLog, Progress, read_log
from plainview.audit.check.proof_files import TrustVersion
from plainview.audit.check.receipts import Receipts, cited_epochs
from plainview.audit.check.receipts_file import ReceiptsFile
from plainview.audit.check.replaying import Replays
from plainview.audit.check.source import Source, SourceFailed, is_copy
from plainview.audit.check.trust_words import (
    chosen_words,
    policy_words,
    required_words,
    trust_words,
)
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.history import trust_id
from plainview.core.terms.ids import VideoId
from plainview.core.tlog import (
    Checkpoint,
    Policy,
    TlogError,
    judge_checkpoint,
    open_checkpoint,
    parse_vkey,
)

STATE_SPEC: Final = "check-state-v1"
BREACHES_MAX: Final = 20


class BadState(ValueError):
    """The remembered state cannot be read: move it away, or use another folder."""


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a checker remembers of a log: its root of trust and the newest head it accepted."""

    origin: str
    trust: tuple[TrustVersion, ...]
    checkpoint: str
    spec: str = STATE_SPEC


def encode_state(seen: Seen) -> bytes:
    """The bytes that are kept between checks."""
    return json.dumps(msgspec.to_builtins(seen), indent=1, sort_keys=True).encode() + b"\n"


def parse_state(data: bytes) -> Seen:
    """Read them. Raises: BadState."""
    try:
        seen = msgspec.json.decode(data, type=Seen)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadState(f"the state cannot be read: {error}") from error
    if seen.spec != STATE_SPEC:
        raise BadState(f"its spec is {seen.spec!r}, not {STATE_SPEC!r}")
    return seen


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How much is checked. `seed` draws the samples: the service cannot know it beforehand.

    `sample` receipts are replayed (None: all), besides `epochs` epochs that no receipt cites and
    `videos` videos. `policy` replaces the quorum of the root of trust. `trust` is the id of the
    first root of trust if the checker was told it.
    """

    seed: int
    sample: int | None = None
    epochs: int = 20
    videos: int = 200
    policy: Policy | None = None
    trust: str = ""


def check(
    source: Source,
    *,
    name: str,
    wanted: Wanted,
    seen: Seen | None = None,
    receipts: ReceiptsFile | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
    pause: Callable[[int], None] = lambda _ms: None,
    kernels: Kernels = BEST,
) -> tuple[Report, Seen | None]:
    """Check a service. Returns the report, and what to remember for the next time (None: nothing
    was accepted, keep what you had).

    Args:
        name: what the source is called in the report.
        pause: waits that many ms; asked for where a video was edited while it was looked at.
    """
    try:
        return _Check(source, name, wanted, progress, pause, kernels).run(seen, receipts)
    except NoLog as error:
        return _nothing(name, str(error)), None
    except SourceFailed as error:
        return _nothing(name, f"The source could not be read: {error}"), None


def _nothing(name: str, words: str) -> Report:
    finding = Finding(kind=LACKING, rule="no_log", words=words)
    return Report(
        source=name, verdict=verdict_of([finding], is_complete=False), findings=(finding,),
        sections=(Section(title="The log", words=words, is_complete=False),),
    )  # fmt: skip


class Whose(msgspec.Struct, frozen=True):
    """Where an earlier head of the log comes from: a section's title, and after "a head"."""

    title: str
    words: str


REMEMBERED = Whose("Seen before", "remembered by this checker")
KEPT = Whose("A head kept with the receipts file", "kept with the receipts file")


class _Check:
    """One run: each step adds a section, counts and findings."""

    def __init__(
        self, source: Source, name: str, wanted: Wanted, progress: Progress,
        pause: Callable[[int], None], kernels: Kernels,
    ) -> None:  # fmt: skip
        self._source, self._name, self._wanted = source, name, wanted
        self._progress, self._pause, self._kernels = progress, pause, kernels
        self.findings: list[Finding] = []
        self.sections: list[Section] = []
        self.counts: dict[str, int] = {}
        self._waits = ""

    def run(self, seen: Seen | None, receipts: ReceiptsFile | None) -> tuple[Report, Seen | None]:
        view = read_log(self._source, progress=self._progress)
        is_pinned = self._trust(view, seen)
        is_grown = self._seen(view, seen)
        if receipts is not None:
            self._kept_checkpoints(view, receipts)
        self._witnesses(view)
        self._order(view)
        files = Files(self._source, view)
        self._hours(view)
        held = self._receipts(view, receipts)
        self._catalogue(view, files, held)
        if held is not None:
            self._replay(view, files, held)
        is_complete = all(section.is_complete for section in self.sections) and not self._waits
        verdict = verdict_of(self.findings, is_complete=is_complete)
        report = Report(
            source=self._name,
            verdict=verdict,
            edition=view.trusts[0].edition,
            origin=view.checkpoint.origin,
            size=view.checkpoint.size,
            root=view.checkpoint.root.hex(),
            newest_ms=view.newest_ms,
            trust=trust_id(view.trust_versions[0].document.encode()),
            is_trust_pinned=is_pinned,
            sections=tuple(self.sections),
            counts=self.counts,
            findings=tuple(self.findings),
            waits=self._waiting() if verdict == NOT_ENOUGH else "",
        )
        after = Seen(origin=view.checkpoint.origin, trust=view.trust_versions, checkpoint=view.note)
        return report, (after if is_grown else None)

    def _waiting(self) -> str:
        """What is pending; and that all else holds, where it does."""
        if not self._waits:
            return ""
        holds = not self.findings and all(section.is_complete for section in self.sections)
        return f"{self._waits}{' All else holds.' if holds else ''} Check again then."

    # -------------------------------------------------------------------------- the log

    def _trust(self, view: LogView, seen: Seen | None) -> bool:
        """Whether the root of trust is the one that the checker was told, or saw before."""
        found = trust_id(view.trust_versions[0].document.encode())
        told = self._wanted.trust
        if told and told != found:
            words = (
                "This is not the service you named. Its root of trust has the fingerprint "
                f"{found}, not {told}."
            )
            self._find(LACKING, "trust_differs", words)
        before = trust_id(seen.trust[0].document.encode()) if seen and seen.trust else ""
        if before and before != found and seen is not None:
            proof = two_trusts_proof(view, seen.trust)
            shared = set(view.trusts[0].root_keys) & set(_root_keys(seen))
            self._find(
                EVIDENCE if shared else LACKING, "two_trusts",
                "The log begins with another root of trust than was seen before.",
                proof if shared else b"",
            )  # fmt: skip
        words = trust_words(view, seen.trust if seen is not None else ())
        self.sections.append(Section(title="Root of trust", words=words))
        return found in (told, before)

    def _seen(self, view: LogView, seen: Seen | None) -> bool:
        """Hold the head against the one remembered. Whether this head may be remembered now."""
        if seen is None:
            words = "This is the first time that this checker sees this log."
            self.sections.append(Section(title="Seen before", words=words))
            return True
        old = self._opened(view, seen.checkpoint)
        if old is None:
            words = "The head remembered is not signed by this log's keys: it is another log."
            self._find(LACKING, "another_log", words)
            self.sections.append(Section(title="Seen before", words=words, is_complete=False))
            return False
        return self._follows(view, old, seen.checkpoint, whose=REMEMBERED)

    def _opened(self, view: LogView, note: str) -> Checkpoint | None:
        keys = [parse_vkey(key) for trust in view.trusts for key in trust.log_keys]
        try:
            return open_checkpoint(note.encode(), keys).checkpoint
        except TlogError:
            return None

    def _follows(self, view: LogView, old: Checkpoint, note: str, *, whose: "Whose") -> bool:
        """That the log begins with the entries under an earlier signed head.

        Several heads may be held against one log: what is said names the one it is about.
        """
        new = view.checkpoint
        title = whose.title
        if old.size > new.size:
            words = f"The source shows {new.size} entries; the head {whose.words} signs {old.size}."
            self._find(LACKING, "shorter", f"{words} Ask again, or another source.")
            self.sections.append(Section(title=title, words=words, is_complete=False))
            return False
        if old.size == new.size and old.root != new.root:
            words = f"Two heads of {new.size} entries are signed: this one, and one {whose.words}."
            self._find(EVIDENCE, "fork", words, fork_proof(view, note))
            self.sections.append(Section(title=title, words=words))
            return False
        if old.size and old.size < new.size and view.root_at(old.size) != old.root:
            words = (
                f"A head {whose.words} signs {old.size} entries; the log has others in their place."
            )
            self._find(EVIDENCE, "rewrite", words, rewrite_proof(view, note, old.size))
            self.sections.append(Section(title=title, words=words))
            return False
        words = (
            f"The log begins with the {old.size} entries under the head {whose.words}, unchanged."
        )
        self.sections.append(Section(title=title, words=words))
        return True

    def _kept_checkpoints(self, view: LogView, receipts: ReceiptsFile) -> None:
        """Heads that those who hand receipts over have kept: were they shown the same log?"""
        for note in receipts.checkpoints:
            old = self._opened(view, note)
            if old is not None:
                self._follows(view, old, note, whose=KEPT)

    def _witnesses(self, view: LogView) -> None:
        policy = self._wanted.policy or view.trusts[-1].witnesses
        try:
            judged = judge_checkpoint(view.note.encode(), policy)
        except TlogError as error:
            words = policy_words(view, policy, str(error))
            self._find(LACKING, "policy", words)
            self.sections.append(Section(title="Witnesses", words=words, is_complete=False))
            return
        names = ", ".join(sorted(judged.times_s)) or "Nobody"
        chosen = chosen_words(is_given=self._wanted.policy is not None)
        words = (
            "No witness is asked for: that others are shown the same log is not established here. "
            f"That none is required was {chosen}."
            if policy.quorum == "none"
            else f"{names} cosigned this head; required: {required_words(policy)}, {chosen}."
        )
        if not judged.is_quorum:
            words += " That is fewer than the quorum."
            self._find(LACKING, "quorum", words)
        self.sections.append(Section(title="Witnesses", words=words, is_complete=judged.is_quorum))

    def _order(self, view: LogView) -> None:
        for index, error in view.unreadable[:BREACHES_MAX]:
            words = f"Entry {index} is no entry: {error}."
            self._find(EVIDENCE, "bad_entry", words, unreadable_proof(view, index, words))
        for breach in view.breaches[:BREACHES_MAX]:
            words = f"Entry {breach.index}: {breach.words}."
            self._find(EVIDENCE, breach.rule, words, breach_proof(view, breach))
        more = len(view.breaches) + len(view.unreadable)
        words = f"{view.checkpoint.size:,} entries were read; " + (
            f"{more} are out of order." if more else "all stand in lawful order."
        )
        self.counts["entries"] = view.checkpoint.size
        self.sections.append(Section(title="The log", words=words))

    def _hours(self, view: LogView) -> None:
        findings, counts = check_hours(view)
        self.findings += findings
        self.counts |= counts
        revealed, pending = counts["hour keys revealed"], counts["hour keys pending"]
        words = f"{revealed} keys were revealed and are those committed; {pending} are pending."
        self.sections.append(Section(title="Hour keys", words=words))

    # -------------------------------------------------------------------- the catalogue

    def _catalogue(self, view: LogView, files: Files, held: Receipts | None) -> None:
        catalogue = Catalogue(self._source, view, files)
        catalogue.check_files(self._progress)
        numbers = [entry.number for _, entry in view.history.epochs]
        cited = cited_epochs(held.checked) if held is not None else []
        extra = sampled(
            sorted(set(numbers[:-1]) - set(cited)), self._wanted.epochs,
            seed=self._wanted.seed, label="epochs",
        )  # fmt: skip
        catalogue.check_epochs(sorted({*cited, *extra, *numbers[-1:]}), self._progress)
        self._videos(view, files, catalogue)
        self.findings += catalogue.findings
        self.counts |= catalogue.counts
        done = catalogue.counts
        words = (
            f"{done['epochs checked']} of {len(numbers)} epochs were downloaded and have the "
            f"logged roots; {done['videos checked against their rows']} videos held against their "
            f"rows. {done['epochs pruned']} epochs are pruned, {done['epochs withheld']} withheld. "
            f"{done['lineages of weights checked']} lineages of weights were held against the log."
        )
        if is_copy(self._source):
            words += f" The folder lacks {done['epochs that the folder lacks']}."
        self.sections.append(Section(title="The catalogue", words=words, is_complete=bool(numbers)))

    def _videos(self, view: LogView, files: Files, catalogue: Catalogue) -> None:
        if not view.history.epochs:
            return
        frozen = files.epoch(view.history.epochs[-1][1].number).frozen
        if frozen is None:
            return
        ids = [VideoId(int(video)) for video in frozen.epoch.rows["id"].tolist()]
        chosen = sampled(ids, self._wanted.videos, seed=self._wanted.seed, label="videos")
        amiss = catalogue.check_videos(chosen, self._progress)
        for _ in range(TRIES_MAX):
            if not amiss:
                return
            # Edited since the epoch was frozen, perhaps: the next epoch will have it.
            self._pause(SETTLE_MS)
            newer = read_log(self._source, progress=lambda _stage, _done, _total: None)
            again = Catalogue(self._source, newer, Files(self._source, newer))
            amiss = again.check_videos(amiss, self._progress)
            catalogue.last_words = again.last_words
        catalogue.say_videos(amiss)

    # --------------------------------------------------------------------- the receipts

    def _receipts(self, view: LogView, file: ReceiptsFile | None) -> Receipts | None:
        if file is None:
            words = "No receipts were handed over, so nothing is said about what was served."
            self.sections.append(Section(title="Receipts", words=words))
            return None
        held = Receipts(view, file, self._source)
        held.check(self._progress)
        self.findings += held.findings
        self.counts |= held.counts
        self.counts["receipts erased by their viewers"] = view.history.erased_receipts
        done = held.counts
        words = (
            f"Of {done['receipts']:,} receipts, {done['receipts found in the log']:,} stand in the "
            f"log, {done['receipts from before the log']:,} are older than it, "
            f"{done['receipts too new to be in the log']:,} are too new, "
            f"{done['receipts withheld']:,} are withheld."
        )
        if is_copy(self._source):
            lacks = done["receipts whose place the folder lacks"]
            words += f" The folder does not show the place of {lacks:,}."
        if done["receipts in an experiment"]:
            words += (
                f" {done['receipts in an experiment']:,} name an arm of an experiment; of those"
                f" {done['arms worked out again']:,} the salt is revealed and gives the same arm"
                f" or is reported."
            )
            words += "".join(map(held.arm_words, sorted(held.arms)))
        self.sections.append(Section(title="Receipts", words=words))
        return held

    def _replay(self, view: LogView, files: Files, held: Receipts) -> None:
        wanted = self._wanted
        count = len(held.checked) if wanted.sample is None else wanted.sample
        ids = [one.id for one in held.checked]
        drawn = set(sampled(ids, count, seed=wanted.seed, label="receipts"))
        chosen = [one for one in held.checked if one.id in drawn]
        held.checked.clear()
        total = len(chosen)
        replays = Replays(view, files, held.events, self._kernels)
        replays.replay(chosen, self._progress)
        self.findings += replays.findings
        self.counts |= replays.counts
        done = replays.counts
        words = (
            f"{done['slates replayed the same']:,} of {total:,} slates drawn came out the "
            f"same byte for byte; {done['slates that differ']:,} differ."
        )
        if replays.pending_hours:
            last = max(replays.pending_hours) + 1
            pending = done["slates the same up to the draw, which is pending"]
            words += (
                f" For {pending:,}, what was considered and its worth came out the same; the draw "
                f"is pending: its seed is revealed after {clock_of(last)} UTC."
            )
            self._waits = (
                f"{pending:,} of {total:,} slates cannot be fully worked out before "
                f"{clock_of(last)} UTC, when the keys of their hours are out."
            )
        worked_out = ("slates replayed the same", "slates that differ",
                      "slates the same up to the draw, which is pending")  # fmt: skip
        is_any = not total or any(done[name] for name in worked_out)
        self.sections.append(Section(title="Replay", words=words, is_complete=is_any))

    def _find(self, kind: str, rule: str, words: str, proof: bytes = b"") -> None:
        self.findings.append(Finding(kind=kind, rule=rule, words=words, proof=proof))


def _root_keys(seen: Seen) -> list[str]:
    fields = json.loads(seen.trust[0].document)
    return [str(key) for key in fields.get("root_keys", [])]
