"""A joint scorecard in parts, one at each party, and the joint score of subjects from them."""
