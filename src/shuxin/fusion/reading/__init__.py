"""Reading files as offices make them: any container, encoding and delimiter, in bounded memory."""
