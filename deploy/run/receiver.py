#!/usr/bin/python3
"""Many receivers, hubs and organisations, as one process.

Each has its own key and connection. They take what they are offered, decline some, report progress, conclude
with one of the eight end reasons, and follow some agreements up. Everything goes into the ledger.

SIGTERM: end.
"""
from __future__ import annotations

import argparse
import random
from pathlib import Path

import zmq

import wire
from dealer import Dealer, read_key
from ledger import Ledger, tell
from loop import Loop
from peer import Peer
from practice import Practice


class Receivers:
    """All receivers of this process."""

    def __init__(self, options: argparse.Namespace) -> None:
        pb = wire.load(options.proto_path)
        context = zmq.Context()
        context.set(zmq.MAX_SOCKETS, 4096)
        router_key = read_key(options.router_key)
        practice = Practice(pb, random.Random(f"{options.seed}-{options.name}"), options.speed)
        ledger = Ledger(options.ledger)
        self.name = options.name
        self.loop = Loop()
        self.peers: list[Peer] = []
        for name in options.peers.read_text(encoding="utf-8").split():
            dealer = Dealer(context, pb, options.endpoint, router_key, read_key(options.keys / f"{name}.key"))
            peer = Peer(pb, name, dealer, ledger, self.loop, practice, options.credit)
            self.peers.append(peer)
            self.loop.watch(dealer.socket, peer.receive)

    def run(self) -> None:
        self.loop.every(0.25, self.look_after)
        self.loop.every(0.5, self.report)
        self.loop.run()

    def look_after(self) -> None:
        for peer in self.peers:
            peer.look_after()

    def report(self) -> None:
        tell("stats", receivers=self.name, welcome=sum(peer.welcome for peer in self.peers), peers=len(self.peers),
             open=sum(len(peer.cases) for peer in self.peers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="name of this process in what it reports")
    parser.add_argument("--endpoint", required=True, help="the router's organisation endpoint")
    parser.add_argument("--router-key", required=True, type=Path, help="the router's public key file")
    parser.add_argument("--keys", required=True, type=Path, help="directory of the receivers' secret keys")
    parser.add_argument("--peers", required=True, type=Path, help="file with the receivers' ids, one a line")
    parser.add_argument("--proto-path", required=True, help="directory of the generated protobuf code")
    parser.add_argument("--ledger", required=True, type=Path)
    parser.add_argument("--credit", type=int, default=200)
    parser.add_argument("--speed", type=float, default=1.0, help="2 halves all the mediators' pauses")
    parser.add_argument("--seed", default="1")
    Receivers(parser.parse_args()).run()


if __name__ == "__main__":
    main()
