"""A sender nobody registered: CURVE must never let it in."""
from __future__ import annotations

from types import SimpleNamespace

import zmq
from zmq.utils.monitor import recv_monitor_message

from dealer import Dealer
from ledger import Ledger
from loop import Loop
from wire import VERSION


class Stranger:
    """Knocks with a fresh key every time it is told to, and records whether a door ever opened."""

    def __init__(self, context: zmq.Context, pb: SimpleNamespace, endpoint: str, router_key: bytes,
                 ledger: Ledger, loop: Loop) -> None:
        self.context, self.pb, self.endpoint, self.router_key = context, pb, endpoint, router_key
        self.ledger, self.loop = ledger, loop
        self.dealer: Dealer | None = None
        self.knocks = self.admitted = 0

    def knock(self) -> None:
        """Give up the last attempt and start one with another key."""
        self._leave()
        self.knocks += 1
        self.dealer = Dealer(self.context, self.pb, self.endpoint, self.router_key, zmq.curve_keypair()[1])
        self.monitor = self.dealer.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        self.loop.watch(self.monitor, self._admitted)
        self.loop.watch(self.dealer.socket, self._answered)
        message = self.pb.ClientMessage(version=VERSION, request_id=f"stranger-{self.knocks}")
        message.ping.SetInParent()
        self.dealer.send(message.SerializeToString())

    def _admitted(self) -> None:
        recv_monitor_message(self.monitor)
        self.admitted += 1

    def _answered(self) -> None:
        self.admitted += len(self.dealer.receive())

    def _leave(self) -> None:
        if self.dealer is None:
            return
        self.loop.forget(self.monitor)
        self.loop.forget(self.dealer.socket)
        self.dealer.socket.disable_monitor()
        self.dealer.close()
        self.dealer = None

    def conclude(self) -> None:
        """Record how it went."""
        self._leave()
        self.ledger.write("stranger", knocks=self.knocks, admitted=self.admitted)
