#!/usr/bin/python3
"""All agencies of one channel, as one process.

Sends the channel's stories of referrals.jsonl over and over, each time in other detail, in batches of one
to eight; among them exact repeats, contradictions, mistakes of every kind, and a connection with a key
nobody registered. Follows every agency's journal. Everything it sends and hears goes into its ledger.

SIGUSR1: no new traffic, see the open requests through, keep following. SIGTERM: end.
"""
from __future__ import annotations

import argparse
import itertools
import random
from pathlib import Path

import zmq

import stories
import wire
from agency import Agency
from dealer import Dealer, read_key
from ledger import Ledger, tell
from loop import Loop
from mistakes import Spoiler, spoil, whole_message
from regions import Regions
from outbox import Item
from stranger import Stranger

BATCHES = (1, 1, 1, 1, 2, 2, 3, 5, 8)
REPEATS, CONTRADICTIONS, MISTAKES = 0.06, 0.03, 0.07    # shares of what is sent
WHOLE_MISTAKES = 0.02                                   # for each batch
SUPPLEMENTS, QUERIES, WITHDRAWALS = 0.03, 0.04, 0.01    # for each batch
OPEN_REQUESTS = 4                                       # at most, for each agency

SUPPLEMENT_TEXTS = ("补充现场照片三张，原件由申请人保管。", "申请人更换了联系电话，以后以新号码为准。",
                    "双方昨日通话后，申请人愿把金额再降一成。", "补充银行转账记录一份，金额与借条一致。")
WITHDRAW_REASONS = ("当事人已自行和好，申请撤回。", "同一纠纷已由另一机关受理，撤回本件。")


class Sender:
    """Decides what the channel's agencies send next."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.pb = wire.load(options.proto_path)
        self.rng = random.Random(f"{options.seed}-{options.channel}")
        self.regions = Regions(options.config)
        self.categories = stories.category_names(options.config)
        self.ledger = Ledger(options.ledger)
        self.loop = Loop()
        self.numbers = itertools.count(1)
        self.submitted = 0
        self.budget = 0.0
        self.agencies: dict[str, Agency] = {}
        self.queue: list[dict] = []
        self.stories = stories.read_stories(options.stories, options.channel)
        self.connect()

    def connect(self) -> None:
        """One DEALER for each agency that occurs, and one stranger."""
        context, options = zmq.Context(), self.options
        context.set(zmq.MAX_SOCKETS, 4096)
        router_key = read_key(options.router_key)
        for name in sorted({story["agency"] for story in self.stories}):
            dealer = Dealer(context, self.pb, options.endpoint, router_key, read_key(options.keys / f"{name}.key"))
            agency = Agency(self.pb, name, dealer, self.ledger)
            self.agencies[name] = agency
            self.loop.watch(dealer.socket, agency.receive)
        self.stranger = Stranger(context, self.pb, options.endpoint, router_key, self.ledger, self.loop)

    def run(self) -> None:
        self.loop.every(0.05, self.pace)
        self.loop.every(0.5, self.look_after)
        self.loop.every(5.0, self.stranger.knock)
        self.loop.run()
        self.stranger.conclude()

    def pace(self) -> None:
        """Send as many referrals as the rate allows by now."""
        if self.loop.draining:
            return
        self.budget = min(self.budget + 0.05 * self.options.rate, 8 + 0.1 * self.options.rate)
        while self.budget >= 1:
            self.budget -= self.send_batch()

    def look_after(self) -> None:
        """Resend, keep the journals flowing, report."""
        for agency in self.agencies.values():
            agency.resend()
            agency.follower.ask()
        tell("stats", channel=self.options.channel, submitted=self.submitted,
             open=sum(len(agency.open) + agency.follower.behind() for agency in self.agencies.values()),
             entries=sum(agency.follower.seq for agency in self.agencies.values()))

    def next_story(self) -> dict:
        """Every story once, in random order, before any comes again."""
        if not self.queue:
            self.queue = list(self.stories)
            self.rng.shuffle(self.queue)
        return self.queue.pop()

    def send_batch(self) -> int:
        """One Submit of one agency, and now and then something beside it; how many items it had."""
        story = self.next_story()
        agency = self.agencies[story["agency"]]
        if len(agency.open) >= OPEN_REQUESTS:
            return 1
        own = [other for other in self.stories if other["agency"] == agency.name]
        size = self.rng.choice(BATCHES)
        items = [self.item(agency, story if i == 0 else self.rng.choice(own)) for i in range(size)]
        agency.submit(items)
        self.submitted += sum(item.expect == "final" for item in items)
        self.beside(agency, story)
        return size

    def item(self, agency: Agency, story: dict) -> Item:
        """A new referral as a rule; sometimes a repeat, a contradiction or a mistake."""
        chance = self.rng.random()
        if agency.settled and chance < REPEATS:
            first = self.rng.choice(agency.settled)
            return Item(next(self.numbers), agency.name, first.ref, first.content, "duplicate", first=first)
        number = next(self.numbers)
        ref = f"{stories.today().year}-{self.options.channel[:3]}-{number:06d}"
        if agency.settled and chance < REPEATS + CONTRADICTIONS:
            first = self.rng.choice(agency.settled)
            other = stories.referral(self.pb, story, first.ref, self.regions, self.rng)
            other.summary += "（更正）"
            return Item(number, agency.name, first.ref, other.SerializeToString(), "conflict", first=first)
        message = stories.referral(self.pb, story, ref, self.regions, self.rng)
        if chance > 1 - MISTAKES:
            _, content, code = spoil(self.spoiler(agency), message)
            return Item(number, agency.name, ref, content, "fault", code=code)
        return Item(number, agency.name, ref, message.SerializeToString(), "final", title=stories.title(story, self.categories))

    def spoiler(self, agency: Agency) -> Spoiler:
        return Spoiler(self.pb, self.regions, agency.name.rpartition("-")[2], self.rng)

    def beside(self, agency: Agency, story: dict) -> None:
        """Now and then a supplement, a query, a withdrawal, or a message that is wrong as a whole."""
        if agency.settled and self.rng.random() < SUPPLEMENTS:
            item = self.rng.choice(agency.settled)
            agency.step("supplement", self.pb.Supplement(agency_ref=item.ref, supplement_ref=f"S{next(self.numbers)}",
                                                         summary=self.rng.choice(SUPPLEMENT_TEXTS)), item)
        if agency.settled and self.rng.random() < QUERIES:
            item = self.rng.choice(agency.settled)
            agency.step("query", self.pb.Query(agency_ref=item.ref), item)
        if agency.settled and self.rng.random() < WITHDRAWALS:
            item = self.rng.choice(agency.settled)
            agency.step("withdraw", self.pb.Withdraw(agency_ref=item.ref,
                                                     reason=self.rng.choice(WITHDRAW_REASONS)), item)
        if self.rng.random() < WHOLE_MISTAKES and agency.garbage is None:
            request_id = agency.request_id()
            content = stories.referral(self.pb, story, request_id, self.regions, self.rng).SerializeToString()
            agency.mistake(request_id, *whole_message(self.spoiler(agency), request_id, content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channel", required=True)
    parser.add_argument("--endpoint", required=True, help="the router's agency endpoint")
    parser.add_argument("--router-key", required=True, type=Path, help="the router's public key file")
    parser.add_argument("--keys", required=True, type=Path, help="directory of the agencies' secret keys")
    parser.add_argument("--config", required=True, type=Path, help="configuration directory, for the region codes")
    parser.add_argument("--stories", required=True, type=Path)
    parser.add_argument("--proto-path", required=True, help="directory of the generated protobuf code")
    parser.add_argument("--ledger", required=True, type=Path)
    parser.add_argument("--rate", type=float, default=8.0, help="referrals a second")
    parser.add_argument("--seed", default="1")
    Sender(parser.parse_args()).run()


if __name__ == "__main__":
    main()
