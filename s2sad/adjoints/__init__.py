"""Derivative rules: the registry, and one family of functions per module."""
