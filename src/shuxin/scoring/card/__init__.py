"""Scorecards (评分卡): trained on bins, kept as one file, served as a lookup."""
