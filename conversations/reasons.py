"""Why a message does not leave, or has not left: the codes, and a sentence for each (F21)."""

from __future__ import annotations

from dataclasses import dataclass

_PLATFORM = "PLATFORM_"
_SAYS = {
    # The gate's.
    "EXPIRED": "It would come too late to be of use.",
    "TENANT_SUSPENDED": "This tenant is suspended; nothing is sent.",
    "CONTACT_RESTRICTED": "This contact's data may be kept, but not used.",
    "CONTACT_GONE": "This contact is no longer there.",
    "NO_ADDRESS": "Neither a phone number nor a user id is known.",
    "WINDOW_CLOSED": "The 24-hour window is closed. Send an approved template instead.",
    "OCCASION_GONE": "What this message is for is over.",
    "SUPPRESSED": "This person was erased and wrote again; only their own new consent allows "
    "marketing.",
    "CONSENT_WITHDRAWN": "This contact has withdrawn consent to marketing.",
    "NO_CONSENT": "This contact has not confirmed consent to marketing.",
    "TOPIC_UNWANTED": "This contact does not want to hear about this topic.",
    "TOO_SOON": "This contact had as many promotions as they want for now.",
    "DUPLICATE": "This contact had it already, or the same words a short time ago.",
    "FREQUENCY_CAP": "This contact had as much of this kind as they may get for now.",
    "QUIET_HOURS": "It is night where this contact lives.",
    "HOLIDAY": "It is a public holiday where this contact lives.",
    "WEEKEND": "It is the weekend where this contact lives.",
    "OUTSIDE_BEST_HOURS": "This contact reads at other hours.",
    "UNKNOWN_TEMPLATE": "There is no such template in this language.",
    "TEMPLATE_NOT_APPROVED": "The template is not approved; only an approved one can be sent.",
    "NUMBER_DISCONNECTED": "This business number is not connected.",
    "NO_TOKEN": "This business number has no access token; connect it with one.",
    "TOKEN_REFUSED": "The platform refuses this number's access token. Connect the number with a "
    "new one; what waits goes out then.",
    "ACCOUNT_DISABLED": "The platform has closed this account.",
    "ACCOUNT_RESTRICTED": "The platform bars this account from writing first.",
    "PORTFOLIO_LIMIT": "The platform lets this business write first to so many people in 24 hours, "
    "and they are used up.",
    # Of a mailing: somebody's, or that of one recipient's value.
    "CANCELLED": "Somebody called it off.",
    "MISSING_VALUE": "A value is not known of this contact, and nothing was named to stand in.",
    "BAD_CHARACTERS": "A value of this contact's has characters that the platform does not take.",
    "TOO_LONG": "A value of this contact's is longer than the platform takes.",
    "NOT_IN_AUDIENCE": "The campaign is, or was, not meant for this contact.",
    "UNREACHABLE_CONTACT": "The platform says that nothing reaches this contact from this number; "
    "that ends when they write.",
    "COUNTRY_BARRED": "The platform bars this account from writing to the contact's country.",
    "ENOUGH_PROMOTIONS": "The platform says that this contact had enough promotions for now, of "
    "every business together.",
    "PROMOTIONS_HELD": "The platform holds this number's promotions back; what serves goes on.",
    "QUALITY_RED": "Too many people block or report this number; promotions wait until its quality "
    "has risen.",
    # On the way out.
    "SENDING_STOPPED": "All sending is stopped for now; somebody has to let it go on.",
    "PAUSED": "Its campaign rests for now; somebody has to let it go on.",
    "WAITS": "What was written to this person before goes first, or they get too many at once.",
    "NEVER_LEFT": "A worker ended before it left; it goes out anew.",
    "WORKER_DIED": "A worker ended while it left; the platform's word is awaited.",
    "UNREACHABLE": "The platform could not be reached; it is tried again.",
    "TIMEOUT": "The platform's answer did not come in time; its word is awaited.",
    "BROKEN_OFF": "The platform's answer broke off; its word is awaited.",
    "UPLOAD_GONE": "The file that belongs to it is gone.",
    "EMAIL_LATER": "The mail server did not take it; it is tried again.",
    "EMAIL_REFUSED": "The mail server refuses it for good; it waits for the number.",
    "EMAIL_FAILED": "It was handed over by e-mail, and nobody knows whether it arrived.",
    "OUTCOME_UNKNOWN": "The platform never said whether it took it.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message may not leave: a code, and a sentence that says what would be right.

    `until` (microseconds): it stands in the way until then, and then no more.
    """

    code: str
    message: str
    field: str = "conversation"
    until: int | None = None


def reason(code: str, field: str = "conversation", until: int | None = None) -> Reason:
    """The reason of this code, in its usual words."""
    return Reason(code, says(code), field, until)


def says(code: str) -> str:
    """The usual words for a code."""
    if code.startswith(_PLATFORM):
        return f"The platform answered with its error {code.removeprefix(_PLATFORM)}."
    return _SAYS.get(code, "The platform did not take it.")
