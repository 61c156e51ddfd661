"""Options of the whole suite."""


def pytest_addoption(parser):
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what is emitted now into tests/goldens, to be read",
    )
