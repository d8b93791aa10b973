"""The operator's page of experiments: what was declared, and what it shows by now."""

from typing import Any

from litestar import MediaType, Request, Response, get

from plainview.app.http.errors import ApiError
from plainview.app.http.public.experiment_page import experiment_page, experiments_page
from plainview.app.http.service import operator_of, service_of
from plainview.flows.run_experiment import NoExperiment


@get("/operator/experiments", include_in_schema=False, sync_to_thread=True)
def get_experiments(request: Request[Any, Any, Any]) -> Response[str]:
    """All experiments, newest first."""
    operator_of(request)
    wired = service_of(request).wired
    text = experiments_page(wired.experiment_flow().all(), now_ms=wired.clock.now_ms())
    return Response(text, media_type=MediaType.HTML, headers={"cache-control": "no-store"})


@get("/operator/experiments/{name:str}", include_in_schema=False, sync_to_thread=True)
def get_experiment(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """One experiment: its arms, and each metric's differences with their intervals."""
    operator_of(request)
    wired = service_of(request).wired
    try:
        shown = wired.experiment_flow().shown(name)
    except NoExperiment as error:
        raise ApiError("not_found", str(error)) from error
    text = experiment_page(shown, now_ms=wired.clock.now_ms())
    return Response(text, media_type=MediaType.HTML, headers={"cache-control": "no-store"})


EXPERIMENT_ROUTES = [get_experiments, get_experiment]
