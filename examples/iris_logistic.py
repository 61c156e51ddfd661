"""Logistic regression on Fisher's iris data.

One idea: parameters in a dict give a gradient in a dict, so plain gradient descent is one comprehension.

Data: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936).
"""

import csv
from pathlib import Path

import numpy as np

import s2sad

DATA = Path(__file__).parent / "data" / "iris.csv"


def read_iris():
    """Standardised measurements (150 x 4), and the species as numbers 0, 1, 2."""
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    measured = np.array([[float(value) for name, value in row.items() if name != "species"] for row in rows])
    _, species = np.unique([row["species"] for row in rows], return_inverse=True)
    return (measured - measured.mean(axis=0)) / measured.std(axis=0), species


def loss(params, x, species):
    """Mean negative log-likelihood of the species, with a little ridge."""
    scores = x @ params["weight"] + params["bias"]
    log_total = np.log(np.sum(np.exp(scores), axis=1))
    log_likelihood = scores[np.arange(len(species)), species] - log_total
    return -np.mean(log_likelihood) + 1e-3 * np.sum(params["weight"] ** 2)


def main() -> float:
    x, species = read_iris()
    params = {"weight": np.zeros((4, 3)), "bias": np.zeros(3)}
    step = s2sad.value_and_grad(loss)
    for _ in range(1000):
        value, gradient = step(params, x, species)
        params = {name: params[name] - 0.5 * gradient[name] for name in params}

    guessed = np.argmax(x @ params["weight"] + params["bias"], axis=1)
    correct = int(np.sum(guessed == species))
    print(f"loss {value:.4f}; {correct} of {len(species)} flowers named correctly")

    assert gradient.keys() == params.keys()
    assert max(np.max(np.abs(g)) for g in gradient.values()) < 1e-2
    assert correct >= 146
    return float(value)


if __name__ == "__main__":
    main()
