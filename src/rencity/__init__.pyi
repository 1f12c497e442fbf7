from rencity.city.model import City as City
from rencity.rehearse import stress as stress
from rencity.sim.result import Result as Result
from rencity.sim.scenario import load_scenario as load_scenario

__version__: str
