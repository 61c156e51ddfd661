"""Dictionaries made of active values, and their methods, and objects made anew with other fields. Keys carry no derivative."""

from __future__ import annotations

from typing import Any

from s2sad.adjoints.equivalents.listing import given_fields


def dict_of(source: Any = (), /, **options: Any) -> Any:
    """`dict`"""
    if hasattr(source, "keys"):
        result = {key: source[key] for key in source.keys()}  # noqa: SIM118
    else:
        result = {key: value for key, value in source}
    if options:
        return {**result, **options}
    return result


def dict_copy(mapping: Any) -> Any:
    """`dict.copy`"""
    return {key: mapping[key] for key in mapping.keys()}  # noqa: SIM118


def dict_get(mapping: Any, key: Any, default: Any = None) -> Any:
    """`dict.get`"""
    if key in mapping:
        return mapping[key]
    return default


def dict_items(mapping: Any) -> Any:
    """`dict.items`"""
    return [(key, mapping[key]) for key in mapping.keys()]  # noqa: SIM118


def dict_values(mapping: Any) -> Any:
    """`dict.values`"""
    return [mapping[key] for key in mapping.keys()]  # noqa: SIM118


def replaced(obj: Any, /, **changes: Any) -> Any:
    """`dataclasses.replace`"""
    kept = {name: getattr(obj, name) for name in given_fields(obj, changes) if name not in changes}
    return type(obj)(**{**kept, **changes})


def named_tuple_replaced(values: Any, /, **changes: Any) -> Any:
    """`_replace` of a named tuple"""
    kept = {name: values[i] for i, name in enumerate(given_fields(values)) if name not in changes}
    return type(values)(**{**kept, **changes})


def named_tuple_dict(values: Any) -> Any:
    """`_asdict` of a named tuple"""
    return {name: values[i] for i, name in enumerate(given_fields(values))}
