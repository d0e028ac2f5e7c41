"""How mediation organisations behave here: what they take, what they decline, how things end, how long it takes.

The shares are those of an ordinary county; the delays are days turned into seconds.
"""
from __future__ import annotations

import datetime
import random
from types import SimpleNamespace

from stories import SHANGHAI, today

DECLINES = 0.06
DECLINE_REASONS = {"out-of-scope": 30, "conflict-of-interest": 20, "no-mediator": 25, "already-elsewhere": 10,
                   "unsuitable": 10, "other": 5}
CONCLUSIONS = {"agreed": 60, "settled-withdrawn": 11, "unreachable": 5, "unwilling": 9, "too-far-apart": 9,
               "expired": 2, "refused-to-sign": 2, "other": 2}
PROGRESS = {"contacted": 50, "suspended": 15, "extended": 15, "joint-requested": 20}
FOLLOW_UPS = {"performed": 55, "breached": 5, "confirmation-applied": 40}
JUDGED = {"confirmation-granted": 92, "confirmation-refused": 8}

TEXTS = {
    "decline": ("申请人的近亲属在本组织任调解员，全体回避。", "需要懂外语的调解员，本组织暂时没有。"),
    "contacted": ("已与双方通话，约定后天上午到调解室见面。", "申请人在外务工，约定周末视频沟通。"),
    "suspended": ("双方同意先委托鉴定，鉴定期间中止。", "等待评估机构出具损失评估报告。"),
    "resumed": ("鉴定意见已送达双方，恢复调解。",),
    "extended": ("还差最后一项数额未谈拢，双方同意延长。",),
    "joint-requested": ("涉及欠薪和工程款，申请与住建、人社部门联合调解。", "请辖区民警和村干部一同到场。"),
    "other": ("一方被另案采取强制措施，客观上无法继续调解。", "争议标的已由行政机关先行处理完毕。"),
}
FACTS = ("双方对事情发生的时间和地点没有争议。", "双方认可已经支付的数额。", "双方认可现场照片的真实性。")
COST_CONDUCT = "被申请人两次无故不到场，并有意拖延提交材料。"
ONCE = ("too-far-apart", "refused-to-sign")
SETTLED = ("agreed", "settled-withdrawn")
FINAL_SHORTFALL = ("unwilling", "too-far-apart", "expired", "refused-to-sign")


def draw(rng: random.Random, shares: dict[str, int]) -> str:
    """One word of a table of shares."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]


class Practice:
    """One process's mediators: decides, with chance, the next step of a case."""

    def __init__(self, pb: SimpleNamespace, rng: random.Random, speed: float) -> None:
        self.pb, self.rng, self.speed = pb, rng, speed

    def pause(self, least: float, most: float) -> float:
        """Seconds that pass before the next step."""
        return self.rng.uniform(least, most) / self.speed

    def text(self, key: str) -> str:
        return self.rng.choice(TEXTS[key])

    def declines(self) -> bool:
        return self.rng.random() < DECLINES

    def decline(self) -> tuple[str, object]:
        reason = draw(self.rng, DECLINE_REASONS)
        message = self.pb.Decline(reason=self._number("DECLINE_REASON", reason))
        if reason == "other":
            message.text = self.text("decline")
        return reason, message

    def progress(self, referral: object, finish_by_ms: int) -> list[tuple[str, object]]:
        """The steps before the end: mostly none or one; a suspension is followed by its resumption."""
        if self.rng.random() < 0.6:
            return []
        kind = draw(self.rng, PROGRESS)
        if kind == "extended" and (referral.channel != self.pb.CHANNEL_COURT or referral.reply_by):
            kind = "contacted"      # elsewhere the law, or the agency's own day, bounds what the parties may agree on
        kinds = [kind, "resumed"] if kind == "suspended" else [kind]
        return [(kind, self._progress(kind, finish_by_ms)) for kind in kinds]

    def _progress(self, kind: str, finish_by_ms: int) -> object:
        message = self.pb.Progress(kind=self._number("PROGRESS_KIND", kind), text=self.text(kind))
        if kind == "suspended":
            message.suspension = self.pb.SUSPENSION_REASON_APPRAISAL
        if kind == "extended":
            finish_by = datetime.datetime.fromtimestamp(finish_by_ms / 1000, SHANGHAI).date()
            message.until = (finish_by + datetime.timedelta(days=self.rng.randrange(10, 30))).isoformat()
        return message

    def conclude(self, referral: object) -> tuple[str, object]:
        """How it ends, with every item that end requires."""
        kind = draw(self.rng, CONCLUSIONS)
        if referral.channel == self.pb.CHANNEL_POLICE and kind in ONCE:
            kind = "unwilling"      # a first failure would wait for the police, for longer than this runs
        message = self.pb.Conclude(conclusion=self._number("CONCLUSION", kind))
        if kind == "agreed":
            self._agreement(message, referral)
        if kind == "other" or (kind not in SETTLED and referral.channel == self.pb.CHANNEL_COURT):
            message.text = self.text("other")
        if kind in FINAL_SHORTFALL and referral.channel == self.pb.CHANNEL_COURT:
            message.undisputed_facts.extend(self.rng.sample(FACTS, 2))
            if self.rng.random() < 0.2:
                message.cost_conduct = COST_CONDUCT
        return kind, message

    def _agreement(self, message: object, referral: object) -> None:
        kinds = {"written": 80, "oral-recorded": 20}
        if referral.channel == self.pb.CHANNEL_COURT:
            kinds = {"written": 75, "oral-recorded": 15, "court-document": 10}
        if referral.channel == self.pb.CHANNEL_PROCURATORATE and referral.offence:
            kinds = {"criminal-settlement": 100}
        message.agreement_kind = self._number("AGREEMENT_KIND", draw(self.rng, kinds))
        if referral.claim.amount_minor:
            share = self.rng.randrange(40, 101)
            message.agreement_minor = referral.claim.amount_minor * share // 100
            message.currency = referral.claim.currency

    def follow_up(self) -> list[tuple[str, object]]:
        """What became of an agreement; for some nothing is heard of yet."""
        if self.rng.random() < 0.3:
            return []
        kinds = [draw(self.rng, FOLLOW_UPS)]
        if kinds == ["confirmation-applied"]:
            kinds.append(draw(self.rng, JUDGED))
        return [(kind, self.pb.FollowUp(kind=self._number("FOLLOW_UP_KIND", kind), on=today().isoformat()))
                for kind in kinds]

    def _number(self, prefix: str, word: str) -> int:
        return getattr(self.pb, f"{prefix}_{word.upper().replace('-', '_')}")
