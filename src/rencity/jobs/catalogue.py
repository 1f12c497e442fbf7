"""Which kinds of job there are; light, so that a job can be asked for without what does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rencity.jobs import inputs
from rencity.kit.errors import RequestError
from rencity.kit.suggest import did_you_mean


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Attributes
    ----------
    input : model of what it is told
    entry : ``module:function``, called with the context and the input
    """

    name: str
    input: type[inputs.Input]
    entry: str

    def load(self) -> Callable[[Any, Any], Any]:
        """The function that does it."""
        module, name = self.entry.split(":")
        found: Callable[[Any, Any], Any] = getattr(import_module(module), name)
        return found


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("stress", inputs.StressInput, "rencity.jobs.rehearsals:stress"),
        Kind("n1", inputs.N1Input, "rencity.jobs.rehearsals:n1"),
        Kind("measure", inputs.MeasureInput, "rencity.jobs.rehearsals:measure"),
        Kind("rate", inputs.RateInput, "rencity.jobs.rehearsals:rate"),
        Kind("invest", inputs.InvestInput, "rencity.jobs.rehearsals:invest"),
        Kind("import", inputs.ImportInput, "rencity.jobs.making:import_"),
        Kind("demo", inputs.DemoInput, "rencity.jobs.making:demo"),
        Kind("map", inputs.MapInput, "rencity.jobs.mapping:map_"),
        Kind("report", inputs.ReportInput, "rencity.jobs.reporting:report"),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises
    ------
    RequestError : there is none
    """
    if name not in KINDS:
        raise RequestError(
            f"no kind of job is called {name!r:.80}",
            place="kind",
            mend=did_you_mean(name, KINDS, what="kind"),
        )
    return KINDS[name]
