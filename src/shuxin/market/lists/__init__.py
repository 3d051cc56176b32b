"""Lists of firms that government makes with banks: the coordination mechanism and the earlier campaigns."""
