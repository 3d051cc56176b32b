"""From values to bins, and from counts of good and bad to weight of evidence."""
