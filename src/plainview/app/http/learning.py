"""The operator's page of learning: what ticks came to, and what the feed did with it."""

from typing import Any

from litestar import MediaType, Request, Response, get

from plainview.app.http.public.learning_page import LearningShown, learning_page
from plainview.app.http.service import Service, operator_of, service_of
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.terms.policy import Policy
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.see_learning import see_learning
from plainview.flows.see_shown import Coverage, shown_lately
from plainview.ports.objects import NoObject

TICKS_SHOWN = 40
FAULTS_SHOWN = 5


@get("/operator/learning", include_in_schema=False)
async def get_learning(request: Request[Any, Any, Any], *, still: bool = False) -> Response[str]:
    """How learning stands. It shows itself again every few seconds, unless asked to be `still`."""
    return await service_of(request).in_pool(_answer, request, is_live=not still)


def _answer(request: Request[Any, Any, Any], *, is_live: bool) -> Response[str]:
    operator_of(request)
    service = service_of(request)
    text = learning_page(_shown(service), is_live=is_live)
    return Response(text, media_type=MediaType.HTML, headers={"cache-control": "no-store"})


def _shown(service: Service) -> LearningShown:
    wired = service.wired
    learning = wired.learning_reads
    coverage = _coverage(service)
    invented = service.invented(since_ms=coverage.since_ms) if coverage else None
    return LearningShown(
        seen=see_learning(
            learning=learning, objects=wired.objects, clock=wired.clock, last=TICKS_SHOWN
        ),
        ticks=learning.gathered().ticks,
        rhythm=service.rhythm,
        lately=shown_lately(learning=learning, reads=wired.reads),
        coverage=coverage,
        has_invented=invented is not None and invented.viewers_recent > 0,
        policy=_first_policy(service),
        faults=tuple(learning.lesson_faults(count=FAULTS_SHOWN)),
        now_ms=wired.clock.now_ms(),
    )


def _coverage(service: Service) -> Coverage | None:
    """None while there is no epoch, or one that it is counted from cannot be read."""
    try:
        epoch = service.serving.epochs.at_least(0).epoch if service.is_serving else None
        return None if epoch is None else service.coverage.coverage(epoch)
    except (NoEpoch, FileNotFoundError):
        return None


def _first_policy(service: Service) -> Policy | None:
    """The feed that who chose nothing gets: its budgets are what is spent."""
    offered = service.wired.reads.policies()
    try:
        return compile_policy(service.wired.objects.get(offered[0].digest)) if offered else None
    except (NoObject, PolicyRefused):
        return None


LEARNING_ROUTES = [get_learning]
