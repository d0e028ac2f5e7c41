"""Division codes as the configuration has them: what lies where, and what it is called."""
from __future__ import annotations

import csv
import random
from pathlib import Path

LENGTHS = (2, 4, 6, 9, 12)


class Regions:
    """The tree of codes of config/regions/*.csv."""

    def __init__(self, config: Path) -> None:
        self.names: dict[str, str] = {}
        self._by_county: dict[str, list[str]] = {}
        for path in sorted((config / "regions").glob("*.csv")):
            if path.stem in ("neighbours", "abolished"):
                continue  # about regions, no list of them
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    code = row["code"]
                    self.names[code] = row["name"]
                    if len(code) in (9, 12):
                        self._by_county.setdefault(code[:6], []).append(code)

    def near(self, code: str, rng: random.Random) -> str:
        """Some town or village of the same county."""
        return rng.choice(self._by_county.get(code[:6], [code]))

    def elsewhere(self, region: str, rng: random.Random) -> str:
        """Some village that lies outside `region`."""
        counties = [c for c in self._by_county if not c.startswith(region)]
        return rng.choice(self._by_county[rng.choice(counties)])

    def full_name(self, region: str) -> str:
        """City and county: 苏州市虎丘区; for a city alone its own name."""
        city, county = self.names.get(region[:4], ""), self.names.get(region[:6], "")
        if len(region) <= 4:
            return self.names.get(region, region)
        return county if county.startswith(city) else city + county
