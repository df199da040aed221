"""The news of a morning: all that has come upon people since yesterday."""

from front.news import authors, learners, planners, reports

TOLD = (
    learners.tell_assigned,
    learners.tell_nominated,
    learners.tell_finished,
    learners.tell_opened,
    planners.tell_retired,
    planners.tell_changed,
    authors.tell_to_review,
    reports.tell_reports,
)


def tell_news() -> int:
    """Write the notices of this morning, a part at a time, and return how many; done again, it tells nothing twice."""
    return sum(told() for told in TOLD)
