"""Facts about a function, computed without changing it."""
