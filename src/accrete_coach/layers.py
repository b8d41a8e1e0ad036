"""Which layer answers which question: outcomes, the way work flows, and what one does in a session. Words only."""

from __future__ import annotations

from typing import NamedTuple


class Layer(NamedTuple):
    """A layer of figures, from the outcome down to the single session."""

    question: str
    name: str
    measures: str
    """What is measured there, and by whose names."""
    can: str
    cannot: str
    here: str
    """What this machine can and cannot say of it."""
    look: str
    """The command that shows it."""


FIRST = (
    "Three questions, three layers. Each answers its own and is silent on the others: an outcome does not say what to change, and a"
    " habit does not prove an outcome."
)
LAYERS = (
    Layer(
        "Is delivery healthy?",
        "Outcomes",
        "DORA: deployment frequency, change lead time, change fail rate, failed deployment recovery time, rework rate; reliability"
        " beside them. DX Core 4: speed, effectiveness, quality, impact.",
        "Whether what a team changes reaches its users soon and holds, over months.",
        "Which habit made it so, or what to do on Monday. They are a team's; one person's share says little.",
        "Of your own commits in the repositories that you allow: size, spacing, rework, reverts, and how long until they reached the main"
        " branch and a tag. It sees no deployment, incident, review or user, and nobody else's work.",
        "accrete-coach delivery",
    ),
    Layer(
        "Why did stability, or speed, move?",
        "Flow",
        "Batch size, waiting, work side by side, rework. SPACE: satisfaction, performance, activity, communication, efficiency and flow;"
        " no single one of them is enough.",
        "Where work waits, piles up or comes back; what to look at more closely.",
        "Whether that was wrong: a wait can be thinking, a stop can be the best thing that was done all day.",
        "From the transcripts: who waited for whom, sessions side by side, what was stopped or left, sessions for a task. If you ask for"
        " it, how the week felt to you. It does not see meetings, reviews or what you did away from the agent.",
        "accrete-coach week --all",
    ),
    Layer(
        "What do I change?",
        "Practices",
        "What you do in a session: planning, checking, reading the diff, starting afresh. They lead; outcomes follow, if they do.",
        "What you do, what you have not tried, and whether a new habit stuck: with the moments that show it.",
        "That it pays. The grade on each page says how strong the evidence is; for most practices it is advice of people who know.",
        "All that your agents' transcripts record, and none of what happens in your editor or your head. For a focus that you chose"
        " beforehand, `delivery` puts an outcome beside it, with an interval. That is no proof.",
        "accrete-coach tip",
    ),
)
