"""The catalogue against the log: epochs, flags, headers, and what rows are made of."""

import json
from base64 import b64decode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np

from plainview.audit.check.accusations import flags_proof, header_proof
from plainview.audit.check.files import Files
from plainview.audit.check.findings import (
    ASK_OF_DAMAGED,
    ASK_THE_SERVICE,
    EVIDENCE,
    LACKING,
    NOT_IN_FOLDER,
    WITHHELD,
    Finding,
)
from plainview.audit.check.lineage import Lineages
from plainview.audit.check.log_view import LogView, Progress
from plainview.audit.check.logged import fold_flags, header_differs
from plainview.audit.check.source import (
    RETENTION,
    SMALL_BYTES_MAX,
    Gone,
    Source,
    is_copy,
    read_bytes,
    video_path,
)
from plainview.core.catalogue import (
    Frozen,
    RenditionFacts,
    TopicLabel,
    VideoFacts,
    content_embedding,
    placed_at,
    read_sketch,
    rendition_digest,
)
from plainview.core.learn import WeightsRefused, load_weights
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.terms.epoch import FLAG_REMOVED, FLAG_SILENT, FLAG_WITHDRAWN
from plainview.core.terms.ids import CreatorId, Digest, VideoId
from plainview.core.terms.weights import Weights

DAY_MS: Final = 86_400_000
TRIES_MAX: Final = 3
NOT_THERE: Final = "it is not at the source"
NO_FACTS: Final = "its facts are not shown."
SETTLE_MS: Final = 12_000


class Catalogue:
    """Checks of one log's catalogue; findings and counts gather in it."""

    def __init__(self, source: Source, view: LogView, files: Files) -> None:
        self._source = source
        self._view = view
        self._files = files
        self.findings: list[Finding] = []
        self.last_words = ""
        self._kept_weights: dict[Digest, Weights | None] = {}
        self.counts = dict.fromkeys(
            ("epochs checked", "epochs pruned", "epochs withheld", "rows checked for flags",
             "rows checked for places", "videos checked against their rows", "videos gone",
             "lineages of weights checked"), 0,
        )  # fmt: skip
        if is_copy(source):
            self.counts["epochs that the folder lacks"] = 0

    # -------------------------------------------------------------------------------- files

    def check_files(self, progress: Progress) -> None:
        """Every policy, every weights file and every source listing that the log names."""
        history = self._view.history
        lines = {entry.digest for _, entry in history.line_weights} - history.weights.keys()
        total = len(history.policies) + len(history.weights) + len(lines) + len(history.sources)
        done = 0
        for name, digest in history.policies:
            done += 1
            progress("policies, weights, source", done, total)
            self._policy(name, digest)
        for digest in (*history.weights, *sorted(lines)):
            done += 1
            progress("policies, weights, source", done, total)
            self._weights(digest)
        lineages = Lineages(history, self._object)
        looked = [(one.digest, lineages.look(index, one)) for index, one in history.published]
        looked += [
            (one.digest, lineages.look_line(index, one)) for index, one in history.line_weights
        ]
        for digest, words in looked:
            if words:
                told = f"The lineage of weights {digest[:12]}… does not hold: {words}."
                self._withheld("lineage_differs", told)
        self.counts["lineages of weights checked"] = lineages.checked
        for digest in history.sources:
            done += 1
            progress("policies, weights, source", done, total)
            self._object(digest, "a source listing")

    def _object(self, digest: str, noun: str) -> bytes | None:
        data = self._files.object(digest)
        if data is None:
            why = self._files.refused.get(digest, NOT_THERE)
            words = f"{noun} ({digest[:12]}…) cannot be had: {why}."
            self._not_shown("object_withheld", words, is_there=why != NOT_THERE)
        return data

    def _policy(self, name: str, digest: str) -> None:
        data = self._object(digest, f"policy {name!r}")
        if data is None:
            return
        try:
            compiled = compile_policy(data)
        except PolicyRefused as error:
            self._withheld("policy_refused", f"Policy {name!r} does not compile: {error}.")
            return
        if compiled.name != name:
            words = f"The file logged as policy {name!r} calls itself {compiled.name!r}."
            self._withheld("policy_misnamed", words)

    def _weights(self, digest: str) -> None:
        data = self._object(digest, "a weights file")
        if data is None:
            return
        try:
            load_weights(data)
        except WeightsRefused as error:
            self._withheld("weights_refused", f"Weights {digest[:12]}… do not load: {error}.")

    # ------------------------------------------------------------------------------- epochs

    def check_epochs(self, numbers: Sequence[int], progress: Progress) -> None:
        """Download these epochs and hold header and flags against the log."""
        for done, number in enumerate(numbers):
            progress("epochs", done, len(numbers))
            self._epoch(number)
        progress("epochs", len(numbers), len(numbers))

    def _epoch(self, number: int) -> None:
        logged = self._view.history.epoch(number)
        if logged is None:
            return  # a receipt that cites it is judged by itself
        index, entry = logged
        made = self._files.epoch(number)
        if made.frozen is None:
            self._not_had(number, entry.frozen_ms, made.words)
            return
        self.counts["epochs checked"] += 1
        header = made.frozen.epoch.header
        words = header_differs(header, entry, edition=self._view.trusts[0].edition)
        if words:
            proof = header_proof(self._view, index=index, words=words, frozen=made.frozen)
            self._evidence("epoch_header", words, proof)
            return
        self._flags(index, made.frozen)
        self._places(made.frozen)

    def _places(self, frozen: Frozen) -> None:
        """Each row that the weights place stands there, and the header names their centroids."""
        header, rows = frozen.epoch.header, frozen.epoch.rows
        weights = self._loaded(header.weights)
        if weights is None:
            return  # said of the file itself
        if header.centroids != weights.centroids_digest:
            words = (
                f"Epoch {header.number} names centroids {header.centroids[:12]}…; those of its "
                f"weights are {weights.centroids_digest[:12]}…."
            )
            self._withheld("epoch_centroids", words)
        at, is_placed = placed_at(rows, weights.places)
        if weights.places is None:
            return
        self.counts["rows checked for places"] += int(is_placed.sum())
        due = weights.places.table[at[is_placed]]
        amiss = (rows["embedding"][is_placed] != due).any(axis=1)
        if amiss.any():
            video = int(rows["id"][is_placed][amiss][0])
            words = (
                f"Video {video} does not stand in epoch {header.number} where the weights that "
                f"the epoch names place it; nor do {int(amiss.sum()) - 1} others."
            )
            self._withheld("row_place", words)

    def _loaded(self, digest: Digest) -> Weights | None:
        """The weights of that digest, None where they cannot be had or do not load."""
        if digest not in self._kept_weights:
            data = self._files.object(digest)
            try:
                loaded = None if data is None else load_weights(data)
            except WeightsRefused:
                loaded = None
            self._kept_weights = {digest: loaded}
        return self._kept_weights[digest]

    def _not_had(self, number: int, frozen_ms: int, why: str) -> None:
        kept_ms = self._view.trusts[-1].retention_days * DAY_MS
        if self._view.newest_ms - frozen_ms > kept_ms and why == NOT_THERE:
            self.counts["epochs pruned"] += 1
            return
        lacks = is_copy(self._source)
        self.counts["epochs that the folder lacks" if lacks else "epochs withheld"] += 1
        words = f"Epoch {number} is within the retention and cannot be had: {why}."
        self._not_shown("epoch_withheld", words, is_there=why != NOT_THERE)

    def _flags(self, index: int, frozen: Frozen) -> None:
        header, rows = frozen.epoch.header, frozen.epoch.rows
        taken = (d for _, d in self._view.history.decisions if d.n <= header.decisions)
        due = fold_flags(taken)
        stated = rows["flags"] & np.uint16(~FLAG_SILENT & 0xFFFF)
        concerned = (stated != 0) | np.isin(rows["id"], np.array(sorted(due), np.uint64))
        found = {VideoId(int(rows["id"][i])): int(stated[i]) for i in np.flatnonzero(concerned)}
        self.counts["rows checked for flags"] += len(rows)
        for video in sorted(found):
            if found[video] != due.get(video, 0):
                words = (
                    f"Video {video} has flags {found[video]} in epoch "
                    f"{header.number}; the logged decisions give {due.get(video, 0)}."
                )
                proof = flags_proof(
                    self._view, index=index, words=words, frozen=frozen, video=video,
                    decisions=header.decisions,
                )  # fmt: skip
                self._evidence("row_flags", words, proof)
                return  # one row of an epoch is enough

    # ------------------------------------------------------------------------------- videos

    def check_videos(self, videos: Sequence[VideoId], progress: Progress) -> list[VideoId]:
        """Hold rows of the newest epoch against the facts of their videos. Returns those that do
        not fit: they may have been edited since, and are looked at again under a newer epoch."""
        if not self._view.history.epochs:
            return []
        frozen = self._files.epoch(self._view.history.epochs[-1][1].number).frozen
        if frozen is None:
            return []
        amiss = []
        for done, video in enumerate(videos):
            progress("videos", done, len(videos))
            words = self._video(video, frozen)
            if words:
                amiss.append(video)
                self.last_words = words
        return amiss

    def say_videos(self, amiss: Iterable[VideoId]) -> None:
        """Videos whose rows do not fit though nothing was frozen since."""
        listed = [str(video) for video in amiss]
        if listed:
            words = f"Of {', '.join(listed[:5])}: {self.last_words}"
            self._not_shown("row_differs", words, is_there=self.last_words != NO_FACTS)

    def _video(self, video: VideoId, frozen: Frozen) -> str:
        rows = frozen.epoch.rows
        row = rows[rows["id"] == video]
        given = self._source.read(video_path(video), bytes_max=SMALL_BYTES_MAX)
        flags = int(row["flags"][0])
        if isinstance(given, Gone):
            self.counts["videos gone"] += 1
            is_gone = flags & (FLAG_REMOVED | FLAG_WITHDRAWN)
            return "" if is_gone else "said to be removed, and stands unremoved in the epoch."
        if given is None:
            return "" if flags & (FLAG_REMOVED | FLAG_WITHDRAWN) else NO_FACTS
        self.counts["videos checked against their rows"] += 1
        try:
            facts = read_facts(given)
        except (ValueError, KeyError, TypeError) as error:
            return f"its facts cannot be read ({error})."
        weights = self._loaded(frozen.epoch.header.weights)
        return row_differs(row, facts, frozen.epoch.header.topics, weights)

    # ------------------------------------------------------------------------------- saying

    def _evidence(self, rule: str, words: str, proof: bytes) -> None:
        self.findings.append(Finding(kind=EVIDENCE, rule=rule, words=words, proof=proof))

    def _not_shown(self, rule: str, words: str, *, is_there: bool) -> None:
        """What an address withholds, a folder only lacks, or has in a damaged copy."""
        if not is_copy(self._source):
            self._withheld(rule, words)
            return
        words = f"{words} {ASK_OF_DAMAGED if is_there else ASK_THE_SERVICE}"
        self.findings.append(Finding(kind=LACKING, rule=NOT_IN_FOLDER, words=words))

    def _withheld(self, rule: str, words: str) -> None:
        self.findings.append(Finding(kind=WITHHELD, rule=rule, words=words))


def read_facts(data: bytes) -> VideoFacts:
    """A video's facts as the service publishes them. Raises: ValueError, KeyError, TypeError."""
    fields: dict[str, Any] = json.loads(data)
    return VideoFacts(
        id=VideoId(int(fields["id"])),
        creator=CreatorId(int(fields["creator"])),
        published_ms=fields["published_ms"],
        length_ms=fields["length_ms"],
        caption=b64decode(fields["caption"], validate=True).decode(),
        tags=tuple(b64decode(tag, validate=True).decode() for tag in fields["tags"]),
        topics=tuple(TopicLabel(topic, labeller) for topic, labeller in fields["topics"]),
        language=fields["language"],
        has_sound=bool(fields["has_sound"]),
        sound=read_sketch(bytes.fromhex(fields["sound"])),
        meaning=read_sketch(bytes.fromhex(fields["meaning"])),
        meaning_by=Digest(fields["meaning_by"]),
        poster=Digest(fields["poster"]),
        renditions=tuple(
            RenditionFacts(
                short_edge=short, width=width, height=height, size_bytes=size, digest=digest
            )
            for short, width, height, size, digest in fields["renditions"]
        ),
    )


def row_differs(row: Any, facts: VideoFacts, topics: Sequence[str], weights: Weights | None) -> str:
    """Words for the first thing in a row that does not follow from the video's facts, or, of where
    it stands, from the weights (None: they cannot be had, and it is not asked)."""
    digest = bytes.fromhex(rendition_digest(facts))
    if row["digest"][0].tobytes() != digest:
        return (
            "the digest of what is shown is not that of its caption, tags, poster and renditions."
        )
    slots = [int(slot) for slot in row["topics"][0] if slot]
    named = [topics[slot - 1] if slot <= len(topics) else "?" for slot in slots]
    if named != [label.topic for label in facts.topics[:4]]:
        return "its topics are not those of its facts."
    labellers = [int(one) for one in row["labellers"][0][: len(slots)]]
    if labellers != [label.labeller for label in facts.topics[:4]]:
        return "who labelled its topics is not as in its facts."
    if int(row["creator"][0]) != facts.creator:
        return "its creator is not that of its facts."
    if int(row["published_min"][0]) != facts.published_ms // 60_000:
        return "the time of its publication is not that of its facts."
    if weights is None or placed_at(row, weights.places)[1].any():
        return ""  # what weights place is asked of all rows together
    due = content_embedding(
        caption=facts.caption,
        tags=facts.tags,
        topics=tuple(named),
        creator=facts.creator,
        sound=facts.sound,
        meaning=facts.meaning,
    )
    if tuple(int(x) for x in row["embedding"][0]) != due:
        return "its embedding is not the content function of its facts."
    return ""


def sampled(items: Sequence[Any], count: int, *, seed: int, label: str) -> list[Any]:
    """`count` of `items` by the checker's seed, in their own order; all if there are no more.

    >>> sampled([1, 2, 3], 5, seed=1, label="x")
    [1, 2, 3]
    """
    if len(items) <= count:
        return list(items)

    def lot(item: Any) -> bytes:
        return sha256(f"{seed}\n{label}\n{item}".encode()).digest()

    drawn = sorted(range(len(items)), key=lambda i: lot(items[i]))[:count]
    return [items[i] for i in sorted(drawn)]


def retention_words(source: Source) -> str:
    """What the source says it keeps, for the report; nothing is concluded from it."""
    data = read_bytes(source, RETENTION)
    if data is None:
        return "The source does not say what it keeps."
    try:
        fields: dict[str, Any] = json.loads(data)
        return f"The source keeps epochs from number {int(fields['oldest_epoch'])} on."
    except (ValueError, KeyError, TypeError):
        return "What the source says that it keeps cannot be read."
