"""What an agency has sent and not yet had answered."""
from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

RESEND_AFTER = 10.0     # seconds without an answer before the same bytes go out again


@dataclass
class Item:
    """One referral on its way, and the answer it must get.

    `expect` is one of: final (a receipt that means committed), duplicate (the receipt of `first`, byte
    for byte), conflict (with the digest of `first`), fault (`code` among the faults, nothing stored).
    """
    number: int
    agency: str
    ref: str
    content: bytes
    expect: str
    title: str = ""
    code: str = ""
    first: "Item | None" = None
    sent: int = 0               # how often it has left
    receipt: bytes = b""
    referral: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class Request:
    """One ClientMessage that waits for its answer. `items` is empty for anything but a Submit."""
    request_id: str
    message: bytes
    what: str
    items: list[Item] = field(default_factory=list)
    code: str = ""              # the Refusal it must get, when it is a mistake as a whole
    about: Item | None = None   # the referral a step or a query is about
    resend_at: float = field(default_factory=lambda: time.monotonic() + RESEND_AFTER)

    def due(self) -> bool:
        return time.monotonic() >= self.resend_at

    def postpone(self, seconds: float) -> None:
        self.resend_at = time.monotonic() + seconds
