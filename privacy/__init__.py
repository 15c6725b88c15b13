"""Privacy: the person's rights over every store below.

I own the data map (whose every column is, how it is kept, exported and erased), the list of all
stores of personal data in the order of an erasure, what persons ask for by law, double opt-in,
exports of all that is held on a person, and I read the audit log; after a restore I destroy again
what was.
My words: store (a table that points at a person), fate (what an erasure does to it), request (a
right that somebody claims), proof (how it was made sure who asks), clock (it runs towards the due
date, or stands), first yes, prompt (the message that asks for the second), step (of a request, or
of an erasure, where it is done once), receipt (what an erasure did, in counts, signed), breach,
export (what is gathered on a person), archive (the file that they fetch), stand-in (for what is
another's).
My events: privacy.*, tenant.closing_*, breach.*, export.*, audit.chain_broken, retention.*,
erasure.started, erasure.store_cleared, erasure.finished.
"""

from privacy.answers import Question, answer_by_link, hear, is_answer, question_of
from privacy.asking import Standing, ask_on_page, prove_on_page, standing_on_page
from privacy.breach_clock import warn_of_breaches
from privacy.breaches import (
    BreachRow,
    BreachWords,
    add_affected,
    affected_page,
    breaches,
    close_breach,
    count_affected,
    describe_breach,
    open_breach,
    report_breach,
)
from privacy.chains import CHAINS, verify_chains, watch_chains
from privacy.closing.requests import Closing, call_off, close_tenant, read_archive, read_closing
from privacy.closing.running import close_next
from privacy.codes import send_code, verify
from privacy.data_map import ACTIVITIES, RECIPIENTS, TABLES, Column, Recipient, Table, Way
from privacy.double_opt_in import FirstYes, ask
from privacy.due import warn_of_requests
from privacy.erasing import erase_next
from privacy.erasure_queries import (
    ErasureRow,
    ErasureStepRow,
    count_erasures,
    erasure_page,
    erasure_steps,
    erasures_by_ids,
)
from privacy.erasure_steps import STEP_COUNT
from privacy.erasures import begin_erasure
from privacy.exports.downloads import (
    Download,
    begin_download,
    export_token,
    finish_download,
    give_back,
    language_of_export,
    note_broken,
    read_export_link,
)
from privacy.exports.queries import ExportRow, count_exports, export_page, exports_by_ids
from privacy.exports.running import run_next as run_next_export
from privacy.exports.steps import (
    begin_export,
    cancel_export,
    drop_old_exports,
    pause_export,
    resume_export,
    revoke_export,
)
from privacy.fulfilling import close_gone, finish, fulfil, lift_restriction, reopen
from privacy.holds import Field as HeldField
from privacy.holds import (
    HoldRow,
    drop_ended_holds,
    held_subjects,
    holds,
    lift_hold,
    set_hold,
)
from privacy.joining import (
    ask_again,
    ask_who_came,
    join,
    statement_of,
    usual_wording,
    wording_of,
)
from privacy.letters import BELL as LETTERS_BELL
from privacy.manifest import STORES, Store
from privacy.noting import note_restrictions, note_withdrawals
from privacy.processors import (
    NoticeRow,
    ProcessorRow,
    add_processor,
    list_processors,
    notices_of,
    remove_processor,
)
from privacy.proving import ConsentProof, prove_consent
from privacy.record import MEASURES, Processing, data_map_text, erased, record
from privacy.request_queries import (
    RequestFilter,
    RequestRow,
    StepRow,
    count_requests,
    request_page,
    requests_by_ids,
    steps_of,
)
from privacy.requests import Kind as RequestKind
from privacy.requests import extend, open_request, pause, prove, refuse, resume
from privacy.requests_due import look_after_requests
from privacy.restoring import catch_up
from privacy.restricting import restrict, unrestrict
from privacy.retention import Rule
from privacy.retention import carry_out as let_go
from privacy.retention import preview as preview_retention
from privacy.retention import rules as retention_rules
from privacy.retention import set_rule as set_retention
from privacy.starting import start
from privacy.store_requests import redact_shops, take_over
from privacy.telling import send_letters
from privacy.trail import (
    EntryRow,
    TrailFilter,
    count_entries,
    entries_by_ids,
    entry_page,
    touched,
)
from privacy.turning import TURNS, go_on_turning
from privacy.withdrawing import bid_farewell, give_thanks, withdraw

__all__ = [
    "ACTIVITIES",
    "CHAINS",
    "LETTERS_BELL",
    "MEASURES",
    "RECIPIENTS",
    "STEP_COUNT",
    "STORES",
    "TABLES",
    "TURNS",
    "BreachRow",
    "BreachWords",
    "Closing",
    "Column",
    "ConsentProof",
    "Download",
    "EntryRow",
    "ErasureRow",
    "ErasureStepRow",
    "ExportRow",
    "FirstYes",
    "HeldField",
    "HoldRow",
    "NoticeRow",
    "Processing",
    "ProcessorRow",
    "Question",
    "Recipient",
    "RequestFilter",
    "RequestKind",
    "RequestRow",
    "Rule",
    "Standing",
    "StepRow",
    "Store",
    "Table",
    "TrailFilter",
    "Way",
    "add_affected",
    "add_processor",
    "affected_page",
    "answer_by_link",
    "ask",
    "ask_again",
    "ask_on_page",
    "ask_who_came",
    "begin_download",
    "begin_erasure",
    "begin_export",
    "bid_farewell",
    "breaches",
    "call_off",
    "cancel_export",
    "catch_up",
    "close_breach",
    "close_gone",
    "close_next",
    "close_tenant",
    "count_affected",
    "count_entries",
    "count_erasures",
    "count_exports",
    "count_requests",
    "data_map_text",
    "describe_breach",
    "drop_ended_holds",
    "drop_old_exports",
    "entries_by_ids",
    "entry_page",
    "erase_next",
    "erased",
    "erasure_page",
    "erasure_steps",
    "erasures_by_ids",
    "export_page",
    "export_token",
    "exports_by_ids",
    "extend",
    "finish",
    "finish_download",
    "fulfil",
    "give_back",
    "give_thanks",
    "go_on_turning",
    "hear",
    "held_subjects",
    "holds",
    "is_answer",
    "join",
    "language_of_export",
    "let_go",
    "lift_hold",
    "lift_restriction",
    "list_processors",
    "look_after_requests",
    "note_broken",
    "note_restrictions",
    "note_withdrawals",
    "notices_of",
    "open_breach",
    "open_request",
    "pause",
    "pause_export",
    "preview_retention",
    "prove",
    "prove_consent",
    "prove_on_page",
    "question_of",
    "read_archive",
    "read_closing",
    "read_export_link",
    "record",
    "redact_shops",
    "refuse",
    "remove_processor",
    "reopen",
    "report_breach",
    "request_page",
    "requests_by_ids",
    "restrict",
    "resume",
    "resume_export",
    "retention_rules",
    "revoke_export",
    "run_next_export",
    "send_code",
    "send_letters",
    "set_hold",
    "set_retention",
    "standing_on_page",
    "start",
    "statement_of",
    "steps_of",
    "take_over",
    "touched",
    "unrestrict",
    "usual_wording",
    "verify",
    "verify_chains",
    "warn_of_breaches",
    "warn_of_requests",
    "watch_chains",
    "withdraw",
    "wording_of",
]
