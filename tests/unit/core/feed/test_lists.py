"""The inverted file: rows by the nearest centroid, worked out and never stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.feed import WeightsMismatch, build_index
from plainview.core.feed.kernels import NUMBA, NUMPY, Kernels
from plainview.core.feed.lists import nearest_lists, rows_by_list
from plainview.core.feed.retrieve import shares
from plainview.core.learn.places import centroids_of
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.terms.lists import list_of_each
from tests.worlds import big_catalogue, epoch_of

NO_IDS = np.zeros(0, dtype=np.int64)
KERNELS = [kernels for kernels in (NUMPY, NUMBA) if kernels is not None]


def drawn(seed: int, n: int, lists: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Embeddings, centroids and three queries with many ties, at the extremes of int8."""
    rng = np.random.Generator(np.random.PCG64(seed))
    values = np.array([-127, -1, 0, 1, 127], dtype=np.int8)
    rows = values[rng.integers(0, 5, size=(n + lists + 3, 1))] * rng.integers(
        0, 2, size=(n + lists + 3, 64), dtype=np.int8
    )
    return rows[:n], rows[n : n + lists], rows[n + lists :]


def test_a_row_is_in_the_list_of_its_centroid_by_hand() -> None:
    """The largest dot decides, the first of equals, and a zero row is in list 0."""
    embeddings = np.zeros((4, 64), dtype=np.int8)
    embeddings[0, 0], embeddings[1, 1], embeddings[2, :2] = 10, 10, 7
    table = np.zeros((3, 64), dtype=np.int8)
    table[0, 0], table[1, 1], table[2, 0] = 9, 9, 9
    assert list_of_each(embeddings, table).tolist() == [0, 1, 0, 0]
    lists = rows_by_list(
        embeddings,
        np.arange(1, 5),
        centroids_of(table, probes=1),
        known=None,
        known_ids=NO_IDS,
    )
    assert lists.rows.tolist() == [0, 2, 3, 1]
    assert lists.starts.tolist() == [0, 3, 4, 4]
    assert (lists.embeddings == embeddings[lists.rows]).all()
    assert nearest_lists(table, embeddings[1], probes=2).tolist() == [1, 0]


@pytest.mark.parametrize("kernels", KERNELS, ids=lambda k: k.name)
@given(
    seed=st.integers(0, 2**32), n=st.integers(0, 300), lists=st.integers(1, 20),
    count=st.integers(0, 310), probes=st.integers(1, 20),
)  # fmt: skip
def test_nearest_in_lists_is_the_sorted_definition(
    kernels: Kernels, seed: int, n: int, lists: int, count: int, probes: int
) -> None:
    """Whatever the kernel: of the rows whose list is among the first, by (dot, row), those open."""
    embeddings, table, queries = drawn(seed, n, lists)
    probes = min(probes, lists)
    decided = (np.random.Generator(np.random.PCG64(seed)).random(n) < 0.3).astype(np.uint8)
    found = rows_by_list(
        embeddings, np.arange(1, n + 1), centroids_of(table, probes=probes), known=None,
        known_ids=NO_IDS,
    )  # fmt: skip
    counts, asked = [count, 3, 1], [probes, 1, probes]
    got = kernels.near_lists(found, decided, queries, counts, asked)
    whole, centroids = embeddings.astype(int), table.astype(int)
    of_row = [int(np.argmax(centroids @ row)) for row in whole]
    for query, rows, wanted, probed in zip(queries.astype(int), got, counts, asked, strict=True):
        near = sorted((-int(c @ query), i) for i, c in enumerate(centroids))[:probed]
        open_lists = {i for _, i in near}
        order = sorted(
            (-int(whole[i] @ query), i)
            for i in range(n)
            if of_row[i] in open_lists and not decided[i]
        )
        assert rows.tolist() == [i for _, i in order[:wanted]]


def test_all_lists_together_are_all_rows() -> None:
    """Looking into every list finds what looking at every row finds."""
    rows = big_catalogue(3000)
    embeddings = np.ascontiguousarray(rows["embedding"])
    centroids = centroids_of(np.ascontiguousarray(embeddings[:40]), probes=40)
    lists = rows_by_list(
        embeddings, rows["id"].astype(np.int64), centroids, known=None, known_ids=NO_IDS
    )
    decided = (rows["flags"] > 0).astype(np.uint8)
    queries = np.ascontiguousarray(embeddings[[5, 700]])
    for kernels in KERNELS:
        every = kernels.near(embeddings, decided, queries, [300, 50])
        listed = kernels.near_lists(lists, decided, queries, [300, 50], [40, 40])
        assert [r.tolist() for r in every] == [r.tolist() for r in listed]


def test_an_earlier_index_saves_work_and_changes_nothing() -> None:
    """With rows added, gone and moved since, the lists are those made from nothing; under other
    centroids nothing is taken over."""
    rows = big_catalogue(400)
    table = np.ascontiguousarray(rows["embedding"][:16])
    centroids, other = (centroids_of(t, probes=2) for t in (table, -table))
    before = build_index(
        epoch_of(list(rows[:-30]), centroids=centroids.digest), centroids=centroids
    )
    later = rows[10:].copy()
    later["embedding"][5] = -later["embedding"][5]
    epoch = epoch_of(list(later), centroids=centroids.digest)
    fresh = build_index(epoch, centroids=centroids)
    kept = build_index(epoch, centroids=centroids, earlier=before)
    assert fresh.lists is not None
    assert kept.lists is not None
    assert (fresh.lists.of_row == kept.lists.of_row).all()
    assert (fresh.lists.rows == kept.lists.rows).all()
    turned = build_index(
        epoch_of(list(later), centroids=other.digest), centroids=other, earlier=before
    )
    assert turned.lists is not None
    assert (turned.lists.of_row == list_of_each(turned.embeddings, other.table)).all()


def test_other_centroids_than_the_header_names_are_refused() -> None:
    """An epoch that names none is not opened with some, nor the reverse, nor with others."""
    table = np.ones((2, 64), dtype=np.int8)
    centroids = centroids_of(table, probes=1)
    rows = list(big_catalogue(5))
    named = centroids.digest
    for digest, ours in ((NO_DIGEST, centroids), (named, None), (Digest("ab" * 32), centroids)):
        with pytest.raises(WeightsMismatch, match="centroids"):
            build_index(epoch_of(rows, centroids=digest), centroids=ours)


def test_shares_by_hand() -> None:
    """10 among 1, 1, 1 is 4, 3, 3; of 2 among 9 and 1 the first has both."""
    assert shares(10, np.array([1, 1, 1])) == [4, 3, 3]
    assert shares(2, np.array([9, 1])) == [2, 0]


@pytest.mark.parametrize("closed", [0, 10, 500, 2_990])
def test_when_what_is_nearest_is_closed_the_next_are_found(closed: int) -> None:
    """However many of the nearest rows are not eligible, the same come as from looking at all."""
    rows = big_catalogue(3_000)
    embeddings = np.ascontiguousarray(rows["embedding"])
    centroids = centroids_of(np.ascontiguousarray(embeddings[:40]), probes=40)
    lists = rows_by_list(
        embeddings, rows["id"].astype(np.int64), centroids, known=None, known_ids=NO_IDS
    )
    query = np.ascontiguousarray(embeddings[[5]])
    nearest = np.argsort(-(embeddings.astype(int) @ query[0].astype(int)), kind="stable")
    decided = np.zeros(3_000, dtype=np.uint8)
    decided[nearest[:closed]] = 1
    for kernels in KERNELS:
        (found,) = kernels.near_lists(lists, decided, query, [20], [40])
        assert found.tolist() == nearest[closed : closed + 20].tolist()
