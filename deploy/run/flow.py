"""The flow of referrals as lines on a screen.

Far more happens than anyone can read, so a few referrals a second are picked at their receipt and then followed
to the end, under a running number; everything else is only counted, in a line every few seconds.
"""
from __future__ import annotations

import sys
import time
import unicodedata

from regions import Regions

CHANNELS = {"court": "法院", "petition": "信访", "police": "公安", "procuratorate": "检察", "platform": "平台"}
OFFICES = {"court": "人民法院", "petition": "信访局", "police": "公安局", "procuratorate": "人民检察院",
           "platform": "一站式平台"}
COLOURS = {"court": 34, "petition": 35, "police": 36, "procuratorate": 33, "platform": 32}
WORDS = {
    "agreed": "达成协议", "settled-withdrawn": "自行和解", "unreachable": "无法联系当事人", "unwilling": "当事人不愿调解",
    "too-far-apart": "分歧过大", "expired": "期限届满", "refused-to-sign": "拒绝签字", "other": "其他",
    "out-of-scope": "不属于调解范围", "conflict-of-interest": "有利害关系应回避", "no-mediator": "暂无适任调解员",
    "already-elsewhere": "已由他处处理", "unsuitable": "不宜调解",
    "contacted": "已联系当事人", "suspended": "因鉴定中止", "resumed": "恢复调解", "extended": "双方同意延长",
    "joint-requested": "申请联合调解", "performed": "已履行", "breached": "未履行",
    "confirmation-applied": "已申请司法确认", "confirmation-granted": "司法确认有效", "confirmation-refused": "司法确认被驳回",
}
STEPS = {"accept": "接受", "decline": "不接受", "progress": "进展", "conclude": "终结", "follow_up": "回访"}
PICKED_A_SECOND = 1.0       # referrals, on average; each makes four to eight lines
SUMMARY_EVERY = 5.0         # seconds
AGENCY_WIDTH, TITLE_WIDTH = 30, 50


def width(text: str) -> int:
    """How many columns a terminal needs: two for each wide character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def fit(text: str, columns: int) -> str:
    """Cut or pad to exactly that many columns."""
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


def money(minor: int, currency: str) -> str:
    """An amount for a person: 12,000元, or 2,400 USD."""
    if not minor:
        return ""
    return f"{minor // 100:,}元" if currency == "CNY" else f"{minor // 100:,} {currency}"


class Flow:
    """Turns events into lines. Colour only on a terminal."""

    def __init__(self, regions: Regions) -> None:
        self.regions = regions
        self.names: dict[str, str] = {}         # of organisations, by id, as the journals tell them
        self.colour = sys.stdout.isatty()
        self.followed: dict[str, int] = {}      # referral id to running number
        self.ended: set[str] = set()            # of these, whose conclusion has been shown
        self.held: dict[str, dict] = {}         # feedback that came faster than the conclusion it is about
        self.picked = 0
        self.picked_channel = ""
        self.allowance = 2.0
        self.last = time.monotonic()
        self.summary_at = self.last + SUMMARY_EVERY
        self.counts: dict[str, int] = {}

    def agency(self, name: str) -> str:
        """苏州市虎丘区人民法院 for court-320505."""
        channel, _, region = name.rpartition("-")
        office = "中级人民法院" if channel == "court" and len(region) == 4 else OFFICES.get(channel, channel)
        return self.regions.full_name(region) + office

    def line(self, channel: str, number: int, text: str) -> None:
        """One line: time, channel, running number, text."""
        label = fit(CHANNELS.get(channel, ""), 4)
        if self.colour:
            label = f"\033[{COLOURS.get(channel, 0)}m{label}\033[0m"
        print(f"{time.strftime('%H:%M:%S')} {label} #{number:<4} {text}", flush=True)

    def event(self, event: dict) -> None:
        """Count it, and show it when it belongs to a referral that is followed."""
        kind = event["event"]
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if kind == "receipt":
            self.receipt(event)
        elif kind == "feedback":
            self.feedback(event)
        elif kind == "assigned":
            self.names[event["organisation"]] = event["name"]
        elif kind in STEPS:
            self.step(event)
        self.summary()

    def receipt(self, event: dict) -> None:
        """A referral has its receipt: pick it when it is time for another, and not of the same channel again."""
        now, channel = time.monotonic(), event["agency"].rpartition("-")[0]
        self.allowance = min(3.0, self.allowance + (now - self.last) * PICKED_A_SECOND)
        self.last = now
        self.counts[event["status"]] = self.counts.get(event["status"], 0) + 1
        if self.allowance < 1 or channel == self.picked_channel:
            return
        self.allowance -= 1
        self.picked += 1
        self.picked_channel = channel
        if event["status"] == "accepted":
            self.followed[event["referral"]] = self.picked
        where = {"accepted": event["organisation"], "manual": "人工指派",
                 "refused": f"不予受理 {event['reason']}"}.get(event["status"], event["status"])
        rule = f"  (rule {event['rule']})" if event["rule"] else ""
        self.line(channel, self.picked, f"{fit(self.agency(event['agency']), AGENCY_WIDTH)} → "
                                        f"{fit(event['title'], TITLE_WIDTH)} → {where}{rule}")

    def step(self, event: dict) -> None:
        """An organisation reported something, and it is committed."""
        number = self.followed.get(event["referral"])
        if number is None:
            return
        name = self.names.get(event["organisation"], event["organisation"])
        detail = " ".join(filter(None, (WORDS.get(event["detail"], event["detail"]),
                                        money(event["minor"], event["currency"]))))
        self.line("", number, f"{fit(name, AGENCY_WIDTH)}   {STEPS[event['event']]} {detail}".rstrip())
        if event["event"] == "conclude":
            self.ended.add(event["referral"])
            if event["referral"] in self.held:
                self.feedback(self.held.pop(event["referral"]))

    def feedback(self, event: dict) -> None:
        """An agency has read in its journal that a referral ended."""
        number = self.followed.get(event["referral"])
        if number is None:
            return
        if event["referral"] not in self.ended:
            self.held[event["referral"]] = event
            return
        self.line(event["agency"].rpartition("-")[0], number,
                  f"{fit(self.agency(event['agency']), AGENCY_WIDTH)} ← 已终结：{WORDS.get(event['conclusion'], '')}")

    def summary(self) -> None:
        """Every few seconds, the counts so far."""
        now = time.monotonic()
        if now < self.summary_at:
            return
        self.summary_at = now + SUMMARY_EVERY
        count = self.counts.get
        print(f"{time.strftime('%H:%M:%S')} ---- 回执 {count('receipt', 0)}（指派 {count('accepted', 0)}，"
              f"人工 {count('manual', 0)}，不予受理 {count('refused', 0)}）  接受 {count('accept', 0)}"
              f"  不接受 {count('decline', 0)}  终结 {count('conclude', 0)}  反馈 {count('feedback', 0)}", flush=True)
