"""Consent, pure: what is asked, what was granted, and the gate between them."""
