"""Which products suit a demand, in which order, and why: pure but for what is stored (matchings, recommending)."""
