"""What a case, a plan and a result are: pydantic models and units, without I/O and without a solver."""
