"""The lender's desk at its own home: where its facts come from, how it is wired, how it runs."""
