"""How long a person on a roster of fifty takes for a contribution, a sum-share and the totals. Called by bench.py; runs alone too."""

from __future__ import annotations

import time
from datetime import date, timedelta

from accrete_coach.team import totals
from accrete_coach.team.keys import Keys, make
from accrete_coach.team.message import Message, parse

MONDAY = date(2026, 11, 30)


def measure(n: int = 50) -> dict[str, float]:
    """What is done -> seconds, reading the branch's messages included; and bytes of a contribution and of a sum-share."""
    people = [make() for _ in range(n)]
    answers = dict.fromkeys(totals.LISTS[totals.NEWEST_LIST], True)
    branch: list[bytes] = []
    kept = {}
    for keys in people:
        message, kept[keys.by] = totals.join(_read(branch), keys, MONDAY - timedelta(3), totals.Kept(), MONDAY, "Somebody")
        branch.append(message.data)
    roster = _read(branch).epoch(MONDAY).roster.hash
    for keys in people:
        kept[keys.by] = totals.confirm(_read(branch), MONDAY, kept[keys.by], MONDAY, roster)

    def contribute(keys: Keys, ledger: totals.Ledger) -> Message:
        return totals.contribute(ledger, keys, totals.ends(MONDAY, 1), kept[keys.by], MONDAY, 1, answers, small=True)[0]

    def release(keys: Keys, ledger: totals.Ledger) -> Message:
        return totals.release(ledger, keys, totals.releases(MONDAY, 1), kept[keys.by], MONDAY, 1)[0]

    found: dict[str, float] = {}
    for what, act in (("contribution", contribute), ("sum-share", release)):
        ledger = _read(branch)
        made = [act(keys, ledger).data for keys in people[1:]]
        branch += made
        began = time.perf_counter()
        data = act(people[0], _read(branch)).data
        found[f"{what}, seconds"] = time.perf_counter() - began
        found[f"{what}, bytes"] = len(data)
        branch.append(data)
    began = time.perf_counter()
    result = totals.totals(_read(branch), MONDAY, 1, totals.releases(MONDAY, 1))
    found["totals of all sum-shares, seconds"] = time.perf_counter() - began
    if not isinstance(result, totals.Totals) or not result.checked:
        raise RuntimeError(f"the totals of {n} people did not come out")
    return found


def _read(branch: list[bytes]) -> totals.Ledger:
    return totals.Ledger.of(parse(data) for data in branch)


if __name__ == "__main__":
    for what, value in measure().items():
        print(f"{what}: {value:,.3f}" if "seconds" in what else f"{what}: {value:,.0f}")
