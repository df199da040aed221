"""All pages of learning: whoever imports this has them on the blueprint."""

from learning.blueprint import blueprint
from learning.views import package, player, practice, quiz, scores, take_home, trial

__all__ = ["blueprint", "package", "player", "practice", "quiz", "scores", "take_home", "trial"]
