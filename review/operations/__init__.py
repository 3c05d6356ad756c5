"""Use cases: one function each, one transaction each; the actor is always an argument."""
