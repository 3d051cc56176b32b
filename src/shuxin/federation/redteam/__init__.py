"""Attacks on the protocols, run against this code and against copies of it with one defence taken off."""
