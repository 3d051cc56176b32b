"""Shuxin (数信): let data establish credit, and credit obtain the loan."""
