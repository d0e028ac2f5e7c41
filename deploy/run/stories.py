"""The referrals of referrals.jsonl, and how one of them becomes many: new numbers, dates, sums and places."""
from __future__ import annotations

import csv
import datetime
import json
import random
from pathlib import Path
from types import SimpleNamespace

from regions import Regions
from wire import number

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def today() -> datetime.date:
    """The date in Asia/Shanghai, which dates on the wire are in."""
    return datetime.datetime.now(SHANGHAI).date()


def read_stories(path: Path, channel: str) -> list[dict]:
    """All stories of one channel, in file order."""
    with path.open(encoding="utf-8") as file:
        stories = [json.loads(line) for line in file]
    return [story for story in stories if story["channel"] == channel]


def category_names(config: Path) -> dict[str, str]:
    """What the codes of config/categories/*.csv are called."""
    names: dict[str, str] = {}
    for path in sorted((config / "categories").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names.update((row["code"], row["name"]) for row in csv.DictReader(file))
    return names


def title(story: dict, categories: dict[str, str]) -> str:
    """A line's worth of what it is about."""
    category = story["category"]
    head = categories.get(category, category) or story.get("source_category", "") or story.get("offence", "")
    return f"{head} {story['summary']}".strip()


def referral(pb: SimpleNamespace, story: dict, agency_ref: str, regions: Regions,
             rng: random.Random) -> object:
    """A Referral that tells the story once more, in some other detail."""
    message = pb.Referral(
        channel=number(pb, "CHANNEL", story["channel"]),
        mode=number(pb, "MODE", story["mode"]),
        agency_ref=agency_ref,
        place_code=story["place"] if rng.random() < 0.5 else regions.near(story["place"], rng),
        category=story["category"],
        source_category=story.get("source_category", ""),
        summary=story["summary"],
        tags=story.get("tags", []),
        occurred_on=(today() - datetime.timedelta(days=story["days_ago"] + rng.randrange(20))).isoformat(),
        offence=story.get("offence", ""))
    if "claim" in story:
        yuan = story["claim"] if rng.random() < 0.6 else round(story["claim"] * rng.uniform(0.5, 1.6))
        message.claim.amount_minor = yuan * 100
        message.claim.currency = story["currency"]
    if "reply_in_days" in story:
        message.reply_by = (today() + datetime.timedelta(days=story["reply_in_days"])).isoformat()
    for risk in story.get("risk", []):
        setattr(message.risk, risk.replace("-", "_"), True)
    for party in story["parties"]:
        add_party(pb, message, party, rng)
    return message


def add_party(pb: SimpleNamespace, message: object, party: dict, rng: random.Random) -> None:
    """Append one party; its telephone gets other last digits."""
    entry = message.parties.add(
        role=number(pb, "PARTY_ROLE", party["role"]),
        kind=number(pb, "PARTY_KIND", party["kind"]),
        name=party["name"],
        identity_number=party.get("identity_number", ""),
        address_code=party.get("address_code", ""),
        foreign=party.get("foreign", False),
        minor=party.get("minor", False))
    if "identity_kind" in party:
        entry.identity_kind = number(pb, "IDENTITY_KIND", party["identity_kind"])
    if "phone" in party:
        entry.phone = f"{party['phone'][:-4]}{rng.randrange(10000):04d}"
    if "representative" in party:
        agent = party["representative"]
        entry.representative.name = agent["name"]
        entry.representative.phone = agent["phone"]
        entry.representative.guardian = agent["guardian"]
