"""Pages on which people learn: the lessons of an enrolment, one after another, and the quizzes."""

from learning.views import package, player, practice, quiz, trial
from learning.views.blueprint import blueprint

__all__ = ["blueprint", "package", "player", "practice", "quiz", "trial"]
