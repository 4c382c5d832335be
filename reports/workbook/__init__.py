"""Reports as workbooks that finance teams would build themselves: native formulas and charts."""

from .book import write_workbook

__all__ = ["write_workbook"]
