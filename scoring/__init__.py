"""Scoring: what a customer's message means, and how they feel about it (F37).

I own scores of messages and what colleagues put right in them; how contacts stand, and why threads
are silent; the lines from which the model learns (`lines/`), its file and its card (`trained/`),
and the words that carry moods, wishes and remarks (`words/`).
My words: level (1 courtesy, 2 exchange of information, 3 call to action), intent, mood (−1 to 1),
topic, sureness (never certain), unknown (why there is no answer).
My events: score.*, silence.diagnosed, action.suggested.
"""

from scoring.catching_up import Scored, catch_up, count_scored
from scoring.corrections import ScoreRow, correct_score, scores_of
from scoring.kinds import INTENTS, LANGUAGES, LEVELS, MOODS, TOPICS, UNKNOWN
from scoring.messages import score_messages
from scoring.moods import ThreadMood, moods_of, trend
from scoring.next_actions import FIRST_ACTION
from scoring.reading import Reading, Reason, read
from scoring.silences import (
    LikelyCause,
    ThreadSilenceRow,
    judge_silences,
    note_silences,
    silences_of,
)
from scoring.standing import (
    Standing,
    follow_merges,
    forget_standings,
    judge_standings,
    note_standings,
    standing_of,
)

__all__ = [
    "FIRST_ACTION",
    "INTENTS",
    "LANGUAGES",
    "LEVELS",
    "MOODS",
    "TOPICS",
    "UNKNOWN",
    "LikelyCause",
    "Reading",
    "Reason",
    "ScoreRow",
    "Scored",
    "Standing",
    "ThreadMood",
    "ThreadSilenceRow",
    "catch_up",
    "correct_score",
    "count_scored",
    "follow_merges",
    "forget_standings",
    "judge_silences",
    "judge_standings",
    "moods_of",
    "note_silences",
    "note_standings",
    "read",
    "score_messages",
    "scores_of",
    "silences_of",
    "standing_of",
    "trend",
]
