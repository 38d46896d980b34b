"""Long tables of labels for tests of consensus: published, real and drawn from known raters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.recorded import REAL

ANAESTHETISTS = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 "
    "2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 "
    "2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 "
    "2222222 2223232 4334343 2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 "
    "2222222"
).split()
"""Dawid and Skene (1979): 45 patients; observer 1 three times, then observers 2 to 5."""


def anaesthetists(patients: list[str] = ANAESTHETISTS) -> pd.DataFrame:
    return long_table(
        (f"patient {i + 1:02d}", f"observer {max(1, j - 1)}", int(digit))
        for i, digits in enumerate(patients)
        for j, digit in enumerate(digits)
    )


def long_table(rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["utterance_id", "rater_id", "value"])


def faces() -> tuple[pd.DataFrame, pd.Series]:
    """Give crowd_face_sentiment's answers and truth."""
    folder = REAL / "crowd_face_sentiment"
    names = {"question": "utterance_id", "worker": "rater_id", "answer": "value"}
    answers = pd.read_csv(folder / "answers.csv").rename(columns=names)
    return answers, pd.read_csv(folder / "truth.csv").set_index("question")["truth"]


def voice_votes() -> pd.DataFrame:
    """Give CREMA-D's votes from the voice alone, one row a vote."""
    table = pd.read_csv(REAL / "cremad_votes" / "votes_voice.csv")
    labels = np.array(["anger", "disgust", "fear", "happy", "neutral", "sad"])
    votes = table[labels].to_numpy()
    clip = np.repeat(table["clip"].to_numpy(), votes.sum(axis=1))
    said = np.repeat(np.tile(labels, len(votes)), votes.ravel())
    rater = pd.Series(clip).groupby(clip).cumcount()
    return pd.DataFrame({"utterance_id": clip, "rater_id": rater, "value": said})


def drawn(
    confusion: np.ndarray, *, n_items: int = 300, n_each: int = 5, seed: int = 0
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw ratings of raters with known confusion (rater, true, given), and the truth."""
    rng = np.random.default_rng(seed)
    n_raters, n_labels, _ = confusion.shape
    truth = rng.integers(n_labels, size=n_items)
    rater = np.concatenate([rng.permutation(n_raters)[:n_each] for _ in range(n_items)])
    item = np.repeat(np.arange(n_items), n_each)
    chance = confusion[rater, truth[item]].cumsum(axis=1)
    given = (rng.uniform(size=(len(item), 1)) > chance).sum(axis=1).clip(0, n_labels - 1)
    return pd.DataFrame({"utterance_id": item, "rater_id": rater, "value": given}), truth


def confusing_raters(n_raters: int = 8, n_labels: int = 5, *, seed: int = 0) -> np.ndarray:
    """Make raters who take some labels for one other each."""
    rng = np.random.default_rng(seed)
    confusion = np.empty((n_raters, n_labels, n_labels))
    for rater in range(n_raters):
        right = rng.uniform(0.35, 0.9, n_labels)
        confusion[rater] = np.diag(right)
        for label in range(n_labels):
            other = rng.choice([k for k in range(n_labels) if k != label])
            confusion[rater, label, other] = 1 - right[label]
    return confusion


def some_spammers(n_raters: int = 9, n_labels: int = 5, *, seed: int = 0) -> np.ndarray:
    """Make raters of whom every third presses keys by habit."""
    rng = np.random.default_rng(seed)
    confusion = np.empty((n_raters, n_labels, n_labels))
    for rater in range(n_raters):
        knows = 0.0 if rater % 3 == 0 else rng.uniform(0.5, 0.9)
        habit = rng.dirichlet(np.full(n_labels, 0.5))
        confusion[rater] = knows * np.eye(n_labels) + (1 - knows) * habit
    return confusion


def wide(posteriors: pd.DataFrame) -> pd.DataFrame:
    return posteriors.pivot(index="utterance_id", columns="label", values="share")
