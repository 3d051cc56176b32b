"""The marketplace (一贷通): products, demands, who is matched with whom and why; lists, policies, indicators."""
