"""The same text in every process, whatever the hash seed, and the same files in the cache."""

from pathlib import Path

import pytest
from processes import finish, start

from corpus import CASES

# Writes the gradient, the split form and the cache's file of every function of the corpus that has one.
PROGRAM = """
import os, warnings
warnings.simplefilter("ignore")
import s2sad
from corpus import CASES

with open(os.environ["TARGET"], "w") as out:
    for case in CASES:
        for form in ("value_and_grad", "split"):
            derivative = s2sad.api.DerivativeFunction(case.function, form, case.argnums, False)
            try:
                text = derivative.source
            except s2sad.S2SADError as error:
                text = f"refused: {error}\\n"
            out.write(f"### {case.name} {form}\\n{text}")
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two processes with different hash seeds: what each wrote, and its cache."""
    directories = [tmp_path_factory.mktemp(f"seed{seed}") for seed in (1, 4242)]
    started = [
        start(PROGRAM, directory, PYTHONHASHSEED=str(seed), TARGET=str(directory / "texts"))
        for directory, seed in zip(directories, (1, 4242), strict=True)
    ]
    for process in started:
        finish(process)
    return directories


def texts(directory):
    parts = (directory / "texts").read_text().split("### ")[1:]
    return dict(part.split("\n", 1) for part in parts)


def test_every_text_is_the_same_to_the_byte(runs):
    first, second = map(texts, runs)
    assert len(first) == 2 * len({case.name for case in CASES})
    refused = [name for name, text in first.items() if text.startswith("refused")]
    assert len(refused) < len(first) / 10
    assert {name: second[name] for name in first if first[name] != second[name]} == {}


def test_every_file_of_the_cache_is_the_same_to_the_byte(runs):
    first, second = [{path.name: path.read_bytes() for path in (d / "cache").iterdir()} for d in runs]
    assert len(first) > len(CASES) / 2
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_no_text_says_where_it_was_made(runs):
    for directory in runs:
        for path in (directory / "cache").iterdir():
            text = path.read_text()
            assert str(Path(__file__).parents[1]) not in text and " at 0x" not in text
