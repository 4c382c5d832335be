"""What a case, a plan and a result are: pydantic models and units; no I/O and no solver."""
