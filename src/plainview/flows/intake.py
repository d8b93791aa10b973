"""What the flows of a video's way in stand on, handed to them as one."""

import threading
from dataclasses import dataclass, field
from typing import Protocol

from plainview.core.media.plan import MediaLimits
from plainview.ports.catalogue import CatalogueReads
from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Writer
from plainview.ports.intake import IntakeReads, UploadFiles
from plainview.ports.keys import Signer
from plainview.ports.objects import Objects
from plainview.ports.serving import ServingReads
from plainview.ports.view import ViewReads

PERSON_PRIORITY = 100
IMPORT_PRIORITY = 80
OPENER_UPLOAD_PRIORITY = 60
OPENER_PRIORITY = 59
CLIP_UPLOAD_PRIORITY = 58
CLIP_PRIORITY = 40
"""Larger first: people, imports, then the demonstration: uploads of its first clips, the making of
those, uploads of the others, the making of those."""
PROMISE_MS = 24 * 3_600_000
"""An upload taken whole is published, or refused with a reason, within this time, unless the root
of trust says otherwise."""
REST_BEHIND = 15
"""How far the larger renditions of a video stand behind its smallest one."""


class AllIntakeReads(IntakeReads, CatalogueReads, ViewReads, ServingReads, Protocol):
    """All that intake reads."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Ports and limits.

    `publishing` is held while objects are stored and named by the catalogue, and while the files
    of a withdrawn video are found unwanted and removed: so that no file is removed that was just
    stored again. One worker process does both.
    """

    reads: AllIntakeReads
    writer: Writer
    files: UploadFiles
    objects: Objects
    signer: Signer
    clock: Clock
    chance: Chance
    limits: MediaLimits = field(default_factory=MediaLimits)
    promise_ms: int = PROMISE_MS
    publishing: threading.Lock = field(default_factory=threading.Lock)
