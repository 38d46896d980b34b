"""Partial pooling: what one agent's calls say, drawn to what all agents' calls say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_MIDDLES, _SPREADS = 25, 25
_Floats = npt.NDArray[np.float64]


class Pooled(NamedTuple):
    """Where each agent may lie, as chances on a grid.

    Parameters
    ----------
    places : ndarray of float, shape (n_places,)
        Possible deviations from the agents' middle model.
    chances : ndarray of float, shape (n_agents, n_places)
        How plausible each is; rows sum to 1.
    spread : float
        How far agents differ, as a standard deviation; its mean over what is
        plausible.
    """

    places: _Floats
    chances: _Floats
    spread: float

    def told(self, values: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """Tell each agent's value with its 95 % interval.

        Parameters
        ----------
        values : ndarray of float, shape (n_places,)
            What a place means on the natural scale; rising.

        Returns
        -------
        estimate, low, high : ndarray of float, shape (n_agents,)
            Mean, 2.5 and 97.5 percentiles.
        """
        below = np.cumsum(self.chances, axis=1) - self.chances / 2
        ends = [
            np.array([np.interp(chance, own, values) for own in below]) for chance in (0.025, 0.975)
        ]
        return self.chances @ values, ends[0], ends[1]


def pooled(log_likelihood: _Floats, places: _Floats) -> Pooled:
    """Draw each agent's evidence towards all agents', no further than they are alike.

    Agents lie around a common middle with a common spread (a normal
    distribution); neither is known, and both are averaged over with their
    plausibility given all agents' calls (flat priors). Plugging in the best
    spread instead makes intervals too narrow with few agents.

    Parameters
    ----------
    log_likelihood : ndarray of float, shape (n_agents, n_places)
        How well each place explains each agent's calls.
    places : ndarray of float, shape (n_places,)
        Equally spaced, rising.

    Returns
    -------
    Pooled
        Each agent's chances.

    Notes
    -----
    The normal-normal and the logit-normal model with quadrature in place of
    approximations: with a normal likelihood the estimates are the random
    intercepts of a linear mixed model, averaged over its variance [1]_.

    References
    ----------
    .. [1] Gelman, A., et al. (2013). Bayesian Data Analysis, 3rd ed., section 5.4.

    Examples
    --------
    Two agents at -1 and 1 with little evidence are drawn together:

    >>> places = np.linspace(-6, 6, 241)
    >>> found = pooled(-0.5 * (places - np.array([[-1.0], [1.0]])) ** 2, places)
    >>> estimate, _, _ = found.told(places)
    >>> bool(-1 < estimate[0] < 0 < estimate[1] < 1)
    True
    """
    step = places[1] - places[0]
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    best = places[np.argmax(log_likelihood, axis=1)]
    width = max(float(best.std()), 4 * step)
    middles = np.linspace(best.mean() - 4 * width, best.mean() + 4 * width, _MIDDLES)
    spreads = np.linspace(step, 3 * width, _SPREADS)
    middle, spread = (grid.ravel() for grid in np.meshgrid(middles, spreads))
    prior = np.exp(-0.5 * ((places[:, None] - middle) / spread) ** 2)
    prior /= np.maximum(prior.sum(axis=0), 1e-300)
    evidence = likelihood @ prior
    log_weight = np.log(np.maximum(evidence, 1e-300)).sum(axis=0)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    chances = likelihood * ((weight / np.maximum(evidence, 1e-300)) @ prior.T)
    chances /= chances.sum(axis=1, keepdims=True)
    return Pooled(places, chances, float(weight @ spread))


def ranks(found: Pooled, *, draws: int = 2000, seed: int = 0) -> tuple[_Floats, _Floats, _Floats]:
    """Tell where each agent may rank, 1 the lowest value.

    Parameters
    ----------
    found : Pooled
        From `pooled`.
    draws : int, default 2000
        How often all agents are drawn.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    middle, low, high : ndarray of float, shape (n_agents,)
        Mean rank and its 2.5 and 97.5 percentiles.

    Examples
    --------
    >>> places = np.linspace(-6, 6, 241)
    >>> found = pooled(-50 * (places - np.array([[-1.0], [0.0], [1.0]])) ** 2, places)
    >>> ranks(found)[0].round().tolist()
    [1.0, 2.0, 3.0]
    """
    rng = np.random.default_rng(seed)
    chance = np.cumsum(found.chances, axis=1)
    drawn = np.array([np.interp(rng.random(draws), own, found.places) for own in chance])
    place = drawn.argsort(axis=0).argsort(axis=0) + 1.0
    return place.mean(axis=1), *np.quantile(place, [0.025, 0.975], axis=1)
