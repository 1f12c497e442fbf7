"""Models of what is said to people, with its Chinese."""

from __future__ import annotations

from pydantic import BaseModel, computed_field

from rencity.kit.chinese import chinese


class Remark(BaseModel):
    """A fault or a finding, and the mend."""

    what: str
    mend: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def what_zh(self) -> str:
        """`what` in Chinese."""
        return chinese(self.what)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def mend_zh(self) -> str:
        """`mend` in Chinese."""
        return chinese(self.mend)


class Described(BaseModel):
    """Something whose meaning is told in a sentence."""

    description: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def description_zh(self) -> str:
        """`description` in Chinese."""
        return chinese(self.description)
