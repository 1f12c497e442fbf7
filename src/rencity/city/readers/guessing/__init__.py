"""A mapping to begin from, guessed from the names of files and columns in Chinese and English.

A guess is a proposal: each of its layers says how sure it is and why, and nothing is read by it
before somebody takes it.
"""

from rencity.city.readers.guessing.proposing import Guess, GuessedLayer, guessed

__all__ = ["Guess", "GuessedLayer", "guessed"]
