"""Families of rules whose pullbacks are plain Python in `s2sad.runtime`, differentiated again by their source."""

FAMILIES = {f"s2sad.adjoints.{name}" for name in ("einsum",)}
