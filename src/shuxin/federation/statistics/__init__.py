"""Joint statistics (联合统计): counts, weight of evidence, correlation and stability over parties."""
