"""Levers that alter the choosing: candidates, an epoch kept too long, the best of several tries."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plainview.app.villain.catalogues import is_chosen
from plainview.app.villain.frame import Asker, Detail, Exhibit, Trick
from plainview.app.villain.records import creator_to_favour
from plainview.app.villain.worked_out import next_video, state_at
from plainview.core.feed import build_index, make_slate
from plainview.core.receipts import (
    RECEIPT_DOMAIN,
    Receipt,
    build_receipt,
    hour_of,
    next_request,
    parse_receipt,
)
from plainview.core.terms.epoch import FLAG_UNLISTED, Epoch
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.slate import Slate, SlateRequest
from plainview.core.terms.viewer import ViewerState
from plainview.flows.open_epoch import ServedEpoch, weights_under
from plainview.flows.read_epoch import open_epoch
from plainview.flows.serve_slate import Epochs, Serving
from plainview.ports.commands import Command
from plainview.ports.levers import LeverRecord, SetLever
from plainview.ports.serving import HourKey
from plainview.ports.view import IssueSlate

STALE_MS = 30_000
"""A receipt may cite an epoch for this long after it was replaced."""
TRIES_MS = (0, 20_000, 40_000)
"""How far back it turns the clock: a receipt stands in the log within a minute of its time."""
EPOCHS_TRIED = 4
MARGIN_MS = 5_000
Try = tuple[ServedEpoch, int, HourKey]
"""An epoch, a time, and the key of its hour."""


class DropVideo(Trick):
    """Candidates without one video, under the true epoch's name."""

    name = "drop-video"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        return {"video": str(next_video(asker.viewer, serving))}

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:
        """See `Trick`."""
        if not is_chosen(viewer, lever):
            return serving
        epochs = MislabelledEpochs(serving.epochs, int(lever.detail["video"]))
        return msgspec.structs.replace(serving, epochs=epochs)

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The video is number {detail['video']}."


class MislabelledEpochs:
    """`Epochs` without a video, under header and root of the epoch that has it."""

    def __init__(self, honest: Epochs, video: int) -> None:
        self._honest = honest
        self._video = video

    def at_least(self, number: int) -> ServedEpoch:
        """See `Epochs`."""
        honest = self._honest.at_least(number)
        rows = honest.epoch.rows.copy()
        rows["flags"][rows["id"] == self._video] |= FLAG_UNLISTED
        epoch = Epoch(header=honest.epoch.header, rows=rows, root=honest.epoch.root)
        index = build_index(epoch, centroids=honest.weights.centroids)
        return ServedEpoch(epoch, index, honest.weights, honest.served_ms, honest.lines)


class StaleEpoch(Trick):
    """One viewer is served from one epoch for as long as the lever is pulled."""

    name = "stale-epoch"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`. The oldest epoch that the viewer's own last one lets it name."""
        assert asker.viewer is not None
        last = serving.folds.state(asker.viewer).epoch
        newest = serving.epochs.at_least(last).epoch.header.number
        return {"epoch": str(last or newest)}

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:
        """See `Trick`."""
        number = int(lever.detail["epoch"])
        if viewer != lever.pulled_by or serving.folds.state(viewer).epoch > number:
            return serving
        return msgspec.structs.replace(serving, epochs=self._pinned(number))

    def _pinned(self, number: int) -> "PinnedEpochs":
        record = self._wired.reads.epoch(number)
        assert record is not None, "the viewer was served from it"
        epoch = open_epoch(record, reads=self._wired.reads, files=self._wired.epoch_files)
        weights, lines = weights_under(epoch.header, objects=self._wired.objects)
        index = build_index(epoch, centroids=weights.centroids)
        return PinnedEpochs(ServedEpoch(epoch, index, weights, record.served_ms, lines))

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        left_ms = self.wait_ms(detail)
        if left_ms < 0:
            return f"Catalogue {detail['epoch']}; there is no newer one yet."
        if left_ms > 0:
            return f"Catalogue {detail['epoch']}; it is stale in {left_ms // 1000 + 1} s."
        return f"Catalogue {detail['epoch']}, which is stale."

    def wait_ms(self, detail: Detail) -> int:
        """See `Trick`. It is stale some time after there is a newer one."""
        after = self._wired.reads.epoch(int(detail["epoch"]) + 1)
        if after is None:
            return -1
        return max(0, after.served_ms + STALE_MS + 1 - self._wired.clock.now_ms())

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:
        """See `Trick`."""
        receipt = self.last_receipt(viewer, since_ms=lever.at_ms)
        after = self._wired.reads.epoch(receipt.epoch + 1) if receipt else None
        if receipt is None or after is None:
            return ()
        return [
            Exhibit(
                title="How old it was",
                left_label="Your receipt cites",
                left=f"catalogue {receipt.epoch}, at {receipt.now_ms} ms",
                right_label="The log has",
                right=f"catalogue {after.number}, frozen at {after.frozen_ms} ms:"
                f" {(receipt.now_ms - after.frozen_ms) // 1000} s before",
            )
        ]


class PinnedEpochs:
    """`Epochs` with one answer."""

    def __init__(self, served: ServedEpoch) -> None:
        self._served = served

    def at_least(self, number: int) -> ServedEpoch:  # noqa: ARG002 - that is the trick
        """See `Epochs`."""
        return self._served


class ReRoll(Trick):
    """Of the slates that the rules allow for a request, the one with most of a creator."""

    name = "re-roll"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:  # noqa: ARG002 - as others
        """See `Trick`."""
        return creator_to_favour(serving, self._wired)

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:  # noqa: ARG002
        """See `Trick`."""
        writer = ChoosyWriter(serving, self, lever)
        return msgspec.structs.replace(serving, writer=writer)

    def tries(self, receipt: Receipt, serving: Serving) -> list[Try]:
        """The epochs and times that the rules let the receipt of this request name, the honest
        ones first: none older than the viewer's last, none replaced 30 s before."""
        epochs = [serving.epochs.at_least(receipt.epoch)]
        last = serving.folds.state(receipt.viewer).epoch
        number = receipt.epoch - 1
        while number >= max(last, 1) and len(epochs) < EPOCHS_TRIED:
            record, after = self._wired.reads.epoch(number), self._wired.reads.epoch(number + 1)
            if record is None or after is None:
                break
            if receipt.now_ms - after.served_ms > STALE_MS - MARGIN_MS:
                break
            epoch = open_epoch(record, reads=self._wired.reads, files=self._wired.epoch_files)
            weights, lines = weights_under(epoch.header, objects=self._wired.objects)
            index = build_index(epoch, centroids=weights.centroids)
            epochs.append(ServedEpoch(epoch, index, weights, record.served_ms, lines))
            number -= 1
        found = []
        for served in epochs:
            minutes = set()
            for back_ms in TRIES_MS:
                now_ms = receipt.now_ms - back_ms
                key = self._wired.reads.hour_key(hour_of(now_ms))
                if key is None or now_ms // 60_000 in minutes:
                    continue
                minutes.add(now_ms // 60_000)
                found.append((served, now_ms, key))
        return found

    def state_at(self, receipt: Receipt) -> ViewerState:
        """What the slate was made from, of the viewer."""
        return state_at(receipt, self._wired)

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        words = f"It favours @{detail['handle']}."
        if "tries" in detail:
            words += f" Of your last request it made {detail['tries']} slates"
            if detail["different"] == "1":
                words += ": this time all tries gave the same page, so there was nothing to choose."
            elif not self.alters(detail):
                words += f", {detail['different']} of them different, and sent the first it made."
            else:
                words += f", {detail['different']} of them different, and sent another one."
        return words

    def alters(self, detail: Detail) -> bool:
        """See `Trick`. Only where the choice fell on another page than the first."""
        return "tries" in detail and detail["first"] != detail["sent"]

    def honest(self, receipt: Receipt, lever: LeverRecord) -> tuple[VideoId, ...]:  # noqa: ARG002
        """See `Trick`."""
        first = lever.detail.get("first", "")
        return tuple(VideoId(int(video)) for video in first.split(", ") if video)

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """See `Trick`."""
        if not self.alters(lever.detail):
            return ()
        return [
            Exhibit(
                title=f"{lever.detail['tries']} slates for one request",
                left_label="The first one it made",
                left=lever.detail["first"],
                right_label="The one it sent",
                right=lever.detail["sent"],
            )
        ]


class ChoosyWriter:
    """`Writer` that stores a better receipt than it was handed."""

    def __init__(self, serving: Serving, trick: ReRoll, lever: LeverRecord) -> None:
        self._serving = serving
        self._trick = trick
        self._lever = lever

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        if not isinstance(command, IssueSlate):
            return self._serving.writer.submit(command)
        return self._serving.writer.submit(self._better(command))

    def _better(self, issue: IssueSlate) -> IssueSlate:
        receipt = parse_receipt(issue.receipt)
        tries = self._trick.tries(receipt, self._serving)
        state = self._trick.state_at(receipt)
        made = [self._made(receipt, one, state) for one in tries]
        favoured = int(self._lever.detail["creator"])
        chosen = max(
            range(len(made)), key=lambda at: (_count_of(favoured, tries[at][0], made[at][1]), -at)
        )
        (served, _, key), (request, slate) = tries[chosen], made[chosen]
        self._remember(made[0][1], slate, [_order(one) for _, one in made])
        better = build_receipt(
            slate,
            request=request,
            state=state,
            policy=self._serving.policies[receipt.policy],
            header=served.epoch.header,
            root=served.epoch.root,
            nonce=receipt.nonce,
            commitment=key.commitment,
            edition=receipt.edition,
            release=receipt.release,
            chosen_by=receipt.chosen_by,
            arm=receipt.arm,
            release_state=receipt.release_state,
        )
        return msgspec.structs.replace(
            issue,
            receipt=better,
            signature=self._serving.signer.sign(better, domain=RECEIPT_DOMAIN),
            epoch=served.epoch.header.number,
            videos=tuple(item.video for item in slate.items),
        )

    def _made(self, receipt: Receipt, one: Try, state: ViewerState) -> tuple[SlateRequest, Slate]:
        served, now_ms, key = one
        request = next_request(
            state, key.key, nonce=receipt.nonce, now_ms=now_ms, context=receipt.context
        )
        policy = self._serving.policies[receipt.policy]
        slate = make_slate(
            index=served.index, weights=served.weights_for(receipt.arm), policy=policy,
            state=state, request=request,
        )  # fmt: skip
        return request, slate

    def _remember(self, first: Slate, sent: Slate, made: list[str]) -> None:
        detail = {
            **self._lever.detail,
            "tries": str(len(made)),
            "different": str(len(set(made))),
            "first": _order(first),
            "sent": _order(sent),
        }
        lever = msgspec.structs.replace(self._lever, detail=detail)
        self._serving.writer.submit(SetLever(lever=lever))


def _order(slate: Slate) -> str:
    return ", ".join(str(item.video) for item in slate.items)


def _count_of(creator: int, served: ServedEpoch, slate: Slate) -> int:
    rows = served.epoch.rows
    theirs = set(rows["id"][rows["creator"] == creator].tolist())
    return sum(item.video in theirs for item in slate.items)
