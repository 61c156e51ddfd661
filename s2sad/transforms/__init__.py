"""One pass per module: `transform(function, context) -> function`."""
