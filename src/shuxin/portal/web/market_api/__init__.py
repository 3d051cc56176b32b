"""``/api/v1``: the marketplace for the systems of banks, departments and firms. One module per group of operations."""
