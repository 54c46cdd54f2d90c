"""Customer bases with known truth."""

from clvlab.simulate.bases import SimulatedBase, simulate_base

__all__ = ["SimulatedBase", "simulate_base"]
