"""What a check found, and what it amounts to."""

from typing import Final

import msgspec

EVIDENCE: Final = "evidence"
"""Shown by signatures: the proof file convinces whoever trusts neither side."""
WITHHELD: Final = "withheld"
"""What the service promised to show is not shown, or does not fit; whoever asks it sees the same,
but no file can prove it."""
LACKING: Final = "lacking"
"""The check could not be made, through nobody's demonstrable fault."""

OK: Final = "ok"
MISBEHAVIOUR: Final = "misbehaviour"
NOT_ENOUGH: Final = "not enough data"
EXIT_STATUS: Final = {OK: 0, MISBEHAVIOUR: 1, NOT_ENOUGH: 3}


ASK_THE_SERVICE: Final = "This folder lacks it: ask the service itself."
ASK_OF_DAMAGED: Final = "This folder has it otherwise: ask the service itself."
NOT_IN_FOLDER: Final = "not_in_folder"
"""The rule under which a gap of a folder is named: no rule that a service broke."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something amiss: its `kind` (EVIDENCE, WITHHELD, LACKING), the `rule` it breaks, `words` for
    people, and for evidence the bytes of a proof file."""

    kind: str
    rule: str
    words: str
    proof: bytes = b""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the check: what was looked at, and what could be said of it."""

    title: str
    words: str
    is_complete: bool = True


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one check. `counts` are in the order in which they are to be read."""

    source: str
    verdict: str
    edition: str = ""
    origin: str = ""
    size: int = 0
    root: str = ""
    newest_ms: int = 0
    trust: str = ""
    is_trust_pinned: bool = False
    sections: tuple[Section, ...] = ()
    counts: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()
    waits: str = ""
    """What cannot be worked out yet, and when it can; stands beside the verdict."""

    @property
    def exit_status(self) -> int:
        """What the command ends with."""
        return EXIT_STATUS[self.verdict]


def verdict_of(findings: list[Finding], *, is_complete: bool) -> str:
    """Misbehaviour outweighs what is lacking; without either it is ok.

    >>> verdict_of([], is_complete=True), verdict_of([], is_complete=False)
    ('ok', 'not enough data')
    """
    kinds = {finding.kind for finding in findings}
    if kinds & {EVIDENCE, WITHHELD}:
        return MISBEHAVIOUR
    return OK if is_complete and LACKING not in kinds else NOT_ENOUGH
