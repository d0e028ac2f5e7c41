"""Everything a sender can get wrong, and the fault code the router must answer it with.

A mistake either spoils one Referral (the answer is its Receipt: REFUSED, nothing stored) or a whole
ClientMessage (the answer is a Refusal). Each entry names the code that must be among the faults.
"""
from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Callable

from regions import Regions

MARK = "@@@@"       # stands in a text until raw bytes take its place


class Spoiler:
    """What a mistake may need: the generated code, the agency's region, chance."""

    def __init__(self, pb: SimpleNamespace, regions: Regions, region: str, rng: random.Random) -> None:
        self.pb, self.regions, self.region, self.rng = pb, regions, region, rng


Message = object
Edit = Callable[[Spoiler, Message], None]


def _set(field: str, value: object) -> Edit:
    return lambda _, message: setattr(message, field, value)


def _other_channel(spoiler: Spoiler, message: Message) -> None:
    pb = spoiler.pb
    court = message.channel == pb.CHANNEL_COURT
    message.channel = pb.CHANNEL_PLATFORM if court else pb.CHANNEL_COURT
    message.mode = pb.MODE_PLATFORM_COUNTER if court else pb.MODE_COURT_PRE_FILING


def _other_mode(spoiler: Spoiler, message: Message) -> None:
    pb = spoiler.pb
    court = message.channel == pb.CHANNEL_COURT
    message.mode = pb.MODE_PLATFORM_ONLINE if court else pb.MODE_COURT_PRE_FILING


def _elsewhere(spoiler: Spoiler, message: Message) -> None:
    message.place_code = spoiler.regions.elsewhere(spoiler.region, spoiler.rng)


def _no_such_place(spoiler: Spoiler, message: Message) -> None:
    message.place_code = (spoiler.region + "99999999")[:12]


def _crowd(spoiler: Spoiler, message: Message) -> None:
    for i in range(51):
        message.parties.add(role=1, kind=1, name=f"住户{i + 1}")


def _nobody(_: Spoiler, message: Message) -> None:
    del message.parties[:]


def _check_digit(_: Spoiler, message: Message) -> None:
    message.parties[0].identity_kind = 1
    message.parties[0].identity_number = "990000198001010001"


def _claim(amount: int, currency: str) -> Edit:
    def edit(_: Spoiler, message: Message) -> None:
        message.claim.amount_minor, message.claim.currency = amount, currency
    return edit


REFERRAL: list[tuple[str, Edit, str]] = [
    ("unknown mode", _set("mode", 99), "unknown-enum"),
    ("mode of another channel", _other_mode, "mode-not-of-channel"),
    ("another channel than the key's", _other_channel, "channel-not-yours"),
    ("place outside the region", _elsewhere, "region-not-yours"),
    ("no such place", _no_such_place, "region-unknown"),
    ("no such category", _set("category", "no-such-category"), "category-unknown"),
    ("NUL in the summary", _set("summary", "楼上漏水\0三次未修"), "nul-in-text"),
    ("control character", _set("summary", "楼上漏水\x1b[31m三次未修"), "control-in-text"),
    ("summary too long", _set("summary", "漏水" * 1400), "field-too-long"),
    ("no summary", _set("summary", ""), "field-missing"),
    ("no such day", _set("occurred_on", "2025-02-30"), "date-invalid"),
    ("a day to come", _set("occurred_on", "2999-12-31"), "date-in-future"),
    ("a day long past", _set("occurred_on", "1066-10-14"), "date-too-old"),
    ("51 parties and more", _crowd, "too-many-parties"),
    ("no party", _nobody, "too-few-parties"),
    ("identity number with a wrong check digit", _check_digit, "identity-invalid"),
    ("negative claim", _claim(-1, "CNY"), "amount-out-of-range"),
    ("no such currency", _claim(100, "ZZZ"), "currency-unknown"),
]


def spoil_bytes(spoiler: Spoiler, message: Message) -> tuple[str, bytes, str]:
    """Turn a good Referral into one that no library would write; (what, bytes, code)."""
    if spoiler.rng.random() < 0.5:
        message.summary = MARK + message.summary
        return "invalid UTF-8", message.SerializeToString().replace(MARK.encode(), b"\xff\xfe\xc0\x80"), "bad-utf8"
    return "garbage instead of a referral", b"\x0f" + spoiler.rng.randbytes(40), "malformed"


def spoil(spoiler: Spoiler, message: Message) -> tuple[str, bytes, str]:
    """Make one mistake in a good Referral: (what it is, the bytes, the code that must come back)."""
    if spoiler.rng.random() < 0.2:
        return spoil_bytes(spoiler, message)
    what, edit, code = spoiler.rng.choice(REFERRAL)
    edit(spoiler, message)
    return what, message.SerializeToString(), code


def whole_message(spoiler: Spoiler, request_id: str, content: bytes) -> tuple[str, bytes, str]:
    """A ClientMessage that is wrong as a whole: (what, bytes, code of the Refusal)."""
    pb = spoiler.pb
    message = pb.ClientMessage(version=1, request_id=request_id)
    kind = spoiler.rng.randrange(6)
    if kind == 0:
        return "garbage instead of a message", b"\x0f" + spoiler.rng.randbytes(60), "malformed"
    if kind == 1:
        message.version = 9
        message.submit.referrals.append(content)
        return "a version to come", message.SerializeToString(), "version-unsupported"
    if kind == 2:
        message.submit.SetInParent()
        return "an empty batch", message.SerializeToString(), "batch-empty"
    if kind == 3:
        message.submit.referrals.extend([content] * 65)
        return "65 referrals in a batch", message.SerializeToString(), "batch-too-large"
    if kind == 4:
        message.hello.credit = 10
        return "an agency that greets as an organisation", message.SerializeToString(), "not-permitted"
    return "no body", message.SerializeToString(), "body-missing"
