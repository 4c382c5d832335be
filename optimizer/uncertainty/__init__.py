"""Plans under uncertainty: what each future alone would ask for, and what knowing it is worth."""
