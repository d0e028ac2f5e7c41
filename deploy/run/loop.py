"""One process's event loop: sockets, timers and the two signals that end it gently."""
from __future__ import annotations

import heapq
import itertools
import signal
import time
from typing import Callable

import zmq


class Loop:
    """Calls a handler for each readable socket and each timer that is due.

    SIGUSR1 asks for no new traffic (`draining`), SIGTERM for the end (`stopped`). SIGINT is left to the parent.
    """

    def __init__(self) -> None:
        self.draining = False
        self.stopped = False
        self._poller = zmq.Poller()
        self._handlers: dict[object, Callable[[], None]] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        signal.signal(signal.SIGUSR1, self._drain)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _drain(self, *_: object) -> None:
        self.draining = True

    def _stop(self, *_: object) -> None:
        self.stopped = True

    def watch(self, socket: zmq.Socket, handler: Callable[[], None]) -> None:
        """Call `handler` whenever `socket` can be read."""
        self._handlers[socket] = handler
        self._poller.register(socket, zmq.POLLIN)

    def forget(self, socket: zmq.Socket) -> None:
        self._handlers.pop(socket)
        self._poller.unregister(socket)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` once, `seconds` from now."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), action))

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` now and again."""
        def again() -> None:
            action()
            self.after(seconds, again)
        self.after(seconds, again)

    def run(self) -> None:
        """Until SIGTERM."""
        while not self.stopped:
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2]()
            wait = self._timers[0][0] - time.monotonic() if self._timers else 1.0
            for socket, _ in self._poller.poll(max(0, min(1.0, wait)) * 1000):
                if socket in self._handlers:
                    self._handlers[socket]()
