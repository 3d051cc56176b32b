"""The chain from authorisation to score as one file that a stranger checks offline (证据链); base install only."""
