"""The small Open Bandit sample: two policies over the same week, with the odds of what was shown.

Saito, Aihara, Matsutani and Narita 2020, CC BY 4.0. One policy shows items evenly; the other is
Bernoulli Thompson sampling, whose odds move as it learns and are logged for the item that was shown
alone. What the Thompson policy would have done at a moment of the even one's log is therefore read
off its own log: the odds of that item in that position that it logged nearest in time. Clicks are
not looked at for that.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.experiments import Logged

CAMPAIGNS = ("all", "men", "women")
POLICIES = {"random": "even", "bts": "Thompson"}
PRIOR_ROWS = 200.0
FOLDS = 5


class Campaign(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One policy's log of one campaign, in columns; `items` is how many it chooses from."""

    at_s: NDArray[np.float64]
    item: NDArray[np.int64]
    position: NDArray[np.int64]
    click: NDArray[np.float64]
    odds: NDArray[np.float64]
    items: int


def read_campaign(folder: Path, policy: str, campaign: str, *, parquet: Any) -> Campaign:
    """Read `POLICY_CAMPAIGN.parquet`; `parquet` is pyarrow's module."""
    table = parquet.read_table(
        folder / f"{policy}_{campaign}.parquet",
        columns=["timestamp", "item_id", "position", "click", "propensity_score"],
    ).to_pydict()
    items = parquet.read_table(folder / f"{policy}_{campaign}_items.parquet").num_rows
    at_s = [datetime.fromisoformat(text).timestamp() for text in table["timestamp"]]
    return Campaign(
        at_s=np.array(at_s), item=np.array(table["item_id"]), position=np.array(table["position"]),
        click=np.array(table["click"], dtype=np.float64),
        odds=np.array(table["propensity_score"]), items=items,
    )  # fmt: skip


def nearest_odds(of: Campaign, at: Campaign) -> NDArray[np.float64]:
    """(n of `at`, positions, items) odds of the policy of `of`, as logged nearest in time; nought
    for what it never showed in that position. Each position's odds are scaled to add up to 1."""
    positions = int(of.position.max())
    odds = np.zeros((len(at.at_s), positions, of.items))
    order = np.argsort(of.at_s, kind="stable")
    for position in range(positions):
        for item in range(of.items):
            mine = order[(of.position[order] == position + 1) & (of.item[order] == item)]
            if len(mine):
                after = np.searchsorted(of.at_s[mine], at.at_s)
                before, after = np.maximum(after - 1, 0), np.minimum(after, len(mine) - 1)
                away = [np.abs(of.at_s[mine[one]] - at.at_s) for one in (before, after)]
                nearest = np.where(away[1] < away[0], after, before)
                odds[:, position, item] = of.odds[mine[nearest]]
    return np.asarray(odds / odds.sum(axis=2, keepdims=True), dtype=np.float64)


def clicks_expected(log: Campaign) -> NDArray[np.float64]:
    """(n, items) what is expected to be clicked, from rows of other folds: an item's clicks with
    PRIOR_ROWS of the average behind it."""
    fold = np.arange(len(log.click)) % FOLDS
    expected = np.zeros((len(log.click), log.items))
    for k in range(FOLDS):
        other = fold != k
        mean = log.click[other].mean()
        clicks = np.bincount(log.item[other], weights=log.click[other], minlength=log.items)
        shown = np.bincount(log.item[other], minlength=log.items)
        expected[fold == k] = (clicks + PRIOR_ROWS * mean) / (shown + PRIOR_ROWS)
    return expected


def log_for(judged: str, served: Campaign, of: Campaign) -> Logged:
    """The log of `served`, for judging the other policy; every row is somebody else's choice,
    since the sample does not say whose it was."""
    rows = np.arange(len(served.click))
    expects = clicks_expected(served)
    if judged == "random":
        odds = np.full((len(rows), served.items), 1 / served.items)
    else:
        odds = nearest_odds(of, served)[rows, served.position - 1]
    return Logged(
        cluster=rows, reward=served.click, weight=odds[rows, served.item] / served.odds,
        modelled=expects[rows, served.item], expected=(odds * expects).sum(axis=1),
    )  # fmt: skip
