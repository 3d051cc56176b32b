"""What the market does, counted: indicators with their definitions, and whom it reaches."""
