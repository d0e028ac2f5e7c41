"""A clock that a test moves: the file that REFERRAL_CLOCK names (daemon/base/clock.h)."""
from __future__ import annotations

import mmap
import struct
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

CHINA = timezone(timedelta(hours=8))


class Clock:
    """Stands at a moment until it is moved. Daemons and commands that follow it are started with `environment`."""

    def __init__(self, path: Path, start: datetime) -> None:
        path.write_bytes(struct.pack("=qq", round(start.timestamp() * 1000), 0))
        self.file = path.open("r+b")
        self.face = mmap.mmap(self.file.fileno(), 16)
        self.environment = {"REFERRAL_CLOCK": str(path)}

    @property
    def ms(self) -> int:
        return struct.unpack("=q", self.face[:8])[0]

    @ms.setter
    def ms(self, value: int) -> None:
        self.face[:8] = struct.pack("=q", value)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, CHINA)

    def wait_settled(self, patience: float = 30.0) -> None:
        """Until the daemon has done all that was due at this moment."""
        end = time.monotonic() + patience
        while struct.unpack("=q", self.face[8:])[0] != self.ms:
            assert time.monotonic() < end, f"what is due at {self.now} is not done within {patience} s"
            time.sleep(0.002)

    def move(self, to: datetime | None = None, **by: float) -> None:
        """To a moment, or by so many days or hours; comes back when what was due there is done."""
        self.ms = round(to.timestamp() * 1000) if to else self.ms + round(timedelta(**by).total_seconds() * 1000)
        self.wait_settled()
