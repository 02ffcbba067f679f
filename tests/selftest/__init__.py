"""Tests of the stand-ins themselves: they must be at least as strict as what they imitate."""
