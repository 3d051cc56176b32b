"""Scorecards and what is done with a score: binning, cards, evaluation, limits, prices, reports."""
