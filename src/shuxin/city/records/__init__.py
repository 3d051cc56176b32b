"""The records that departments hold about a city: the World as seen through each catalogue's declaration."""
