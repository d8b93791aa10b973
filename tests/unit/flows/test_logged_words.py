"""Every reason that the service can give is a word that the log takes."""

import ast
import typing
from pathlib import Path

from plainview.core.catalogue import ACTIONS
from plainview.core.history import entries
from plainview.core.media import refusals
from plainview.core.media.refusals import Refusal
from plainview.flows import publish_video, remove_video
from plainview.flows.remove_video import REASON_CODES
from tests.unit.house.tree import parsed


def words(literal: object) -> set[str]:
    return set(typing.get_args(literal))


def codes_said(module: object, keyword: str) -> set[str]:
    """The words that a module hands on under this name."""
    path = Path(str(getattr(module, "__file__", "")))
    return {
        str(word.value.value)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == keyword and isinstance(word.value, ast.Constant)
    }


def test_every_decision_can_be_logged() -> None:
    """Each action and each reason for a decision on a video is in the log's closed lists."""
    assert set(ACTIONS) == words(entries.Action)
    said = set(REASON_CODES) | codes_said(remove_video, "reason_code")
    assert {"by_creator", "restored"} <= said
    assert said - words(entries.DecisionCode) == set()


def test_every_refusal_can_be_logged() -> None:
    """Each code with which an upload can be refused is in the log's closed list."""
    kinds = [one for one in vars(refusals).values() if isinstance(one, type)]
    media = {one.code for one in kinds if issubclass(one, Refusal)}
    own = codes_said(publish_video, "code")
    assert {"not_a_video", "too_long"} <= media
    assert {"our_fault", "lost", "closed"} <= own
    assert (media | own) - words(entries.RefusalCode) - {Refusal.code} == set()
