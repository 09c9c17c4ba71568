"""Every error that the core raises, as one tree.

    BocliError
    ├── Invalid                 the input is not acceptable                      BO030
    ├── NotFound                no such thing, or not yours to see               BO022
    ├── WrongState              the thing is not in the state this needs         BO021
    ├── Changed                 it changed since it was shown                    BO025
    ├── LimitExceeded           a limit would be passed                          BO023
    ├── NotEnough               not enough funds or cash                         BO024
    ├── NotEligible             blocked, or not identified                       BO026
    ├── KeyReused               the request's key came with other content        BO020
    ├── NotAllowed              the role may not do this                         BO012, 42501
    ├── StepUpNeeded            a fresh second factor is asked for               BO015
    ├── DutyFirst               change the password, or enrol, before all else   BO016
    ├── SessionEnded            no live session: log in or unlock                BO011
    ├── WrongCredentials        the password or the code is wrong                BO013, 28P01, 28000
    ├── CodeNeeded              the password was right, a code is needed too     BO014
    ├── LockedOut               too many wrong codes; wait `seconds`             BO010
    ├── Vault                   the ledger refused to be bent                    BO040 to BO043
    └── Unavailable             the database did not do it, and it is safe to try again
        ├── Busy                somebody else holds a lock, or the server is full
        └── OutcomeUnknown      it may have been done: ask by the key (`request_key`)

An error carries a key of the text catalogue (without the leading ``error.``) and that text's
parameters; the words live in ``locales/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

Params = Mapping[str, str | int]


class BocliError(Exception):
    """A refusal or fault with the key of its text (without ``error.``) and the text's parameters."""

    def __init__(self, key: str, params: Params | None = None) -> None:
        self.key = key
        self.params: dict[str, str | int] = dict(params or {})
        super().__init__(key)

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.key} ({inside})" if inside else self.key


class Invalid(BocliError):
    """The input is not acceptable."""


class NotFound(BocliError):
    """There is no such thing, or it is not this person's to see."""


class WrongState(BocliError):
    """The thing is not in the state that this needs."""


class Changed(BocliError):
    """It changed since it was shown."""


class LimitExceeded(BocliError):
    """A limit would be passed."""


class NotEnough(BocliError):
    """Not enough funds, or not enough cash."""


class NotEligible(BocliError):
    """Blocked, or not identified far enough."""


class KeyReused(BocliError):
    """The request's key was used before, with other content or by somebody else."""


class NotAllowed(BocliError):
    """The role may not do this."""


class StepUpNeeded(BocliError):
    """A grave act asks for a fresh second factor."""


class DutyFirst(BocliError):
    """A one-time password must be changed, or a second factor enrolled, before anything else."""


class SessionEnded(BocliError):
    """There is no live session: the key says whether to log in again or to unlock."""


class WrongCredentials(BocliError):
    """The password or the code is wrong; which of them is not said."""


class CodeNeeded(BocliError):
    """The password was right, and this person has a second factor."""


class LockedOut(BocliError):
    """Too many wrong codes in a row; ``params["seconds"]`` says how long to wait."""


class Vault(BocliError):
    """The ledger or the log refused to be bent. A bug, or an attack; never a slip of the hand."""


class Unavailable(BocliError):
    """The database did not do it, for a reason that is not the input's; trying again is safe."""


class Busy(Unavailable):
    """Somebody else holds a lock, or the server takes no more connections."""


class OutcomeUnknown(Unavailable):
    """The request was sent and no answer came: it may have been done. Ask by ``request_key``."""

    def __init__(
        self, request_key: UUID, key: str = "db.outcome_unknown", params: Params | None = None
    ) -> None:
        self.request_key = request_key
        super().__init__(key, params)


#: SQLSTATE of a rule's refusal → what Python raises.
BY_STATE: dict[str, type[BocliError]] = {
    "BO010": LockedOut,
    "BO011": SessionEnded,
    "BO012": NotAllowed,
    "BO013": WrongCredentials,
    "BO014": CodeNeeded,
    "BO015": StepUpNeeded,
    "BO016": DutyFirst,
    "BO020": KeyReused,
    "BO021": WrongState,
    "BO022": NotFound,
    "BO023": LimitExceeded,
    "BO024": NotEnough,
    "BO025": Changed,
    "BO026": NotEligible,
    "BO030": Invalid,
    "BO040": Vault,
    "BO041": Vault,
    "BO042": Vault,
    "BO043": Vault,
}


def refusal(state: str, key: str, params: Params | None = None) -> BocliError:
    """The error for a refusal's SQLSTATE. An unknown state is a `BocliError` itself."""
    return BY_STATE.get(state, BocliError)(key, params)
