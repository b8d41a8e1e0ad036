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
                "Now: the name that you type, two public keys, and, unless you said --examples-only, that you take part in the totals of"
                " twelve weeks.",
                f"Every four weeks, when you type `accrete-coach share next` and confirm it: one yes or no for each of the {practices}"
                " built-in practices (did you ask for it in at least two of the four weeks?), cut into sealed pieces, one for each person"
                " on the list. Each answer is flipped first with a chance of one in twenty.",
                "When everybody has answered, or four weeks later, by the same command: one sum of the pieces that others sealed to you."
                " Towards the end of the twelve weeks it also signs you up for the next twelve; the preview says so.",
                "Of your sessions these hold nothing but the sealed answers and sums: no word, project, file or time. Sessions that began before you"
                " agree never count.",
                "An example of yours, only when you make one, look at its bytes and confirm them: kinds of steps, how many, about how long, your"
                " title and note, and the words that you add, after they were masked.",
                "That you withdraw an example, when you do. Everything is signed with your key. Nothing else, and nothing by itself: no timer sends.",
            ),
        ),
        Part("To whom", (f"To whoever can read {url}, now or later: a git repository keeps what it was given.",)),
        Part(
            "What they would see",
            (
                "That you take part, under your name, and on which days you sent something. The git host also sees, whenever you send or fetch,"
                " the hour, your account there and your address on the network.",
                "Sealed pieces, which nobody can read without the keys of many; and totals of four weeks, of which anybody who can read the"
                " repository can work out the exact number of sealed yeses. There is none of fewer than five answers, and none by person, role or"
                " project.",
            ),
        ),
        Part(
            "What they could infer",
            (
                "Whoever holds more than two thirds of the keys on the list can open your answers: that many people working together, or one person"
                " who invented them. So can all the others who answered, together, by taking theirs from the total. What they get is right 19 times"
                " in twenty.",
                "Where all or nearly all say yes, or no, that says much of each of them: a sealed yes is 19 times as likely from somebody whose"
                " answer is yes as from somebody whose answer is no.",
                "If two periods differ by one person and all others sealed the same, the difference shows what that person sealed: then only the"
                " chance of a flip protects them. An answer that stays the same keeps its flip for twelve weeks; over several times twelve weeks an"
                " answer that never changes shows.",
                "In a small team a total says more of each than in a large one. The list must hold eight keys, or five if you allow it; a total then"
                " covers those who answered, at least five and more than two thirds of the list: six of eight. With fewer there is none.",
                "Somebody could put invented people on the list, to be alone with you in it: this program can't tell. `share next` shows names"
                " and keys before you answer: do you know all of them? A name can be borrowed; ask its owner which key is theirs.",
                "People can lie about their own answers. Nobody outside has audited this program.",
            ),
        ),
        Part("How it ends", (f"`accrete-coach share local` ends it. {ENDS}",)),
    )


ENDS = (
    "What waits to be sent and your keys are deleted from this machine; you send nothing more. Without the keys nobody can withdraw your examples: withdraw them"
    " first, if you want to. Your name stays on the list until its twelve weeks end, and what was sent can't be called back: the repository"
    " keeps it."
)
ENDED = (
    "What waited to be sent and your keys are deleted from this machine. Examples that you shared can't be withdrawn any more, your name stays on the list"
    " until its twelve weeks end, and what was sent can't be called back: the team's repository keeps it."
)
"""Said when it has ended."""
FETCHING = "Fetching asked its host, which sees your account there, your address and when; nothing of your sessions was sent."
FEW = "You allow totals of lists of five to seven keys. With so few, a total says much about each of them: think twice."
BEFORE_AN_EXEMPLAR = (
    "An example carries your name: it is signed by you, and everybody who can read the repository, now or later, can read it.",
    "It holds kinds of steps, who took them, how many, about how long, how it went; your title and your note; and the words that you"
    " added by hand, after they were masked. A masker misses things, names of people and companies first: read every line before you"
    " confirm.",
)
WITHDRAWN = (
    "It is marked as withdrawn: after their next fetch no accrete-coach of the team shows it. Its page and its bytes stay in the repository,"
    " and in its history: whoever looks there still finds them."
)
"""Said where one takes an example back."""
