"""What goes wrong between a true value and the file, each damage with its record."""
