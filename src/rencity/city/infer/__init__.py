"""What files don't say, filled by rules: only what is missing, and marked with the rule.

A row made is ``origin = "inferred"`` with its `rule`; a value filled in a row that was there is
marked in the row's `inferred`.
"""

from rencity.city.infer.apply import Inference, infer
from rencity.city.infer.forget import forget, forget_heights
from rencity.city.infer.places import BUILDING_RULE, HEIGHT_RULE, TERRAIN, ZONE_RULE
from rencity.city.rules import Rule

__all__ = [
    "BUILDING_RULE",
    "HEIGHT_RULE",
    "TERRAIN",
    "ZONE_RULE",
    "Inference",
    "Rule",
    "forget",
    "forget_heights",
    "infer",
]
