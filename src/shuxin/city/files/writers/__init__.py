"""Writers of messy files; each gives the same bytes for the same sheet on every run."""
