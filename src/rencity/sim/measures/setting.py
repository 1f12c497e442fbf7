"""What a measure changes: the city, the classes in force, the scenario."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from rencity.city.conform import conform
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.sim.crews.spec import CrewFile, load_crews
from rencity.sim.damage import Classes
from rencity.sim.scenario import Scenario


@dataclass(frozen=True)
class Setting:
    """A city, what its assets can take, and what strikes them.

    Attributes
    ----------
    classes : with the scenario's own laid over, see `Classes.overlaid`, and where crews mend with
        their work, see `Classes.with_work`
    crews : the crews file in force; None: restoration curves mend, nobody queues
    """

    city: City
    classes: Classes
    scenario: Scenario
    crews: CrewFile | None = None

    @classmethod
    def of(
        cls, city: City, classes: Classes, scenario: Scenario, base: Path | None = None
    ) -> Setting:
        """The setting before any measure.

        Parameters
        ----------
        base : folder of the scenario file, which its crews file is relative to; None: the current

        Raises
        ------
        ScenarioError : the scenario's classes are not there, or its crews file is not or is broken
        """
        mine = classes.overlaid(scenario.classes, city.catalogue.kinds.keys())
        made = cls(city, mine, scenario)
        if not scenario.crews:
            return made
        return made.with_crews(load_crews((base or Path()) / scenario.crews))

    def with_tables(self, **tables: pd.DataFrame) -> Setting:
        """With some tables replaced; the others are the same objects."""
        made = {name: conform(TABLES[name], each, place=name) for name, each in tables.items()}
        city = dataclasses.replace(self.city, tables=MappingProxyType({**self.city.tables, **made}))
        return dataclasses.replace(self, city=city)

    def with_classes(self, classes: Classes) -> Setting:
        """With other classes."""
        return dataclasses.replace(self, classes=classes)

    def with_scenario(self, scenario: Scenario) -> Setting:
        """With another scenario."""
        return dataclasses.replace(self, scenario=scenario)

    def with_crews(self, crews: CrewFile) -> Setting:
        """With another crews file, whose skills are those of before or more."""
        classes = self.classes.with_work(crews.skills, self.scenario.classes)
        return dataclasses.replace(self, crews=crews, classes=classes)
