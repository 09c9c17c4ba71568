"""What a line of a feed may be, as JSON Schema (draft 2020-12), and a check by it that needs no database.

The database refuses on its own (`rule.intake_fields`); the schema is what the makers of a front end read and validate
by, and a test holds the two together. docs/intake.md shows it in full.
"""

from __future__ import annotations

import re
from typing import Any, Final

from core.intake.lines import Fault

Schema = dict[str, Any]

_UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _text(longest: int, shortest: int = 1, **more: Any) -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


KEY, COIN, AMOUNT, OF = map(_ref, ("key", "coin", "amount", "of"))

#: What several kinds have in common.
PARTS: Final[dict[str, Schema]] = {
    "key": {
        "description": "A UUID, made once for this line. Sent again with the same content, it is answered as before.",
        "type": "string",
        "pattern": f"^{_UUID}$",
    },
    "coin": {
        "description": "A wallet: its serial of 12 digits, or the client's e-mail, a slash, and the unit's code.",
        "type": "string",
        "minLength": 3,
        "maxLength": 300,
        "pattern": "^([0-9]{12}|.+@.+/[A-Z][A-Z0-9]{1,11})$",
    },
    "amount": {
        "description": "In whole units, above zero, with a point and no more digits after it than the unit has.",
        "type": "string",
        "maxLength": 40,
        "pattern": "^[0-9]{1,16}([.][0-9]{1,8})?$",
    },
    "of": {
        "description": "The operation that this goes on with: its number, or the key of the line that made it.",
        "type": ["integer", "string"],
        "minimum": 1,
        "pattern": f"^([1-9][0-9]{{0,17}}|{_UUID})$",
    },
    "note": {"description": "Shown to both sides.", **_text(140, 0)},
    "device": {
        "description": "The device that the client used, by a name that stays the same.",
        **_text(100),
    },
}

_OPERATION: Final = {"note": _ref("note"), "device": _ref("device")}


def _kind(
    about: str, required: dict[str, Schema], optional: dict[str, Schema] | None = None
) -> tuple[str, dict[str, Schema], dict[str, Schema]]:
    return about, required, optional or {}


_KINDS: Final[dict[str, tuple[str, dict[str, Schema], dict[str, Schema]]]] = {
    "client": _kind(
        "A client signs up; a wallet is opened in each unit named.",
        {
            "name": _text(200),
            "email": _text(254),
            "phone": _text(40, description="In full, with + and the country's code."),
            "time_zone": _text(60, description="As in the time zone database: Europe/Kyiv."),
            "kind": {"enum": ["individual", "merchant"]},
        },
        {
            "language": _text(3, 2),
            "organization": _text(200, description="The name of one that is active."),
            "coins": {"type": "array", "maxItems": 50, "items": _text(12)},
        },
    ),
    "quote": _kind(
        "An exchange office's offer, good for a minute. An exchange names it by this line's key.",
        {
            "office": {"type": "integer", "minimum": 1, "maximum": 999999999},
            "from": _text(12, description="The code of the unit that the client gives."),
            "to": _text(12, description="The code of the unit that the client gets."),
            "amount": AMOUNT,
        },
    ),
    "transfer": _kind("From one client to another.", {"from": COIN, "to": COIN, "amount": AMOUNT}, _OPERATION),
    "payment": _kind("From a client to a merchant.", {"from": COIN, "to": COIN, "amount": AMOUNT}, _OPERATION),
    "bonus_issue": _kind("New bonus units for a client.", {"to": COIN, "amount": AMOUNT}, _OPERATION),
    "exchange": _kind("An exchange at a quote.", {"from": COIN, "to": COIN, "quote": KEY}, _OPERATION),
    "mass_payment": _kind(
        "From one client to many; an item that fails comes back.",
        {
            "from": COIN,
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": {
                    "type": "object",
                    "properties": {"to": COIN, "amount": AMOUNT},
                    "required": ["to", "amount"],
                    "additionalProperties": False,
                },
            },
        },
        _OPERATION,
    ),
    "hold": _kind("Money set aside for a payment.", {"from": COIN, "to": COIN, "amount": AMOUNT}, _OPERATION),
    "capture": _kind("A hold, or a part of it, is paid.", {"of": OF}, {"amount": AMOUNT, **_OPERATION}),
    "release": _kind("A hold is given back.", {"of": OF}, _OPERATION),
    "refund": _kind("A payment, or a part of it, is given back.", {"of": OF}, {"amount": AMOUNT, **_OPERATION}),
    "reversal": _kind("An operation is undone by its opposite.", {"of": OF}, _OPERATION),
    "cash_redeem": _kind("A request for cash at a desk.", {"from": COIN, "amount": AMOUNT}, _OPERATION),
    "bank_redeem": _kind(
        "A request for money to a bank account.",
        {"from": COIN, "amount": AMOUNT, "iban": _text(60), "payee": _text(140)},
        _OPERATION,
    ),
    "redeem_cancel": _kind("A request for money is taken back.", {"of": OF}, _OPERATION),
    "application_withdraw": _kind(
        "What broke a limit and waits is taken back; `of` is the key of its line.", {"of": KEY}, _OPERATION
    ),
    "document": _kind(
        "A document that a client sent, to be looked at by compliance.",
        {
            "client": _text(254, description="The client's e-mail."),
            "kind": {
                "enum": [
                    "passport", "identity_card", "driving_licence", "residence_permit", "proof_of_address",
                    "company_register", "other",
                ]
            },
            "file_name": _text(200, pattern="^[^/\\\\]+$"),
            "media_type": {"enum": ["image/jpeg", "image/png", "application/pdf"]},
            "content": _text(7_000_000, contentEncoding="base64", description="At most 5 MiB, in base64."),
        },
        {
            "number": _text(60),
            "valid_until": {
                "type": "string",
                "format": "date",
                "pattern": "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
            },
        },
    ),
    "ticket": _kind(
        "A client asks support.",
        {
            "client": _text(254, description="The client's e-mail."),
            "subject": _text(200),
            "text": _text(10_000),
        },
        {"operation": OF},
    ),
}  # fmt: skip

KINDS: Final = tuple(_KINDS)
"""What `do` may be."""
OPERATIONS: Final = tuple(kind for kind, (_, _, optional) in _KINDS.items() if "device" in optional)
"""Those that are operations: they take a note and a device."""


def _definition(kind: str) -> Schema:
    about, required, optional = _KINDS[kind]
    return {
        "description": about,
        "type": "object",
        "properties": {"key": KEY, "do": {"const": kind}, **required, **optional},
        "required": ["key", "do", *required],
        "additionalProperties": False,
    }


SCHEMA: Final[Schema] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A line of bocli intake",
    "oneOf": [_ref(kind) for kind in _KINDS],
    "$defs": {**PARTS, **{kind: _definition(kind) for kind in _KINDS}},
}
"""The whole schema: one object a line, of one of the kinds."""


def check(body: dict[str, Any]) -> Fault | None:
    """The first thing by which a line is none of the schema's, as the database would say it; None when it is right.

    What only the database knows (wallets, limits, balances, scales) is not looked at.
    """
    kind = body.get("do")
    if "do" not in body:
        return Fault("intake.field_missing", {"field": "do"})
    if not isinstance(kind, str) or kind not in _KINDS:
        return Fault("intake.kind_unknown", {"given": kind[:40] if isinstance(kind, str) else "-"})
    return _object_fault(_definition(kind), body, "")


def _object_fault(schema: Schema, value: dict[str, Any], within: str) -> Fault | None:
    missing = sorted(name for name in schema["required"] if name not in value)
    if missing:
        return Fault("intake.field_missing", {"field": within + missing[0]})
    unknown = sorted(name for name in value if name not in schema["properties"])
    if unknown:
        return Fault("intake.field_unknown", {"field": within + unknown[0][:40]})
    for name in sorted(value):
        wrong = _wrong_place(schema["properties"][name], value[name], within + name)
        if wrong:
            return Fault("intake.field_wrong", {"field": wrong})
    return None


def _wrong_place(schema: Schema, value: Any, place: str) -> str | None:
    """Where a value is not what its schema says; None when it is."""
    if "$ref" in schema:
        schema = PARTS[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema or "const" in schema:
        return None if value in schema.get("enum", [schema.get("const")]) else place
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, str) and "string" in types:
        return None if _text_fits(schema, value) else place
    if isinstance(value, int) and not isinstance(value, bool) and "integer" in types:
        return None if schema["minimum"] <= value <= schema.get("maximum", 10**18 - 1) else place
    if isinstance(value, list) and "array" in types:
        if not schema.get("minItems", 0) <= len(value) <= schema["maxItems"]:
            return place
        found = (_wrong_place(schema["items"], item, f"{place}.{n}") for n, item in enumerate(value))
        return next((wrong for wrong in found if wrong), None)
    if isinstance(value, dict) and "object" in types:
        fault = _object_fault(schema, value, f"{place}.")
        return str(fault.params["field"]) if fault else None
    return place


def _text_fits(schema: Schema, value: str) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    # `$` alone would let a line feed stand at the end.
    pattern = schema.get("pattern")
    return pattern is None or re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None
