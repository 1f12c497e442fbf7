"""What a scenario says of an outbreak."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.hazard.spec import Entry, HazardSpec, Probability, Selector

Days = Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)]


class Epidemic(Entry):
    """A well-mixed epidemic: susceptible, exposed, infectious, removed.

    Attributes
    ----------
    r0 : people one infects where all are susceptible
    latent_d, infectious_d : mean times
    first_share : share infectious at the start
    absent_d : how long someone who falls ill stays away from work
    hospital_share : share of the ill who need a bed
    hospital_d : how long each needs it
    """

    r0: Annotated[float, Field(gt=0, le=30, allow_inf_nan=False)]
    latent_d: Days
    infectious_d: Days
    first_share: Annotated[float, Field(gt=0, lt=1)] = 1e-4
    absent_d: Days
    hospital_share: Probability = 0.0
    hospital_d: Days = 7.0


class Staff(Selector):
    """Assets that people keep running.

    Attributes
    ----------
    people : on the roster of each asset
    needed_share : of them without which it does not run
    """

    people: Annotated[int, Field(ge=1, le=1_000_000)]
    needed_share: Annotated[float, Field(gt=0, le=1)]


class OutbreakHazard(HazardSpec):
    """Staffed assets stand still in the weeks in which too few can come.

    Attributes
    ----------
    epidemic : an outbreak from which absence follows
    absent_share : of staff and crews by week; or `epidemic`, from which it follows
    staff : which assets need whom; where several fit an asset the last one wins
    """

    kind: Literal["outbreak"]
    absent_share: tuple[Probability, ...] = ()
    epidemic: Epidemic | None = None
    staff: tuple[Staff, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.absent_share) == (self.epidemic is not None):
            raise ValueError("give either absent_share by week, or epidemic")
        return self
