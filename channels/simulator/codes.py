"""The platform's error codes: HTTP status, title and usual words (contract 6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a code."""

    code: int
    status: int
    title: str
    details: str


def known(code: int) -> Known:
    """The entry of a code; one that is not in the table is a plain HTTP 400."""
    return _TABLE.get(code) or Known(code, 400, "Unknown error", "Something went wrong.")


def codes() -> list[int]:
    """Every code of the table."""
    return sorted(_TABLE)


_ROWS: list[tuple[int, int, str, str]] = [
    (0, 401, "AuthException", "The app user could not be authenticated."),
    (190, 401, "Access token has expired", "The access token is invalid or has expired."),
    (3, 500, "API Method", "Capability or permission problem."),
    (10, 403, "Permission Denied", "The permission is not granted or was taken back."),
    (131005, 403, "Access denied", "The permission is not granted or was taken back."),
    (1, 400, "API Unknown", "Invalid request or possible server error."),
    (2, 503, "API Service", "Temporary outage or overload."),
    (4, 400, "API Too Many Calls", "The app has reached its limit of API calls."),
    (80007, 400, "Rate limit issues", "The account has reached its limit of API calls."),
    (
        130429,
        400,
        "Rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number "
        "in a short period of time",
    ),
    (
        131048,
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent "
        "from this phone number.",
    ),
    (
        131056,
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number "
        "to the same phone number in a short period of time.",
    ),
    (131064, 400, "Messaging limited", "Limited because templates were misclassified."),
    (133016, 400, "Account register deregister rate limit exceeded", "Too many attempts."),
    (33, 400, "Parameter value is not valid", "The business phone number has been deleted."),
    (100, 400, "Invalid parameter", "The request holds an unsupported or misspelled parameter."),
    (131008, 400, "Required parameter is missing", "The request lacks a required parameter."),
    (131009, 400, "Parameter value is not valid", "The value of a parameter is not valid."),
    (131021, 400, "Recipient cannot be sender", "Sender and recipient are the same number."),
    (
        131030,
        400,
        "Recipient phone number not in allowed list",
        "Add the recipient to the list of allowed phone numbers and try again.",
    ),
    (131000, 500, "Something went wrong", "Message failed to send because of an unknown error."),
    (131016, 500, "Service unavailable", "A service is temporarily unavailable."),
    (131057, 500, "Account in maintenance mode", "The account is in maintenance mode."),
    (133004, 503, "Server Temporarily Unavailable", "The server is temporarily unavailable."),
    (135000, 400, "Generic user error", "Message failed to send because of an unknown error."),
    (368, 403, "Temporarily blocked for policies violations", "The account is restricted."),
    (130497, 403, "Business account is restricted from messaging users in this country", ""),
    (131031, 403, "Account has been locked", "The account is restricted or disabled."),
    (130403, 403, "User blocked the business", "This user has blocked the business."),
    (
        130472,
        400,
        "User's number is part of an experiment",
        "Message was not sent as part of an experiment.",
    ),
    (131026, 400, "Message undeliverable", "Message Undeliverable."),
    (131037, 400, "Display name not approved", "The display name needs approval first."),
    (131042, 400, "Business eligibility payment issue", "There is a problem with the payment."),
    (131044, 400, "Business eligibility payment issue", "There is a problem with the payment."),
    (131045, 500, "Incorrect certificate", "The phone number is not registered correctly."),
    (
        131047,
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number.",
    ),
    (
        131049,
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    (
        131050,
        400,
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing "
        "messages on WhatsApp from your business",
        "The recipient has chosen to stop receiving marketing messages from your business.",
    ),
    (131051, 400, "Message type unknown", "Message type is currently not supported."),
    (131052, 400, "Media download error", "Failed to download the media from the sender."),
    (131053, 400, "Media upload error", "Failed to upload the media of the message."),
    (131055, 400, "Method not allowed", "This method is not open to the account."),
    (131059, 400, "Bad paging cursor", "The cursor is not valid any more."),
    (131060, 400, "Message not available", "This message is not available."),
    (131062, 400, "User id not allowed", "This message can only be sent to a phone number."),
    (131063, 400, "Marketing messages turned off", "Use marketing_messages for this account."),
    (131020, 400, "Group error", "The group does not exist or may not be used."),
    (131041, 400, "Group error", "The group does not exist or may not be used."),
    (131208, 429, "Group rate limit hit", "Too many calls about groups."),
    (132000, 400, "Template Param Count Mismatch", "The number of parameters does not match."),
    (132001, 404, "Template name does not exist in the translation", "There is no such template."),
    (132005, 400, "Template Hydrated Text Too Long", "The filled text is too long."),
    (132007, 400, "Template Format Character Policy Violated", "The text violates the policy."),
    (132008, 400, "Template Parameter Format Mismatch", "A parameter has the wrong format."),
    (132012, 400, "Template Parameter Format Mismatch", "A parameter has the wrong format."),
    (132015, 400, "Template is Paused", "The template is paused for low quality."),
    (132016, 400, "Template is Disabled", "The template is disabled for good."),
    (132018, 400, "Template Parameters Validation", "A parameter's text is not allowed."),
    (132068, 400, "Flow is in blocked state", "The flow is blocked."),
    (132069, 400, "Flow is in throttled state", "The flow is throttled to 10 per hour."),
    (133000, 500, "Incomplete Deregistration", "An earlier deregistration is incomplete."),
    (133005, 400, "Two step verification PIN Mismatch", "The PIN is wrong."),
    (133006, 400, "Phone number re-verification needed", "Verify the number first."),
    (133008, 400, "Too Many two step verification PIN Guesses", "Too many guesses."),
    (133009, 400, "Two step verification PIN Guessed Too Fast", "Guessed too fast."),
    (133010, 400, "Phone number not registered", "Register the phone number first."),
    (133015, 400, "Phone number was deleted recently", "Wait 5 minutes before you register."),
    (134011, 400, "Payments terms not accepted", "The terms of payment are not accepted."),
    (134100, 400, "Not a marketing template", "Only marketing templates are supported."),
    (134101, 400, "Template is still syncing", "Wait up to 10 minutes."),
    (134102, 400, "Template unavailable", "The template is unavailable for this use."),
    (137000, 400, "Identity key hash mismatch", "The user's identity has changed."),
    (138006, 400, "No call permission", "The user has not permitted this call."),
    (613, 400, "Calls have exceeded the rate limit", "Too many calls."),
    (139100, 400, "Failed to block or unblock some users", "See failed_users."),
    (139101, 400, "Blocklist limit reached", "The block list is full."),
    (139102, 400, "Blocklist concurrent update", "Another update is running."),
    (139103, 400, "Blocklist internal error", "Something went wrong."),
    (141010, 400, "Business not verified", "The business is not verified."),
    (2388019, 400, "Template limit reached", "The account has reached its limit of templates."),
    (2388040, 400, "Character Limit Exceeded", "A field exceeds its limit of characters."),
    (2388047, 400, "Message Header Format Incorrect", "The header is not formatted correctly."),
    (2388072, 400, "Message Body Format Incorrect", "The body is not formatted correctly."),
    (2388073, 400, "Message Footer Format Incorrect", "The footer is not formatted correctly."),
    (2388293, 400, "Parameter Words Ratio Exceeded", "Too many variables for the length."),
    (2388299, 400, "Leading Trailing Params Not Allowed", "A variable stands first or last."),
    (2593107, 400, "Synchronization request limit exceeded", "It was called before."),
    (2593108, 400, "Synchronization outside of the time window", "24 hours are over."),
    (2593109, 400, "Synchronization refused", "The user declined to share the history."),
    (200005, 400, "Template insights unavailable", "Insights are not available yet."),
    (200006, 400, "Template insights cannot be disabled", "They cannot be turned off."),
    (200007, 400, "Template insights not enabled", "Enable them first."),
]

# Codes that the table of the contract names only as a range.
_RANGES = [
    (200, 299, 403, "API Permission"),
    (131201, 131215, 400, "Group error"),
    (138000, 138018, 400, "Calling error"),
    (139000, 139004, 400, "Flow blocked by policy or integrity"),
    (147001, 147005, 400, "Username unavailable"),
]

_TABLE = {
    **{
        code: Known(code, status, title, title + ".")
        for first, last, status, title in _RANGES
        for code in range(first, last + 1)
    },
    **{
        code: Known(code, status, title, details or title + ".")
        for code, status, title, details in _ROWS
    },
}
