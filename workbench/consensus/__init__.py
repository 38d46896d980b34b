"""One soft label an utterance, from what its raters gave: shares, weights or models of raters.

A stage: tables in, tables out. `consensus_table` takes the tables ratings, tags and
scores; everything else takes a long table (utterance_id, rater_id, value).
"""

from __future__ import annotations

from workbench.consensus.calibrating import Calibration, calibrate, reliability_table
from workbench.consensus.dawid_skene import DawidSkene, dawid_skene
from workbench.consensus.kinds import KINDS
from workbench.consensus.labels import soft_labels
from workbench.consensus.mace import Mace, mace
from workbench.consensus.panels import another_panel_agreement, plurality
from workbench.consensus.table import METHODS, consensus_table
from workbench.consensus.weighting import ewe_weights

__all__ = [
    "KINDS",
    "METHODS",
    "Calibration",
    "DawidSkene",
    "Mace",
    "another_panel_agreement",
    "calibrate",
    "consensus_table",
    "dawid_skene",
    "ewe_weights",
    "mace",
    "plurality",
    "reliability_table",
    "soft_labels",
]
