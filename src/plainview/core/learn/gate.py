"""Whether what a tick learned is published: judged on examples it has not learned from."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from plainview.core.learn.judge import Metrics, auc_ppm, judge
from plainview.core.learn.kernels import Floats
from plainview.core.learn.recipe import Recipe
from plainview.core.learn.window import LABEL_ONE, Examples
from plainview.core.terms.weights import HEADS, Weights

REASONS: Final = ("held_out_small", "clips", "quantised", "worse", "head_worse")
"""Why a candidate is dropped, in the order in which they are tried; the first that fits decides."""

TOLD_AT: Final = 1000


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found. `reason` is "" if the candidate may be published, else of REASONS, and
    `detail` says where. `float_auc_ppm` is what the float network reaches, per head."""

    reason: str
    detail: str
    parent: Metrics
    candidate: Metrics
    float_auc_ppm: tuple[int, ...]


def gate(
    candidate: Weights,
    *,
    parent: Weights,
    held_out: Examples,
    float_logits: Floats,
    recipe: Recipe,
) -> Verdict:
    """Judge `candidate` beside its parent.

    Dropped if, in this order:
     - fewer than `held_out_min` examples are held out: nothing can be told;
     - of some head more than `clipped_ppm_max` outputs are outside its table;
     - of some head that has `positives_min` positives and as many negatives, its area under the
       curve is too far below that of the float network: by more than `quantised_ppm_max` at
       TOLD_AT positives or more, with fewer in proportion more, since each of them weighs more;
     - the sum of all losses is not below the parent's;
     - some such head's loss is more than `head_worse_ppm_max` of itself above the parent's.

    Args:
        held_out: n >= 1 examples the candidate did not learn from. float_logits: (n, heads) what
            the float network gives for them.
    """
    before, after = judge(parent, held_out), judge(candidate, held_out)
    is_positive = held_out["labels"].astype(np.int64) * 2 >= LABEL_ONE
    names = candidate.schema.heads
    floats = [auc_ppm(float_logits[:, h], is_positive[:, h]) for h in range(len(names))]
    reason, detail = _reason(before, after, floats, recipe, names)
    return Verdict(
        reason=reason, detail=detail, parent=before, candidate=after, float_auc_ppm=tuple(floats)
    )


def _reason(
    before: Metrics,
    after: Metrics,
    floats: Sequence[int],
    recipe: Recipe,
    names: Sequence[str] = HEADS,
) -> tuple[str, str]:
    if after.examples < recipe.held_out_min:
        return "held_out_small", f"{after.examples} of {recipe.held_out_min}"
    told = [
        h
        for h, head in enumerate(after.heads)
        if min(head.positives, after.examples - head.positives) >= recipe.positives_min
    ]
    for h, head in enumerate(after.heads):
        if head.clipped_ppm > recipe.clipped_ppm_max:
            return "clips", f"{names[h]}: {head.clipped_ppm} ppm"
    for h in told:
        lost = floats[h] - after.heads[h].auc_ppm
        positives = after.heads[h].positives
        if lost * positives > recipe.quantised_ppm_max * max(positives, TOLD_AT):
            return "quantised", f"{names[h]}: {lost} ppm"
    if after.loss_q24 >= before.loss_q24:
        return "worse", f"{after.loss_q24} is not below {before.loss_q24}"
    for h in told:
        old, new = before.heads[h].loss_micro, after.heads[h].loss_micro
        if (new - old) * 1_000_000 > recipe.head_worse_ppm_max * old:
            return "head_worse", f"{names[h]}: {old} to {new}"
    return "", ""
