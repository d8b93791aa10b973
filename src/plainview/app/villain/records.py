"""Levers that write into records: a receipt, a viewer's events, a crowd that is not there."""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence

import msgspec

from plainview.app.villain.frame import (
    RECEIPTS_LOOKED_AT,
    Asker,
    Detail,
    Exhibit,
    Trick,
)
from plainview.app.villain.levers import CROWD
from plainview.app.villain.worked_out import NothingToDo
from plainview.app.wire import Wired
from plainview.core.events import parse_client_event
from plainview.core.receipts import (
    RECEIPT_DOMAIN,
    Receipt,
    encode_receipt,
    parse_receipt,
    receipt_id,
)
from plainview.core.terms.epoch import Epoch
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.flows.serve_slate import Serving
from plainview.ports.levers import LeverRecord, ReplaceReceipt
from plainview.ports.view import Issued, OpenSession, TakeEvents

CROWD_VIDEOS_MAX = 20


class EditReceipt(Trick):
    """Two videos of a stored receipt change places, and it is signed again."""

    name = "edit-receipt"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        issued = self._to_edit(asker.viewer)
        receipt = parse_receipt(issued.receipt)
        first, second, *rest = receipt.slate
        edited = encode_receipt(msgspec.structs.replace(receipt, slate=(second, first, *rest)))
        signature = serving.signer.sign(edited, domain=RECEIPT_DOMAIN)
        self._wired.writer.submit(
            ReplaceReceipt(receipt=receipt_id(issued.receipt), body=edited, signature=signature)
        )
        return {
            "number": str(receipt.number),
            "edited": receipt_id(edited),
            "body": b64encode(issued.receipt).decode(),
            "signature": b64encode(issued.signature).decode(),
        }

    def _to_edit(self, viewer: ViewerId) -> Issued:
        for issued in self._wired.reads.last_receipts(viewer, RECEIPTS_LOOKED_AT):
            if len(parse_receipt(issued.receipt).slate) >= 2:
                return issued
        raise NothingToDo("Watch a few videos first: there is no receipt of yours to edit.")

    def let_go(self, lever: LeverRecord) -> None:
        """See `Trick`."""
        self._wired.writer.submit(
            ReplaceReceipt(
                receipt=Digest(lever.detail["edited"]),
                body=b64decode(lever.detail["body"]),
                signature=b64decode(lever.detail["signature"]),
            )
        )

    def honest(self, receipt: Receipt, lever: LeverRecord) -> tuple[VideoId, ...]:  # noqa: ARG002
        """See `Trick`."""
        kept = parse_receipt(b64decode(lever.detail["body"]))
        return tuple(shown.video for shown in kept.slate)

    def last_receipt(self, viewer: ViewerId, *, since_ms: int = 0) -> Receipt | None:  # noqa: ARG002
        """The one that was edited."""
        lever = self._wired.reads.levers().get(self.name)
        found = self._wired.reads.receipt(Digest(lever.detail["edited"])) if lever else None
        return parse_receipt(found[1].receipt) if found and found[0] == viewer else None

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"Slate number {detail['number']} was edited."

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """See `Trick`."""
        return [
            Exhibit(
                title=f"Receipt number {lever.detail['number']}",
                left_label="Your browser and the log have the one of hash",
                left=receipt_id(b64decode(lever.detail["body"])),
                right_label="The server now has the one of hash",
                right=lever.detail["edited"],
            )
        ]


class ForgeEvent(Trick):
    """A like that nobody gave, in the chain of who pulls the lever."""

    name = "forge-event"
    alters_slates = False

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        state = serving.folds.state(asker.viewer)
        rows = serving.epochs.at_least(0).epoch.rows
        untouched = [
            video
            for video in rows["id"].tolist()
            if video not in state.seen and video not in state.liked
        ] or rows["id"].tolist()
        if not untouched:
            raise NothingToDo("Nobody has published yet: there is nothing to like.")
        video = VideoId(untouched[0])
        return {"video": str(video)} | self._write(asker.viewer, "like", video)

    def _write(self, viewer: ViewerId, kind: str, video: VideoId) -> dict[str, str]:
        key = self._wired.chance.token(12).hex()
        event = parse_client_event(
            {"kind": kind, "video": str(video), "key": key}, at_ms=self._wired.clock.now_ms()
        )
        taken = self._wired.writer.submit(TakeEvents(viewer=viewer, events=(event,)))
        return {"event": taken.events[0].decode(), "n": str(taken.n)}

    def let_go(self, lever: LeverRecord) -> None:
        """See `Trick`. What was written stays written; it is taken back by a second forgery."""
        self._write(lever.pulled_by, "unlike", VideoId(int(lever.detail["video"])))

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"Event {detail['n']} of your record was never yours."

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """See `Trick`."""
        return [
            Exhibit(
                title=f"Event {lever.detail['n']} of your record",
                left_label="The server has",
                left=lever.detail["event"],
                right_label="Your browser did",
                right="nothing of the kind",
            )
        ]


class InventCrowd(Trick):
    """Viewers who do not exist praise a small creator."""

    name = "invent-crowd"
    alters_slates = False

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:  # noqa: ARG002 - as others
        """See `Trick`."""
        creator, videos = small_creator(serving.epochs.at_least(0).epoch)
        records = self._wired.reads.videos(videos[:CROWD_VIDEOS_MAX])
        if not records:
            raise NothingToDo("Nobody has published yet: there is no creator to praise.")
        crowd = [ViewerId(self._wired.chance.token(16).hex()) for _ in range(CROWD)]
        now_ms = self._wired.clock.now_ms()
        for invented in crowd:
            token_hash = digest_of(self._wired.chance.token(32))
            self._wired.writer.submit(
                OpenSession(token_hash=token_hash, viewer=invented, at_ms=now_ms)
            )
            self._send(
                invented,
                [
                    event
                    for video in sorted(records)
                    for event in _praise(video, creator, records[video].length_ms)
                ],
            )
        return {
            "creator": str(creator),
            "handle": next(iter(records.values())).creator.handle,
            "videos": ",".join(str(video) for video in sorted(records)),
            "crowd": ",".join(crowd),
        }

    def let_go(self, lever: LeverRecord) -> None:
        """See `Trick`."""
        videos = lever.detail["videos"].split(",")
        for invented in lever.detail["crowd"].split(","):
            takes_back: list[dict[str, object]] = [
                {"kind": "unfollow", "creator": lever.detail["creator"]}
            ]
            for video in videos:
                takes_back += [
                    {"kind": "watch", "video": video, "number": 1, "ms": 0, "loops": 0},
                    {"kind": "unlike", "video": video},
                ]
            self._send(ViewerId(invented), takes_back)

    def _send(self, viewer: ViewerId, events: list[dict[str, object]]) -> None:
        now_ms = self._wired.clock.now_ms()
        parsed = tuple(
            parse_client_event({**event, "key": self._wired.chance.token(12).hex()}, at_ms=now_ms)
            for event in events
        )
        self._wired.writer.submit(TakeEvents(viewer=viewer, events=parsed))

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The creator is @{detail['handle']}."


def _praise(video: VideoId, creator: CreatorId, length_ms: int) -> list[dict[str, object]]:
    return [
        {"kind": "shown", "video": str(video), "number": 1, "position": 0},
        {"kind": "watch", "video": str(video), "number": 1, "ms": length_ms, "loops": 1},
        {"kind": "like", "video": str(video)},
        {"kind": "follow", "creator": str(creator), "video": str(video)},
    ]


def creator_to_favour(serving: Serving, wired: Wired) -> dict[str, str]:
    """The small creator and their handle, as a lever's detail. Raises: NothingToDo."""
    creator, videos = small_creator(serving.epochs.at_least(0).epoch)
    records = wired.reads.videos(videos[:1])
    if not records:
        raise NothingToDo("Nobody has published yet: there is no creator to favour.")
    return {"creator": str(creator), "handle": records[videos[0]].creator.handle}


def small_creator(epoch: Epoch) -> tuple[CreatorId, list[VideoId]]:
    """The creator whose videos were shown least, and their videos; 0 and none of an empty epoch."""
    shown: Counter[int] = Counter()
    videos: dict[int, list[VideoId]] = {}
    rows = epoch.rows
    for video, creator, codes in zip(
        rows["id"].tolist(), rows["creator"].tolist(), rows["counters"][:, 0].tolist(), strict=True
    ):
        shown[creator] += codes
        videos.setdefault(creator, []).append(VideoId(video))
    if not videos:
        return CreatorId(0), []
    least = min(videos, key=lambda creator: (shown[creator], creator))
    return CreatorId(least), videos[least]
