"""Options of the whole suite."""

import os
import tempfile

# Every run starts with a cache of its own; the processes that tests start share it.
os.environ.setdefault("S2SAD_CACHE_DIR", tempfile.mkdtemp(prefix="s2sad-tests-"))


def pytest_addoption(parser):
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what is emitted now into tests/goldens, to be read",
    )
