"""What is shown of the log, of what it names, and of a viewer's slates worked out again."""

from plainview.app.http.public_files import PublicFiles
from plainview.app.wire import Wired
from plainview.audit.evidence import Evidence
from plainview.audit.verdict import Verdict
from plainview.core.terms.ids import ViewerId
from plainview.flows.check_receipts import check_receipts
from plainview.flows.prove_receipt import PublishedLog


class Books:
    """One set of books: reads of one data folder. Safe to share between threads."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.public = PublicFiles(wired)
        self.published = PublishedLog(reads=wired.log_reads, files=wired.log_files)

    def verdicts(self, viewer: ViewerId, *, last: int) -> list[Verdict]:
        """The viewer's newest `last` slates, worked out again; oldest first."""
        return check_receipts(
            viewer,
            last=last,
            views=self.wired.reads,
            evidence=self.wired.evidence(),
            public_keys=self.wired.receipt_keys(),
        )

    def evidence_for(self, receipt: bytes) -> Evidence:  # noqa: ARG002 - honest books are the same
        """What this receipt is worked out again from."""
        return self.wired.evidence()
