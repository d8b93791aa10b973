"""The public pages over HTTP: reads what they show, and nothing about who asks."""

import gzip
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect

from plainview.app.http.pages import ASK_AGAIN
from plainview.app.http.public.document_pages import (
    INDEX,
    address_of,
    guide_page,
    not_found_page,
    read_guide,
    read_spec,
    spec_names,
    spec_page,
    specs_page,
    threat_page,
)
from plainview.app.http.public.entry_page import entry_page
from plainview.app.http.public.log_page import log_page
from plainview.app.http.public.policy_pages import policies_page, policy_page
from plainview.app.http.public.shown import INDEX_BOUND, Shown
from plainview.app.http.public.witness_page import witnesses_page
from plainview.app.http.service import books_of, service_of
from plainview.core.tlog import ProofFile
from plainview.flows.prove_receipt import OutsideLog

HTML = "text/html"
PLAIN = "text/plain"
JSON = "application/json"
PACKED_FROM = 1024

Asked = Request[Any, Any, Any]


def _answer(request: Asked, text: str, *, status: int = 200) -> Response[bytes]:
    """A page, packed for who takes it packed."""
    data = text.encode()
    headers = {"cache-control": ASK_AGAIN, "vary": "accept-encoding"}
    if len(data) > PACKED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        data, headers["content-encoding"] = gzip.compress(data, 6, mtime=0), "gzip"
    return Response(data, status_code=status, headers=headers, media_type=HTML)


def _lost(request: Asked, words: str) -> Response[bytes]:
    return _answer(request, not_found_page(words), status=404)


def _shown(request: Asked) -> Shown:
    return Shown(service_of(request), books_of(request))


def _address(request: Asked) -> str:
    return str(request.base_url).rstrip("/")


def _number(text: str) -> int | None:
    """An index as it stands in an address; None if it is none."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= len(str(INDEX_BOUND))
    return int(text) if is_one else None


@get("/log", include_in_schema=False, sync_to_thread=True)
def get_log_page(request: Asked) -> Response[bytes]:
    """The log explorer. `show` is a type of entry, "all", or else "decided"; `before` an index."""
    shown = _shown(request)
    state = shown.state()
    show, before = (request.query_params.get(name, "") for name in ("show", "before"))
    end = _number(before)
    end = state.size if end is None else min(end, state.size)
    kind, lines, has_older = shown.lines(show, before=end)
    text = log_page(
        state,
        lines,
        shown=kind,
        before=end,
        has_older=has_older,
        now_ms=shown.now_ms(),
        address=_address(request),
    )
    return _answer(request, text)


def _on_entry(
    request: Asked, index: str, answer: Callable[[Shown, int], Response[bytes]]
) -> Response[bytes]:
    shown, number = _shown(request), _number(index)
    try:
        if number is not None:
            return answer(shown, number)
    except OutsideLog:
        pass
    size = shown.state().size
    return _lost(request, f"The log has {size:,} entries so far, numbered from 0.")


@get("/log/{index:str}", include_in_schema=False, sync_to_thread=True)
def get_entry_page(request: Asked, index: str) -> Response[bytes]:
    """One entry."""

    def answer(shown: Shown, number: int) -> Response[bytes]:
        body, proven = shown.proven(number)
        line = shown.line(number, body)
        return _answer(request, entry_page(line, proven, address=_address(request)))

    return _on_entry(request, index, answer)


@get("/log/{index:str}/entry", include_in_schema=False, sync_to_thread=True)
def get_entry_bytes(request: Asked, index: str) -> Response[bytes]:
    """The entry's bytes, to be kept."""

    def answer(shown: Shown, number: int) -> Response[bytes]:
        body, _ = shown.proven(number)
        return _download(body, f"entry-{number}.json", kind=JSON)

    return _on_entry(request, index, answer)


@get("/log/{index:str}/proof", include_in_schema=False, sync_to_thread=True)
def get_entry_proof(request: Asked, index: str) -> Response[bytes]:
    """The entry's proof for the newest checkpoint, as c2sp.org/tlog-proof has it."""

    def answer(shown: Shown, number: int) -> Response[bytes]:
        _, proven = shown.proven(number)
        file = ProofFile(number, proven.path, proven.checkpoint.encode())
        return _download(file.encode(), f"entry-{number}.tlog-proof", kind=PLAIN)

    return _on_entry(request, index, answer)


def _download(data: bytes, name: str, *, kind: str) -> Response[bytes]:
    headers = {"cache-control": ASK_AGAIN, "content-disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=headers, media_type=kind)


@get("/policies", include_in_schema=False, sync_to_thread=True)
def get_policies_page(request: Asked) -> Response[bytes]:
    """The rules of all feeds."""
    shown = _shown(request)
    listings = shown.listings()
    return _answer(request, policies_page(shown.cards(listings), listings))


@get("/policies/{name:str}", include_in_schema=False, sync_to_thread=True)
def get_policy_page(request: Asked, name: str) -> Response[bytes]:
    """The rules of one feed, and how they changed."""
    shown = _shown(request)
    listings = shown.listings()
    versions = shown.versions(name, listings)
    if not versions:
        return _lost(request, "No feed of that name is on offer, or ever was.")
    cards = {card.name: card for card in shown.cards(listings)}
    title = cards[name].title if name in cards else name
    text = policy_page(name, versions, title=title, is_offered=name in cards)
    return _answer(request, text)


@get("/witnesses", include_in_schema=False, sync_to_thread=True)
def get_witnesses_page(request: Asked) -> Response[bytes]:
    """Who else signs the log."""
    shown = _shown(request)
    trust = service_of(request).trust()
    text = witnesses_page(
        trust[2] if trust else None,
        shown.cosigned(),
        version=trust[0].version if trust else 0,
        entry=trust[0].entry if trust else None,
        size=shown.state().size,
        now_ms=shown.now_ms(),
    )
    return _answer(request, text)


@get("/threat-model", include_in_schema=False, sync_to_thread=True)
def get_threat_page(request: Asked) -> Response[bytes]:
    """What all of this proves and what it does not."""
    return _answer(request, threat_page(read_spec("threat-model") or ""))


@get("/specs", include_in_schema=False, sync_to_thread=True)
def get_specs_page(request: Asked) -> Response[bytes]:
    """The specifications."""
    return _answer(request, specs_page(spec_names(), read_spec(INDEX) or ""))


@get("/specs/{name:str}", include_in_schema=False, sync_to_thread=True)
def get_spec_page(request: Asked, name: str) -> Response[Any]:
    """One specification."""
    text = read_spec(name)
    if text is None:
        return _lost(request, "There is no specification of that name.")
    if address_of(name) != f"/specs/{name}":
        return Redirect(address_of(name))
    return _answer(request, spec_page(name, text))


@get("/docs/{name:str}", include_in_schema=False, sync_to_thread=True)
def get_guide_page(request: Asked, name: str) -> Response[bytes]:
    """A guide."""
    text = read_guide(name)
    if text is None:
        return _lost(request, "There is no guide of that name.")
    return _answer(request, guide_page(text))


PUBLIC_ROUTES = [
    get_log_page, get_entry_page, get_entry_bytes, get_entry_proof, get_policies_page,
    get_policy_page, get_witnesses_page, get_threat_page, get_specs_page, get_spec_page,
    get_guide_page,
]  # fmt: skip
