"""What holders answer to a subject about its own data, sealed so that the platform between them reads nothing."""
