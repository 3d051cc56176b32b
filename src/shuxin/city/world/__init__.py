"""The world behind a city's records, as columns: who lives in it, how well, with whom, and what money moves."""
