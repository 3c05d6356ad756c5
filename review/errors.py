"""One exception tree: a class per kind of refusal, a code per reason.

The words for each code live in `review.words`; the HTTP status of each class lives in
`review.web.error_pages`. Operations raise, nothing else decides what a person reads.
"""

from __future__ import annotations


class Fault(Exception):
    """Something was refused or could not be done, and nothing was changed.

    `code` names the sentence in `review.words`; `params` fill it.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Invalid(Fault):
    """What was entered cannot be accepted as it is; `field` in params names the place."""


class Malformed(Fault):
    """A program broke the rules of its protocol; a person never sees to this."""


class Corrupted(Fault):
    """What came is not what its sender says was sent; it was thrown away."""


class NotFound(Fault):
    """No such thing, or it belongs to another agency: the two must look the same."""


class Forbidden(Fault):
    """This person may not do this, whatever the state of things."""


class Conflict(Fault):
    """The thing is not in a state that allows this."""


class Stale(Conflict):
    """The page was older than the record: somebody acted in between."""


class NeedsPassword(Fault):
    """The act needs the password again: no signing window is open on this device."""


class Gone(Fault):
    """It was there, it is over, and it will not come back."""


class OverQuota(Fault):
    """The agency may not keep that much; waiting does not help."""


class TooMany(Fault):
    """A limit on repeated attempts was reached."""


class Unavailable(Fault):
    """A part of the system is out of reach for now; trying again later may help."""


class LeaseLost(Fault):
    """A worker held a job whose lease has passed to another; its result is discarded."""


class SettingsError(Fault):
    """A setting is missing, weak or unreadable; the program must not start with it."""
