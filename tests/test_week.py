"""Weeks, months, quarters and years: where they begin and end, what is held against what, and what is said of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accrete_coach.days import monday
from accrete_coach.practice import load
from accrete_coach.standings import Basis, Row, stand
from accrete_coach.suggestions import Focus
from accrete_coach.tips import Followed, next_tip
from accrete_coach.trend import Share
from accrete_coach.week import (
    MOST_WORDS,
    Change,
    Counts,
    Kind,
    Period,
    Span,
    Week,
    Worth,
    changes,
    parse,
    period,
    to_look_back_on,
    worth_reading,
)
from accrete_coach.week_picture import week_svg
from accrete_coach.week_text import brief, markdown, stand_up, week_json, week_lines

PRACTICES = load().practices
ZONES: list[tzinfo] = [
    UTC,
    *map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Pacific/Apia", "America/Santiago", "Asia/Kathmandu")),
]
SPANS: tuple[Span, ...] = ("week", "month", "quarter", "year")
days = st.dates(date(1971, 1, 1), date(9000, 1, 1))
spans = st.sampled_from(SPANS)


# --- periods ---------------------------------------------------------------------------------------------------------


@given(spans, days)
def test_every_day_lies_in_one_period_of_each_kind_and_they_leave_no_gap(span: Span, day: date) -> None:
    found = period(span, day)
    assert found.first <= day <= found.last
    assert period(span, found.first) == period(span, found.last) == found
    assert found.step(1).first == found.last + timedelta(days=1)
    assert found.step(-1).last == found.first - timedelta(days=1)
    assert found.step(1).step(-1) == found


@given(spans, days)
def test_its_name_reads_back(span: Span, day: date) -> None:
    found = period(span, day)
    assert parse(found.name) == found
    assert parse(str(day), span) == found


@given(days)
def test_weeks_begin_on_monday_and_are_called_as_iso_8601_calls_them(day: date) -> None:
    found = period("week", day)
    assert found.first.weekday() == 0
    assert (found.last - found.first).days == 6
    year, week, _ = day.isocalendar()
    assert found.name == f"{year}-W{week:02d}"


@given(spans, st.dates(date(1975, 1, 1), date(2060, 1, 1)), st.sampled_from(ZONES))
def test_the_bounds_leave_no_moment_out_and_count_none_twice(span: Span, day: date, zone: tzinfo) -> None:
    found = period(span, day)
    begin, end = found.bounds(zone)
    assert found.step(-1).bounds(zone)[1] == begin
    assert found.step(1).bounds(zone)[0] == end
    assert found.bounds_before(zone)[1] == begin
    for at in (begin, end - 1):
        assert found.first <= datetime.fromtimestamp(at / 1000, zone).date() <= found.last
    assert datetime.fromtimestamp((begin - 1) / 1000, zone).date() < found.first


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(ZONES))
def test_a_moment_belongs_to_the_week_whose_monday_is_its_monday(at: int, zone: tzinfo) -> None:
    found = period("week", datetime.fromtimestamp(at / 1000, zone).date())
    assert found.first == monday(at, zone)
    begin, end = found.bounds(zone)
    assert begin <= at < end


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2020, 12, 31), "2020-W53"),
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2025, 12, 28), "2025-W52"),
        (date(2025, 12, 29), "2026-W01"),
        (date(2026, 12, 31), "2026-W53"),
    ],
)
def test_weeks_52_53_and_1(day: date, name: str) -> None:
    assert period("week", day).name == name


def test_a_week_with_a_change_to_summer_time_has_an_hour_less() -> None:
    begin, end = parse("2026-W13").bounds(ZoneInfo("Europe/Berlin"))
    assert (end - begin) / 3_600_000 == 167
    begin, end = parse("2026-W43").bounds(ZoneInfo("Europe/Berlin"))
    assert (end - begin) / 3_600_000 == 169


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("2025-W53", "2025 has no week 53: its last one is 2025-W52"),
        ("2026-W54", "2026 has no week 54: its last one is 2026-W53"),
        ("2026-W0", "2026 has no week 0"),
        ("2026-13", "is no week, month, quarter or year"),
        ("2026-02-30", "is no week, month, quarter or year"),
        ("2026-Q5", "is no week, month, quarter or year"),
        ("last week", "say 2026-W46, 2026-11, 2026-Q4 or 2026"),
        ("", "is no week"),
        ("0001", "there are no sessions of the year 1"),
    ],
)
def test_what_is_no_period_is_refused_with_what_would_be(said: str, answer: str) -> None:
    with pytest.raises(ValueError, match=re.escape(answer)):
        parse(said)


def test_on_a_monday_or_a_tuesday_one_looks_back_on_the_week_before() -> None:
    for day in range(23, 30):
        found = to_look_back_on(date(2026, 11, day))
        assert found.name == ("2026-W47" if day < 25 else "2026-W48")
    assert to_look_back_on(date(2026, 11, 2), "month").name == "2026-11"


def test_what_it_is_held_against() -> None:
    assert parse("2026-W46").before == (date(2026, 10, 12), date(2026, 11, 8))
    assert parse("2026-01").before == (date(2025, 10, 1), date(2025, 12, 31))
    assert parse("2026-Q1").before == (date(2025, 10, 1), date(2025, 12, 31))
    assert parse("2026").before == (date(2025, 1, 1), date(2025, 12, 31))


# --- what became of each practice ------------------------------------------------------------------------------------


def rows(practice: str, you: int, agent: int, applied: int, cant: int = 0) -> list[Row]:
    words = [("seen", "you")] * you + [("seen", "agent")] * agent + [("not-seen", None)] * (applied - you - agent)
    return [Row(practice, word, by, 0, 9) for word, by in words] + [Row(practice, "cant-tell", None, 0, 9)] * cant


def became(now: tuple[int, int, int], before: tuple[int, int, int], *, ever: bool = True, can_compare: bool = True) -> Change:
    found = changes(
        PRACTICES, rows("read-diff", *now), rows("read-diff", *before), can_compare=can_compare, did_before={"read-diff": ever}
    )
    return next(c for c in found if c.practice.id == "read-diff")


def test_what_moved_is_beyond_chance() -> None:
    assert became((7, 0, 8), (1, 0, 20)).kind is Kind.GREW
    assert became((0, 0, 8), (18, 0, 20)).kind is Kind.FADED
    assert became((3, 0, 8), (6, 0, 20)).kind is Kind.STEADY
    assert became((4, 0, 8), (5, 0, 20)).kind is Kind.STEADY


def test_what_the_agent_does_is_no_growth() -> None:
    assert became((0, 8, 8), (0, 0, 20)).kind is Kind.STEADY


def test_too_little_is_an_answer() -> None:
    assert became((2, 0, 2), (0, 0, 20)).kind is Kind.TOO_LITTLE
    assert became((3, 0, 3), (0, 0, 2)).kind is Kind.TOO_LITTLE
    assert became((3, 0, 3), (0, 0, 4)).kind is Kind.TOO_LITTLE, "not even all against none would be beyond chance"
    assert became((7, 0, 8), (1, 0, 20), can_compare=False).kind is Kind.TOO_LITTLE
    assert became((0, 0, 0), (1, 0, 20)).kind is Kind.NO_OCCASION


def test_first_tried_is_for_the_first_time_ever() -> None:
    assert became((1, 0, 3), (0, 4, 20), ever=False).kind is Kind.FIRST
    assert became((1, 0, 3), (0, 4, 20), ever=True).kind is not Kind.FIRST
    assert became((0, 2, 3), (0, 0, 20), ever=False).kind is not Kind.FIRST


def test_what_can_not_be_told_is_counted_apart() -> None:
    found = changes(PRACTICES, rows("use-saved", 1, 1, 4, cant=3), [], can_compare=True, did_before={})
    change = next(c for c in found if c.practice.id == "use-saved")
    assert (change.you, change.agent, change.applied, change.cant_tell) == (1, 1, 4, 3)


def test_the_moment_worth_reading_is_of_what_is_new_then_of_what_grew_then_of_the_focus() -> None:
    def change(name: str, kind: Kind, you: int = 1) -> Change:
        return Change(load()[name], kind, you, 0, 8, 0, Share(3, 20))

    some = [
        change("scout", Kind.STEADY, 5),
        change("run-check", Kind.STEADY),
        change("plan-first", Kind.GREW),
        change("read-diff", Kind.FIRST),
    ]
    focus = Followed(Focus(1, "scout", 0, "", 0, 0, 0, 0), None, 0, 0, 0)
    assert worth_reading(some, focus) == ("read-diff", "plan-first", "scout", "run-check")
    assert worth_reading(some, None) == ("read-diff", "plan-first", "run-check", "scout")
    assert worth_reading([change("scout", Kind.STEADY, 0)], None) == ()


# --- what is said ----------------------------------------------------------------------------------------------------

NOW = int(datetime(2026, 11, 13, 15, tzinfo=UTC).timestamp() * 1000)


SOME, MANY = Counts(12, 1, 0, 1), Counts(40, 2, 0, 4)


def a_week(
    changed: tuple[Change, ...] = (),
    counts: Counts = SOME,
    before: Counts = MANY,
    *,
    of: Period | None = None,
    focus: Followed | None = None,
    tip: bool = True,
    moment: bool = True,
    project: str = "",
) -> Week:
    of = of or parse("2026-W46")
    made = [Row("read-diff", "not-seen", None, NOW, 9)] * 14
    standings = stand(PRACTICES, made, Basis(sessions=20, all_sessions=20), NOW, UTC)
    practice = load()["plan-first"]
    return Week(
        of,
        *of.bounds(UTC),
        NOW,
        counts,
        before,
        changed,
        project,
        focus=focus,
        suggestion=next_tip(standings) if tip else None,
        moment=Worth(practice, "5f1c2a3b", "claude-code", 1, "/home/sam/se\x1bcret", "/x.jsonl", 3, NOW) if moment else None,
    )


def say(week: Week) -> str:
    return " ".join(text for _, text in brief(week, UTC))


def test_nothing_moved_is_a_fine_answer() -> None:
    assert "Nothing moved beyond chance, and that is fine." in say(a_week((became((3, 0, 8), (6, 0, 20)),)))


def test_what_moved_is_said_with_its_counts() -> None:
    said = say(a_week((became((7, 0, 8), (1, 0, 20)),)))
    assert "Moved: you asked for “read the diff” in 7 of 8, the four weeks before in 1 of 20." in said


def test_an_empty_week_and_one_that_has_not_begun_say_so() -> None:
    said = say(a_week((), Counts(0, 3), tip=False, moment=False))
    assert "No session of yours in this week. 3 ran without anybody; they count nowhere." in said
    assert "What did you do instead" in said
    assert "This week has not begun." in say(a_week((), Counts(), of=parse("2026-W49"), tip=False, moment=False))


def test_too_little_to_compare_is_said_of_the_whole_week() -> None:
    assert "Too little to compare with the four weeks before." in say(
        a_week((became((1, 0, 2), (0, 0, 20)),), Counts(2, 0, 0, 1))
    )
    assert "Too little to compare with the four weeks before." in say(a_week((), before=Counts(9, 0, 0, 1)))


def test_a_focus_stands_in_the_place_of_a_tip_until_it_stuck() -> None:
    focus = Focus(1, "read-diff", NOW, "", 0, 1, 2, 9)
    growing = say(a_week(focus=Followed(focus, load()["read-diff"], 2, 2, 6)))
    assert "Your focus, “read the diff”: 6 occasions since, you in 2; before, you in 1 of 9. Growing." in growing
    assert "One thing to try" not in growing
    stuck = say(a_week(focus=Followed(focus, load()["read-diff"], 6, 6, 7)))
    assert "stuck" in stuck
    assert "One thing to try: look at the diff before you commit." in stuck


kinds = st.sampled_from(list(Kind))
a_change = st.builds(
    lambda p, kind, you, agent, more, was, of: Change(p, kind, you, agent, you + agent + more, 0, Share(min(was, of), of)),
    st.sampled_from(PRACTICES), kinds, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999), st.integers(0, 9999), st.integers(1, 9999),
)  # fmt: skip


@given(
    st.lists(a_change, max_size=24, unique_by=lambda c: c.practice.id),
    st.builds(Counts, *[st.integers(0, 9999)] * 4),
    st.builds(Counts, *[st.integers(0, 9999)] * 4),
    st.sampled_from(["2026-W46", "2026-11", "2026-Q4", "2026", "2026-W52"]),
    st.one_of(
        st.none(),
        st.builds(
            lambda p, you, agent, more: Followed(Focus(1, p.id, NOW, "", 0, 9, 9, 99), p, you, you + agent, you + agent + more),
            st.sampled_from(PRACTICES), st.integers(0, 999), st.integers(0, 999), st.integers(0, 999),
        ),
    ),
    st.booleans(),
)  # fmt: skip
def test_whatever_happened_it_takes_at_most_120_words(
    changed: list[Change], counts: Counts, before: Counts, of: str, focus: Followed | None, moment: bool
) -> None:
    said = say(a_week(tuple(changed), counts, before, of=parse(of), focus=focus, moment=moment, project="acme-web"))
    assert len(said.split()) <= MOST_WORDS, said
    for word in ("score", "rank", "streak", "level", "%"):
        assert word not in said


# --- the forms -------------------------------------------------------------------------------------------------------


def a_full_one() -> Week:
    return a_week((became((7, 0, 8), (1, 0, 20)), Change(load()["plan-first"], Kind.FIRST, 1, 0, 4, 0, Share(0, 20))))


@pytest.mark.parametrize("columns", [30, 44, 80, 100])
@pytest.mark.parametrize("details", [False, True])
def test_plain_text_fits(columns: int, details: bool) -> None:
    lines = list(week_lines(a_full_one(), UTC, columns, details=details))
    assert all(len(line) <= columns for line in lines if not line.startswith("  accrete-coach")), max(lines, key=len)
    assert not any("\x1b" in line for line in lines)


def test_the_form_for_a_stand_up_names_no_project_no_count_and_no_hour() -> None:
    text = "\n".join(stand_up(a_full_one()))
    assert "More often than before: read the diff." in text
    assert "New to me: plan first." in text
    assert "I may try: look at the diff before you commit." in text
    assert "I kept" in "\n".join(stand_up(a_week((became((5, 0, 8), (5, 0, 20)),))))
    assert "I kept" not in "\n".join(stand_up(a_week((became((3, 0, 8), (5, 0, 20)),))))
    assert not re.search(r"\d", text)
    assert "secret" not in text


def test_markdown_is_for_a_journal_and_holds_no_markup_of_others() -> None:
    week = a_full_one()
    text = "\n".join(markdown(week, UTC, details=True))
    assert text.startswith("# Week 46, 9 to 15 November 2026 so far\n")
    assert "**Moved:** you asked for “read the diff” in 7 of 8" in text
    assert "| read the diff | grew | 7 | 0 | 8 | 1 of 20 |" in text
    hostile = a_week((), project="<b>[x](javascript:1)`|")
    head = next(iter(markdown(hostile, UTC)))
    assert "\\<b\\>\\[x\\]" in head


def test_json_holds_what_the_words_say() -> None:
    told = week_json(a_full_one())
    assert told["period"] == {"name": "2026-W46", "first": "2026-11-09", "last": "2026-11-15", "so_far": True}
    assert told["comparable"] is True
    assert {"id": "read-diff", "became": "grew", "you": 7, "agent": 0, "applied": 8, "cant_tell": 0, "before": {"you": 1, "applied": 20}} in told["practices"]  # fmt: skip
    assert told["tip"]["practice"] == "read-diff"
    assert told["tip"]["ready"]["kind"] == "prompt"


def test_the_picture_is_well_formed_and_names_no_project_of_a_moment() -> None:
    from xml.etree import ElementTree

    svg = week_svg(a_week((became((7, 0, 8), (1, 0, 20)),), project="<script>&\"'"))
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {child.tag.rpartition("}")[2] for child in root} <= {"title", "rect", "text"}
    assert "cret" not in svg
    words = " ".join(child.text or "" for child in root)
    assert "7 of 8 ↗ grew" in re.sub(" +", " ", words)
    assert float(root.attrib["height"]) > 100
