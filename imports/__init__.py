"""Imports: files of contacts and orders, read in the background, taken back where it was a mistake.

I own uploaded files, saved mappings, the jobs that read files, their problems and effects.
My words: mapping (which column means what), row (as a spreadsheet counts: the header is 1), problem
(what is wrong with a row, never its cells), effect (what a job made or changed).
My events: import.started, import.finished, import.failed, import.undone.
"""

from imports.claims import BELL
from imports.columns import FIELDS, Field, Kind
from imports.files import LARGEST, Incoming, start
from imports.forgetting import drop_files_that_tell, drop_old_files
from imports.jobs import Wanted, cancel, create, pause, resume, undo
from imports.plans import LegalBasis
from imports.preview import Preview, preview
from imports.problems import REMARKS, RIGHT
from imports.queries import (
    JobRow,
    ProblemRow,
    count_jobs,
    count_problems,
    headers_of,
    job_page,
    jobs_by_ids,
    problem_page,
)
from imports.report import header_at, report
from imports.running import run_next

__all__ = [
    "BELL",
    "FIELDS",
    "LARGEST",
    "REMARKS",
    "RIGHT",
    "Field",
    "Incoming",
    "JobRow",
    "Kind",
    "LegalBasis",
    "Preview",
    "ProblemRow",
    "Wanted",
    "cancel",
    "count_jobs",
    "count_problems",
    "create",
    "drop_files_that_tell",
    "drop_old_files",
    "header_at",
    "headers_of",
    "job_page",
    "jobs_by_ids",
    "pause",
    "preview",
    "problem_page",
    "report",
    "resume",
    "run_next",
    "start",
    "undo",
]
