"""The operator's page of learning on the real service: whose it is, and what it tells."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live import LiveService
from tests.stock import stock


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    stock(tmp_path, videos=60)
    with LiveService(tmp_path, "--learn-every", "7", "--learn-min", "123", web=1) as service:
        yield service


def test_the_page_is_the_operators_alone(service: LiveService) -> None:
    """Nobody and a viewer are refused, a browser by a page that says what to do; the operator finds
    this start's own settings, what was served counted by slot, every listed video in the coverage,
    and no script."""
    assert httpx.get(f"{service.base}/operator/learning").status_code == 401
    viewer = service.viewer()
    assert viewer.http.get("/operator/learning").status_code == 403
    html = {"accept": "text/html,*/*;q=0.8"}
    for get in (viewer.http.get, httpx.get):
        refused = get(f"{service.base}/operator/learning", headers=html)
        assert (refused.status_code, "not_operator" in refused.text) == (403, False)
        assert "This page is for the operator." in refused.text
        assert "<pre>.venv/bin/plainview operator link</pre>" in refused.text
    for _ in range(3):
        viewer.slate()
    key = service.output[1].split("key=")[1].split()[0]
    with httpx.Client(base_url=service.base, follow_redirects=True, timeout=60) as operator:
        assert operator.get("/operator", params={"key": key}).status_code == 200
        answer = operator.get("/operator/learning")
        still = operator.get("/operator/learning", params={"still": "1"}).text
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    said = re.sub(r"<[^>]+>", " ", answer.text)
    assert "So far there are 0 of 123 to learn from. 0 wait in all." in said
    assert "invented" not in said
    assert "every 7 s at most" in said
    assert "24 places of the newest 3 slates" in said
    assert "of 60 listed videos were shown" in said
    assert "<script" not in answer.text
    assert 'http-equiv="refresh"' in answer.text
    assert 'http-equiv="refresh"' not in still
