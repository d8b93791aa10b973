"""The levers as data: what each does, and who catches it. The page and the docs say no more."""

from typing import Final

import msgspec

VIEWER: Final = "viewer"
ANYONE: Final = "anyone"
NOBODY: Final = "nobody"
IMPOSSIBLE: Final = "impossible"

CATCHERS: Final = {
    VIEWER: "What your own browser catches",
    ANYONE: "What anyone with the log catches",
    NOBODY: "What nobody catches yet",
    IMPOSSIBLE: "What cannot be done here",
}
"""Who catches a lever first; the levers stand under these words."""

CROWD: Final = 40


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """What a lever does, and who notices. `caught_by` is the first who does."""

    name: str
    title: str
    what_it_does: str
    caught_by: str
    who_catches: str

    @property
    def catchable(self) -> bool:
        """Whether somebody notices."""
        return self.caught_by in (VIEWER, ANYONE)

    @property
    def is_possible(self) -> bool:
        """Whether there is such a lever."""
        return self.caught_by != IMPOSSIBLE


LEVERS: Final = (
    Lever(
        name="bury-topic",
        title="Bury a topic for some viewers",
        what_it_does=(
            "You, and every second viewer, are served from a second catalogue under the same"
            " number, in which the topic you see most is unlisted. Receipts name its root, and"
            " whoever works your slates out again here is handed its rows."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser: the log holds one catalogue of that number, with another root. So does"
            " anyone to whom you hand the receipt, and who works it out again from the logged"
            " catalogue: replay --all, and this page once the lever is back. While it is pulled,"
            " this server works it out from the second catalogue, and finds nothing."
        ),
    ),
    Lever(
        name="boost-creator",
        title="Boost a creator",
        what_it_does=(
            "In a second catalogue, for everybody, one small creator's videos have been loved by"
            " hundreds. Nobody's events say so."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser, by the log: that catalogue's root is not in it. Had it been logged, an"
            " auditor who counts the events again would see it, and nobody else."
        ),
    ),
    Lever(
        name="swap-weights",
        title="Swap the weights",
        what_it_does=(
            "Ranks with an edited weights file, in which what you would finish counts against a"
            " video. The file is stored, and named in receipts and in a second catalogue."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser, by the log: neither the catalogue nor the weights are in it. Had they"
            " been logged for everybody, they would pass: weights show no lineage yet."
        ),
    ),
    Lever(
        name="leave-out-video",
        title="Leave a video out of the catalogue",
        what_it_does=(
            "A second catalogue, for you and every second viewer, does not have the video that"
            " would come next. Receipts name its root."
        ),
        caught_by=VIEWER,
        who_catches="Your browser, and anyone who has the receipt: the log names another root.",
    ),
    Lever(
        name="edit-receipt",
        title="Edit a receipt after the fact",
        what_it_does=(
            "Swaps the first two videos in the last receipt that the server keeps of you, and signs"
            " it again with the operator's own key."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser, which kept its copy; the slate, worked out again; the next receipt,"
            " which names the old one; and the log, in which the old one stands."
        ),
    ),
    Lever(
        name="forge-event",
        title="Forge an event",
        what_it_does="Writes a like into your record that you never gave. The feed follows it.",
        caught_by=VIEWER,
        who_catches=(
            "Your browser, which knows each thing you did. Nobody else can: to them it is an event"
            " like any other."
        ),
    ),
    Lever(
        name="stale-epoch",
        title="Serve a stale epoch to one viewer",
        what_it_does=(
            "You alone go on being served from today's catalogue, under its true name, while"
            " everybody else gets the newer ones. Nothing that is new reaches you."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser, 30 s after the log has a newer catalogue; then also every slate worked"
            " out again, and anyone who has the receipt."
        ),
    ),
    Lever(
        name="rewrite-history",
        title="Rewrite history",
        what_it_does=(
            "Hides a video by a decision that is logged. Some seconds later it builds the log anew"
            " from there without that decision, and catalogues to match, and signs the new head."
        ),
        caught_by=VIEWER,
        who_catches=(
            "Your browser, and anyone who saw a head of the log before: the new one does not begin"
            " with it. Whoever comes for the first time sees nothing wrong."
        ),
    ),
    Lever(
        name="two-histories",
        title="Show two histories",
        what_it_does=(
            "Keeps a second log under the same key, for browsers like yours at your address: in it"
            " the video that would come next was hidden by a decision that the first log does not"
            " have. Receipts, catalogues and proofs all agree with it."
        ),
        caught_by=ANYONE,
        who_catches=(
            "Anyone who holds two heads side by side: hand yours to an outsider. Your browser alone"
            " sees one log that fits together, until it is shown the other. Witnesses, where an"
            " edition has some, cosign one of the two."
        ),
    ),
    Lever(
        name="drop-video",
        title="Drop a video from the candidates",
        what_it_does=(
            "The video that would come next is left out when yours and every second viewer's"
            " candidates are gathered. Receipts name the true catalogue."
        ),
        caught_by=ANYONE,
        who_catches=(
            "Whoever works the slate out again from what the log names: an outsider to whom you"
            " hand the receipt, an auditor, and Check my feed. Your browser alone has no catalogue."
        ),
    ),
    Lever(
        name="re-roll",
        title="Re-roll a request",
        what_it_does=(
            "Works your slate out for each of the last catalogues and minutes that the rules let it"
            " name, and sends the one with most of a creator it favours."
        ),
        caught_by=NOBODY,
        who_catches=(
            "Nobody yet. It cannot touch the draws of chance: your number, your nonce, the receipt"
            " before and a key committed to a day ahead fix them. What is left is a choice among a"
            " few slates, each of which follows from the rules."
        ),
    ),
    Lever(
        name="invent-crowd",
        title="Invent a crowd",
        what_it_does=(
            f"{CROWD} viewers who do not exist watch, like and follow one small creator. Their"
            " events are counted like anybody's."
        ),
        caught_by=NOBODY,
        who_catches=(
            "Nobody yet. Every slate follows from the counts, and the counts from the events; that"
            " nobody stood behind the events cannot be seen from here."
        ),
    ),
    Lever(
        name="wrong-list",
        title="Put a video in the wrong list",
        what_it_does=(
            "Large services look near videos up in lists, and a video in the wrong list is never"
            " found."
        ),
        caught_by=IMPOSSIBLE,
        who_catches=(
            "There is no such lever: which list a video is in is worked out from the catalogue by"
            " whoever makes or recomputes a slate, and stands nowhere. Up to 300,000 videos there"
            " are no lists at all: each request compares with every video."
        ),
    ),
)
