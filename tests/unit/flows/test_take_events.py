"""What a client sent, good and bad together."""

from plainview.flows.take_events import read_events


def test_one_that_is_refused_takes_no_other_with_it() -> None:
    """Of three events the second is of no kind and the third has no key: the first is read, with
    the time it came, and each of the others is answered for by its key, where it has one."""
    events, refused = read_events(
        [
            {"key": "a", "kind": "like", "video": "7"},
            {"key": "b", "kind": "stare", "video": "7"},
            {"kind": "like", "video": "7"},
        ],
        at_ms=5,
    )
    assert [(one.key, one.kind, one.at_ms) for one in events] == [("a", "like", 5)]
    assert [(one.key, one.code) for one in refused] == [
        ("b", "unknown_kind"),
        ("", "bad_field"),
    ]
