"""Work of hazards that is kept for equal input."""

import numpy as np

from rencity.sim.hazard.once import Once


def test_equal_inputs_are_made_once_and_others_anew():
    made = []

    def make():
        made.append(len(made))
        return made[-1]

    once = Once()
    heights = np.array([1.0, 2.0])
    assert once.of(make, "a", heights) == 0
    assert once.of(make, "a", heights.copy()) == 0
    assert once.of(make, "a", heights + 1) == 1
    assert once.of(make, "b", heights) == 2
    assert once.of(make, "a", heights.astype(np.float32)) == 3


def test_what_was_not_asked_for_longest_goes_first():
    made = []
    once = Once(most=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        once.of(lambda name=name: made.append(name), name)
    assert made == ["a", "b", "c", "b"]


def test_none_is_kept_too():
    made = []
    once = Once()
    for _ in range(3):
        assert once.of(lambda: made.append(1)) is None
    assert made == [1]
