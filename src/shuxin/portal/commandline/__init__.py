"""Names, help texts and arguments of the commands, by room; nothing heavy is imported here."""
