"""Policies for firms as documents with conditions that can be computed: which this firm may have, and why (not)."""
