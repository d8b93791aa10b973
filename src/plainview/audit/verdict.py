"""What a check found, in words."""

from typing import Final

import msgspec

from plainview.core.terms.ids import Digest, VideoId

STAGES: Final = (
    "encoding",
    "signature",
    "chain",
    "epoch header",
    "epoch rows",
    "weights",
    "policy",
    "events",
    "seed",
    "candidates",
    "features",
    "values",
    "slate",
    "bytes",
)
"""In the order in which they are compared; a verdict names the first that differs."""

SAME: Final = "same"
DIFFERS: Final = "differs"
MISSING: Final = "missing"

STAGE_WORDS: Final = {
    "encoding": "The receipt's bytes are damaged: they cannot be read as a receipt.",
    "signature": "The receipt was changed after it was signed, or this edition never signed it.",
    "chain": "The receipt does not follow from the one before it: one was dropped or replaced.",
    "epoch header": "The header of the frozen catalogue is not the one the receipt names.",
    "epoch rows": "Rows of the frozen catalogue are not those the receipt names.",
    "weights": "The weights are not those the receipt names.",
    "policy": "The policy is not the one the receipt names.",
    "events": "The viewer's events are not those the receipt says the slate was made from.",
    "seed": "The chance in this slate does not come from the key that was committed for its hour.",
    "candidates": "Other videos were considered than the published rules consider.",
    "features": "The videos shown were described to the ranking with other numbers.",
    "values": "The videos considered were given other values than the published rules give.",
    "slate": "Another slate was served than the published rules give.",
    "bytes": "The slate is right, but something else in the receipt is not.",
}
"""One sentence a stage, for people; the verdict's message adds the particulars."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What recomputing one receipt gave.

    `outcome` is "same"; "differs": `stage` is the first that does; or "missing": what `stage` needs
    was not handed in, so that the slate cannot be vouched for (this is not a pass). `served` is
    the slate as the receipt states it, in order; `honest` is the slate recomputed from the inputs
    the receipt names, None when those inputs are not at hand. `number` is 0 when unreadable.
    """

    receipt: Digest
    number: int
    outcome: str
    stage: str
    message: str
    served: tuple[VideoId, ...]
    honest: tuple[VideoId, ...] | None

    @property
    def is_same(self) -> bool:
        """Whether every byte was recomputed."""
        return self.outcome == SAME
