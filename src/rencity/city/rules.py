"""Rules that fill what files don't say: who needs whom, who serves whom.

Content of packs; `rencity.city.infer` applies them and marks what it made.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.city.schema import LEVELS

Kinds = Annotated[tuple[str, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NeedRule(_Entry):
    """Every asset of `kinds` without a need of `lifeline` gets the nearest `count` `providers`.

    Kinds are written ``lifeline.kind``. Nothing is inferred beyond `within_m`.
    """

    kinds: Kinds
    lifeline: str
    providers: Kinds
    count: Annotated[int, Field(ge=1, le=7)] = 1
    quorum: Annotated[int, Field(ge=1)] = 1
    within_m: Annotated[float, Field(gt=0)]
    backup_h: Annotated[float, Field(ge=0)] = 0
    manual_start_h: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.quorum > self.count:
            raise ValueError("the quorum exceeds the count of providers")
        if self.manual_start_h is not None and self.manual_start_h <= self.backup_h:
            raise ValueError("a manual start must take longer than the backup lasts")
        wrong = [kind for kind in self.providers if not kind.startswith(f"{self.lifeline}.")]
        if wrong:
            raise ValueError(f"providers outside {self.lifeline}: {', '.join(wrong)}")
        return self


class ServeRule(_Entry):
    """Every zone at `level` that a lifeline does not serve gets the nearest `count` of `kinds`.

    `level` ``lowest`` means zones without children. Shares are equal.
    """

    kinds: Kinds
    lifeline: str
    level: Literal["lowest", *LEVELS] = "lowest"  # type: ignore[valid-type]
    count: Annotated[int, Field(ge=1, le=16)] = 1
    within_m: Annotated[float, Field(gt=0)]
