"""Append-only Merkle log, proofs, checkpoints, witnesses, anchors. No Django, no network."""
