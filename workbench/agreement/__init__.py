"""How far raters give the same value, and what that means.

A stage: tables in, tables out. Every coefficient takes a long table
(utterance_id, rater_id, value and, where there are calls, call_id) and gives one
row with an interval. Passes, units and versions of a taxonomy are compared, never
pooled: give one of them at a time.

Which coefficient fits which data:

=====================================  ====================================================
what was rated                         what to use
=====================================  ====================================================
one label, any raters, gaps            ``krippendorff_alpha``; each tag: ``per_label_alpha``
the same with a dominant label         ``gwet_ac`` and ``percent_agreement`` beside it
one label, as many raters everywhere   ``fleiss_kappa``, nearly the same as alpha
one label, two named raters            ``cohen_kappa``; ordered labels: weighted, and say how
steps of a scale (5 or 7 points)       ``krippendorff_alpha(level="ordinal")``; AC2 beside it
a slider, arousal, valence             ``krippendorff_alpha(level="interval")``
intensity with a true zero             ``level="ratio"``, and ``"interval"`` beside it
several tags an utterance              ``level="set"`` (MASI), ``distance="jaccard"`` beside it
shares of 100 points                   ``level="mixture"`` (energy); ordered: ``earth_mover``
=====================================  ====================================================
"""

from __future__ import annotations

from workbench.agreement.alpha import krippendorff_alpha
from workbench.agreement.anchors import anchors, anchors_about, anchors_for, beside_anchors
from workbench.agreement.concordance import concordance, lagged_concordance
from workbench.agreement.culture import culture_coverage, culture_warnings
from workbench.agreement.culture_matrix import culture_matrix
from workbench.agreement.culture_weights import culture_weight_table, culture_weights
from workbench.agreement.differential_labelling import differential_labelling
from workbench.agreement.disputes import dispute_table
from workbench.agreement.icc import icc
from workbench.agreement.in_group import in_group_advantage
from workbench.agreement.kappas import cohen_kappa, fleiss_kappa, gwet_ac
from workbench.agreement.pairs import confusions, most_apart, rater_pairs
from workbench.agreement.per_label import per_label_alpha
from workbench.agreement.percent import percent_agreement
from workbench.agreement.planner import (
    cost_hours,
    one_more_rater,
    raters_needed,
    seconds_per_rating,
)
from workbench.agreement.raters import (
    rater_agreement,
    rater_bias,
    rater_drift,
    rater_evidence,
    rater_report,
    repeat_consistency,
)
from workbench.agreement.spearman_brown import gain_of_one_more, panel_reliability, raters_for
from workbench.agreement.table import GROUP, agreement_table
from workbench.agreement.timelines import boundary_agreement, timeline_agreement
from workbench.agreement.traces import trace_agreement, trace_pairs
from workbench.agreement.votes import ratings_of_votes

__all__ = [
    "GROUP",
    "agreement_table",
    "anchors",
    "anchors_about",
    "anchors_for",
    "beside_anchors",
    "boundary_agreement",
    "cohen_kappa",
    "concordance",
    "confusions",
    "cost_hours",
    "culture_coverage",
    "culture_matrix",
    "culture_warnings",
    "culture_weight_table",
    "culture_weights",
    "differential_labelling",
    "dispute_table",
    "fleiss_kappa",
    "gain_of_one_more",
    "gwet_ac",
    "icc",
    "in_group_advantage",
    "krippendorff_alpha",
    "lagged_concordance",
    "most_apart",
    "one_more_rater",
    "panel_reliability",
    "per_label_alpha",
    "percent_agreement",
    "rater_agreement",
    "rater_bias",
    "rater_drift",
    "rater_evidence",
    "rater_pairs",
    "rater_report",
    "raters_for",
    "raters_needed",
    "ratings_of_votes",
    "repeat_consistency",
    "seconds_per_rating",
    "timeline_agreement",
    "trace_agreement",
    "trace_pairs",
]
