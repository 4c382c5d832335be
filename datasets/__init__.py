"""Everything read and written: cases as folder, workbook and JSON, and what is checked in them."""
