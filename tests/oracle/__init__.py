"""An independent, plain reading of the case format, to check the optimizer against."""
