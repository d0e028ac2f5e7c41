"""The processes of a run: the daemon, and the Python programs whose events are read as they come."""
from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent


class Process:
    """A child in a session of its own, so that Ctrl-C reaches only run.py, with its errors in a log file."""

    def __init__(self, name: str, command: list[object], log: Path, **options: object) -> None:
        self.name, self.log = name, log
        with log.open("ab") as errors:
            self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stderr=errors,
                                          start_new_session=True, **options)

    def running(self) -> bool:
        return self.child.poll() is None

    def signal(self, number: int) -> None:
        if self.running():
            self.child.send_signal(number)

    def stop(self, patience: float) -> int:
        """SIGTERM, and after `patience` seconds SIGKILL; the exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Daemon(Process):
    """referrald."""

    def __init__(self, program: Path, config: Path, log: Path, metrics: str) -> None:
        with log.with_suffix(".out").open("ab") as output:
            super().__init__("referrald", [program, "-c", config], log, stdout=output)
        self.metrics = metrics

    def wait_ready(self, patience: float) -> None:
        """Until /readyz says so; ends the run when the daemon gives up."""
        end = time.monotonic() + patience
        while time.monotonic() < end and self.running():
            try:
                with urllib.request.urlopen(f"http://{self.metrics}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise SystemExit(f"run.py: referrald is not ready:\n{self.tail()}")


class Program(Process):
    """sender.py or receiver.py. Its events go into a queue; its latest `stats` are kept."""

    def __init__(self, name: str, script: str, arguments: list[object], log: Path, events: queue.Queue) -> None:
        super().__init__(name, [sys.executable, HERE / script, *arguments], log, stdout=subprocess.PIPE)
        self.events = events
        self.stats: dict = {}
        self.stats_at = 0.0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.child.stdout:
            event = json.loads(line)
            if event["event"] == "stats":
                self.stats, self.stats_at = event, time.monotonic()
            else:
                self.events.put(event)
