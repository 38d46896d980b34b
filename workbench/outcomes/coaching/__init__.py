"""QA forms against tone, and cards of agents that do not mistake chance for merit."""

from __future__ import annotations

from workbench.outcomes.coaching.cards import agent_cards
from workbench.outcomes.coaching.quality import qa_association, qa_disagreements, qa_rows

__all__ = ["agent_cards", "qa_association", "qa_disagreements", "qa_rows"]
