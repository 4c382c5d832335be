"""Published optima as cases: how each published problem maps to the case format."""
