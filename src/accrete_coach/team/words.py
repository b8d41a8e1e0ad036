"""What is said before anything may leave: what would, to whom, what they would see, and what they could infer. Words only.

Each sentence claims no more than a test shows; "anonymous" and its like are not among them (promises.md).
"""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """A part of the consent screen."""

    title: str
    sentences: tuple[str, ...]


def consent(url: str, practices: int) -> tuple[Part, ...]:
    """The consent screen. `url`: the team's repository; `practices`: how many built-in ones there are."""
    return (
        Part(
            "What would leave",
            (
                "Now: the name that you type, and two public keys.",
                f"Every four weeks, when you type `accrete-coach share next` and confirm its bytes: one yes or no for each of the {practices}"
                " built-in practices (did you ask for it in at least two of the four weeks?), cut into sealed pieces, one for each person"
                " on the list. One answer in twenty is flipped before.",
                "A week or more later, by the same command: one sum of the pieces that others sealed to you.",
                "An example of yours only when you make one, look at its bytes and confirm them.",
                "Nothing else, and nothing by itself: no timer sends, and no word, project, file, count, time of day or session is in it."
                " Sessions that began before you agree never count.",
            ),
        ),
        Part("To whom", (f"To whoever can read {url}, now or later: a git repository keeps what it was given.",)),
        Part(
            "What they would see",
            (
                "That you take part, under your name, and on which days you sent something. The git host also sees the hour, your account"
                " there and your address on the network.",
                "Sealed pieces that are meaningless alone; and totals, in words with the interval behind them, of the people who share: never of"
                " fewer than five, never by person, role, repository or date.",
            ),
        ),
        Part(
            "What they could infer",
            (
                "Two thirds of the people listed, working together, could open your answers. Of each answer they would still not know"
                " whether it is the one in twenty that was flipped.",
                "Where all or nearly all say yes, that says much of each of them: 19 to 1 that yours was yes.",
                "If two periods differ by one person and all others sealed the same, the difference shows what that person sealed; only the flip"
                " of one in twenty stands for them.",
                "In a small team a total says more of each than in a large one. Below five people nothing is made; from five to seven only if you"
                " say so after a warning.",
                "Somebody could put invented people on the list, to be alone with you in it. So look at the names: do you know all of them?",
                "People can lie about their own answers. Nobody outside has audited this program.",
            ),
        ),
        Part(
            "How it ends",
            (
                "`accrete-coach share local` ends it at once: what waits to be sent and your keys are deleted. What was released cannot be"
                " called back: the repository keeps it.",
            ),
        ),
    )


BEFORE_AN_EXEMPLAR = (
    "An example carries your name: it is signed by you, and everybody who can read the repository, now or later, can read it.",
    "It holds structure only (what kind of step, who, how many, about how long, how it went), your title and your note; and the words that"
    " you added by hand, after they were masked. A masker misses things: read every line before you confirm.",
)
WITHDRAWN = "It is marked as withdrawn, and no accrete-coach shows it any more. The repository's history keeps it: whoever looks there still finds it."
"""Said where one takes an example back."""
