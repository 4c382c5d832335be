"""What people see of a plan: tables, pages, workbooks. Reads results and never solves."""
