#!/usr/bin/python3
"""The whole router on this machine, with a private PostgreSQL and real traffic; what `make run` runs.

Starts PostgreSQL, referrald, one sender for each channel and two receivers, shows referrals as they flow, and
ends on Ctrl-C or after --seconds: stops new traffic, lets what is under way finish, stops everything, and counts.
Each run begins with an empty database. Its very last line is

  run: submitted=N receipted=N stored=N assigned=N manual=N refused=N accepted=N concluded=N feedback=N lost=N

  submitted  different valid referrals that senders handed over (repeats, contradictions and mistakes not counted)
  receipted  of these, how many got a final receipt: committed as assigned, manual or refused by rule
  stored     of these, how many are in the database
  assigned   receipts that name an organisation
  manual     receipts that say it waits for a person to place it
  refused    receipts that say a rule refuses it, with the reason
  accepted   referrals that an organisation accepted, and had that confirmed
  concluded  referrals that have ended with one of the eight end reasons, in the database
  feedback   of these, how many the agency has read in its own journal
  lost       contradictions of any kind, each explained above the line: a referral without its receipt, a receipt
             without its referral, a repeat with another answer, a broken journal, an assignment or a confirmed
             answer the database does not know, a stranger let in, personal data in the log, ...

The exit status is 0 when nothing was lost, else 1.
"""
from __future__ import annotations

import argparse
import fcntl
import json
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path

import leaks
from database import Database, rows
from flow import CHANNELS, Flow
from processes import HERE, Daemon, Program
from regions import Regions
from workspace import DATABASE, USER, Workspace, must

ROOT = HERE.parent.parent
STORIES = HERE / "referrals.jsonl"
OPEN_SQL = ("SELECT (SELECT count(*) FROM referral.docket WHERE state IN (1, 2, 3)),"
            " (SELECT coalesce(sum(seq), 0) FROM referral.chain)")


class Ended(Exception):
    """A process of the run has ended that should not have."""


class Run:
    """One run from beginning to end."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.space = Workspace(options.work, options.build, ROOT / "proto")
        self.database = Database(self.space.pg)
        self.events: queue.Queue = queue.Queue()
        self.daemon: Daemon | None = None
        self.senders: list[Program] = []
        self.receivers: list[Program] = []
        self.interrupted = False
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._interrupt)

    def _interrupt(self, *_: object) -> None:
        """The first Ctrl-C ends gently, the second at once."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True

    # beginning

    def start(self) -> None:
        say("starting PostgreSQL, making keys")
        self.space.prepare(self.options.config)
        self.database.start()
        self.conninfo = self.database.renew(DATABASE, USER)
        self.space.configure(self.conninfo)
        self.space.make_router_keys()
        agencies, hubs, others = self.choose_peers()
        self.space.enrol([*agencies, *hubs, *others])
        must([self.space.daemon, "migrate", "-c", self.space.config], "referrald migrate")
        self.daemon = Daemon(self.space.daemon, self.space.config, self.space.logs / "referrald.log",
                             self.space.metrics)
        self.daemon.wait_ready(60)
        say(f"referrald is ready: agencies {self.space.agencies}, organisations {self.space.organisations}, "
            f"metrics http://{self.space.metrics}/metrics")
        self.receivers = [self.receiver("hubs", hubs), self.receiver("systems", others)]
        self.wait_welcome(30)
        self.senders = [self.sender(channel) for channel in CHANNELS]
        self.screen = Flow(Regions(self.space.config))
        say(f"{len(agencies)} agencies send to {len(hubs)} hubs and {len(others)} organisations with systems of "
            f"their own; Ctrl-C ends")

    def choose_peers(self) -> tuple[list[str], list[str], list[str]]:
        """The agencies that occur in the stories; all hubs; all other receivers."""
        with STORIES.open(encoding="utf-8") as file:
            agencies = sorted({json.loads(line)["agency"] for line in file})
        peers = self.space.peers()
        unknown = set(agencies) - {peer["id"] for peer in peers if peer["kind"] == "agency"}
        if unknown:
            raise SystemExit(f"run.py: not in config/peers: {', '.join(sorted(unknown))}")
        receivers = [peer["id"] for peer in peers if peer["kind"] == "receiver"]
        return (agencies, [name for name in receivers if name.startswith("hub-")],
                [name for name in receivers if not name.startswith("hub-")])

    def common(self, name: str, endpoint: str) -> list[object]:
        space = self.space
        return ["--endpoint", endpoint, "--router-key", space.router_key, "--keys", space.clients,
                "--proto-path", space.pb, "--ledger", space.ledgers / f"{name}.jsonl", "--seed", self.options.seed]

    def receiver(self, name: str, peers: list[str]) -> Program:
        listing = self.space.work / f"{name}.peers"
        listing.write_text("\n".join(peers), encoding="utf-8")
        return Program(name, "receiver.py",
                       ["--name", name, "--peers", listing, *self.common(name, self.space.organisations)],
                       self.space.logs / f"{name}.log", self.events)

    def sender(self, channel: str) -> Program:
        return Program(channel, "sender.py",
                       ["--channel", channel, "--config", self.space.config, "--stories", STORIES,
                        "--rate", self.options.rate / len(CHANNELS), *self.common(channel, self.space.agencies)],
                       self.space.logs / f"{channel}.log", self.events)

    def wait_welcome(self, patience: float) -> None:
        """Until every receiver has its session."""
        end = time.monotonic() + patience
        while time.monotonic() < end and not self.interrupted:
            self.check_alive()
            if all(r.stats and r.stats["welcome"] == r.stats["peers"] for r in self.receivers):
                return
            time.sleep(0.1)
        greeted = sum(r.stats.get("welcome", 0) for r in self.receivers)
        say(f"only {greeted} receivers have a session so far; going on")

    # the middle

    def flow(self) -> None:
        """Show the traffic until it is time to end."""
        end = time.monotonic() + self.options.seconds if self.options.seconds else float("inf")
        while time.monotonic() < end and not self.interrupted:
            self.check_alive()
            self.show(0.2)

    def show(self, seconds: float) -> None:
        """Show events as they come for that long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.screen.event(self.events.get(timeout=left))
            except queue.Empty:
                return

    def check_alive(self) -> None:
        for process in [self.daemon, *self.senders, *self.receivers]:
            if process and not process.running():
                raise Ended(f"{process.name} ended by itself (status {process.child.returncode}):\n{process.tail()}")

    def work(self) -> int:
        """The traffic, to its end; 1 when a process broke off before that, else 0."""
        try:
            self.flow()
            self.drain()
        except Ended as broken:
            say(str(broken))
            return 1
        return 0

    # the end

    def drain(self) -> None:
        """No new traffic; wait until nothing is under way and every journal has been read to its end."""
        say("no new traffic; waiting for what is under way")
        for sender in self.senders:
            sender.signal(signal.SIGUSR1)
        asked = time.monotonic()
        end = asked + self.options.drain
        while time.monotonic() < end:
            self.check_alive()
            self.show(0.5)
            if self.quiet(asked):
                return
        say("not everything came to its end in time")

    def quiet(self, since: float) -> bool:
        """No open request, no open referral, no step to come, no entry unread, all by reports newer than `since`."""
        everyone = self.senders + self.receivers
        if any(p.stats_at < since + 1 or p.stats["open"] for p in everyone):
            return False
        opened, entries = (int(value) for value in rows(self.conninfo, OPEN_SQL)[0])
        return opened == 0 and sum(sender.stats["entries"] for sender in self.senders) == entries

    def stop(self) -> int:
        """Stop everyone, senders first; how many ended badly."""
        bad = 0
        processes = [process for process in (*self.senders, *self.receivers, self.daemon) if process]
        self.senders, self.receivers, self.daemon = [], [], None
        for process in processes:
            if process.stop(20):
                say(f"{process.name} ended with status {process.child.returncode}:\n{process.tail()}")
                bad += 1
        return bad

    def verdict(self, bad: int) -> int:
        """The oracle's complaints, then the last line; the exit status."""
        ledgers = sorted(self.space.ledgers.glob("*.jsonl"))
        oracle = subprocess.run([sys.executable, HERE / "oracle.py", "--conninfo", self.conninfo, *ledgers],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if oracle.returncode not in (0, 1) or not oracle.stdout:
            raise SystemExit(f"run.py: the oracle failed:\n{oracle.stderr}")
        numbers = json.loads(oracle.stdout)
        leaked = leaks.find(STORIES, self.space.logs.glob("referrald.*"))
        for text in [*oracle.stderr.splitlines(), *leaked]:
            print(f"lost: {text}")
        numbers["lost"] += len(leaked) + bad
        print("run: " + " ".join(f"{name}={value}" for name, value in numbers.items()), flush=True)
        return 1 if numbers["lost"] else 0


def say(text: str) -> None:
    print(f"run: {text}", flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="where referrald and referralctl are")
    parser.add_argument("--work", type=Path, default=ROOT / "build/run", help="directory of this run")
    parser.add_argument("--config", type=Path, default=ROOT / "config", help="configuration to start from")
    parser.add_argument("--seconds", type=float, default=0, help="end by itself after so long (default: Ctrl-C)")
    parser.add_argument("--drain", type=float, default=60, help="at most so long for what is under way at the end")
    parser.add_argument("--rate", type=float, default=40, help="referrals a second, over all channels (default 40)")
    parser.add_argument("--seed", default="1", help="of everything that is left to chance")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    chosen.work.mkdir(parents=True, exist_ok=True)
    with (chosen.work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"run.py: another run is using {chosen.work}")
        run = Run(chosen)
        try:
            run.start()
            early = run.work()
            return run.verdict(early + run.stop())
        finally:
            run.stop()
            run.database.stop()


if __name__ == "__main__":
    sys.exit(main())
