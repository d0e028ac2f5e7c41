"""One authenticated connection to the router: a ZeroMQ DEALER over CURVE."""
from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import zmq


def read_key(path: Path) -> bytes:
    """The Z85 text of a key file (one line)."""
    return path.read_text(encoding="ascii").strip().encode("ascii")


class Dealer:
    """Sends ClientMessages and yields ServerMessages; knows nothing of what they mean."""

    def __init__(self, context: zmq.Context, pb: SimpleNamespace, endpoint: str, router_key: bytes,
                 secret: bytes) -> None:
        self.pb = pb
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self.socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
        self.socket.curve_serverkey = router_key
        self.socket.curve_secretkey = secret
        self.socket.curve_publickey = zmq.curve_public(secret)
        self.socket.connect(endpoint)

    def send(self, message: bytes) -> None:
        """Queue one serialised ClientMessage. When the queue is full it is left to the sender's resend."""
        try:
            self.socket.send_multipart([b"", message], flags=zmq.NOBLOCK)
        except zmq.Again:
            pass

    def receive(self) -> list[object]:
        """All ServerMessages that have arrived."""
        messages = []
        while True:
            try:
                frames = self.socket.recv_multipart(flags=zmq.NOBLOCK)
            except zmq.Again:
                return messages
            if len(frames) != 2 or frames[0]:
                raise ValueError(f"the router sent {len(frames)} frames, not a delimiter and one message")
            messages.append(self.pb.ServerMessage.FromString(frames[1]))

    def close(self) -> None:
        self.socket.close()
