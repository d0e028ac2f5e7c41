"""The directory a run works in: its own configuration, keys, generated code and ledgers.

    WORK/config/    a copy of the configuration, with free ports, its own database and keys
    WORK/clients/   the secret keys of the agencies and receivers that take part
    WORK/pb/        Python made from proto/ by protoc
    WORK/pg/        the private PostgreSQL (kept between runs; its database is made anew)
    WORK/ledger/    what each process did and was told
    WORK/log/       what each process wrote on its standard error
"""
from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

USER = DATABASE = "referrald"
SOCKET_LIMIT = 90       # characters: a Unix socket's path must stay under 108 bytes


def must(command: list[object], what: str) -> str:
    """Run a command that has to succeed; its output."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"run.py: {what} failed:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def free_ports(count: int) -> list[int]:
    """TCP ports of the loopback interface that nobody uses now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def set_values(text: str, values: dict[str, dict[str, str]]) -> str:
    """The same YAML with other values for some keys: {section: {key: value}}. Missing ones are added."""
    lines, section, left = [], "", {name: dict(keys) for name, keys in values.items()}

    def finish() -> None:
        lines.extend(f"  {key}: {value}" for key, value in left.pop(section, {}).items())

    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            finish()
            section = line.partition(":")[0]
        key = line.strip().partition(":")[0]
        if line.startswith(" ") and key in left.get(section, {}):
            line = f"  {key}: {left[section].pop(key)}"
        lines.append(line)
    finish()
    for section in list(left):
        lines.append(f"{section}:")
        finish()
    return "\n".join(lines) + "\n"


class Workspace:
    """Everything below one directory."""

    def __init__(self, work: Path, build: Path, proto: Path) -> None:
        self.work, self.build, self.proto = work.resolve(), build.resolve(), proto.resolve()
        self.config, self.clients = self.work / "config", self.work / "clients"
        self.pb, self.pg = self.work / "pb", self.work / "pg"
        self.ledgers, self.logs = self.work / "ledger", self.work / "log"
        self.daemon, self.ctl = self.build / "referrald", self.build / "referralctl"

    def prepare(self, source: Path) -> None:
        """Empty what a run makes anew, copy the configuration, generate the Python code."""
        for directory in (self.config, self.clients, self.pb, self.ledgers, self.logs):
            shutil.rmtree(directory, ignore_errors=True)
        for directory in (self.clients, self.pb, self.ledgers, self.logs):
            directory.mkdir(parents=True)
        shutil.copytree(source, self.config)
        must(["protoc", "-I", self.proto, f"--python_out={self.pb}",
              *sorted(self.proto.glob("referral/v1/*.proto"))], "protoc")

    def configure(self, conninfo: str) -> None:
        """Point referrald.yaml at this run's ports, keys and database."""
        agencies, organisations, metrics = free_ports(3)
        self.agencies = f"tcp://127.0.0.1:{agencies}"
        self.organisations = f"tcp://127.0.0.1:{organisations}"
        self.metrics = f"127.0.0.1:{metrics}"
        self.control = self.work / "control.sock"
        if len(str(self.control)) > SOCKET_LIMIT:
            self.control = Path(tempfile.mkdtemp(prefix="referrald-")) / "control.sock"
        path = self.config / "referrald.yaml"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(set_values(text, {
            "listen": {"agencies": self.agencies, "organisations": self.organisations,
                       "control": f"ipc://{self.control}", "metrics": self.metrics},
            "keys": {"router": "keys/router.key", "personal": "keys/personal.keys", "peers": "keys/peers"},
            "database": {"conninfo": f'"{conninfo}"'},
        }), encoding="utf-8")

    def make_router_keys(self) -> None:
        """The router's own key pair and the key that seals personal data."""
        keys = self.config / "keys"
        (keys / "peers").mkdir(parents=True, exist_ok=True)
        must([self.ctl, "peer", "keygen", "--out", keys, "router"], "referralctl peer keygen")
        must([self.ctl, "keys", "personal", "--out", keys / "personal.keys"], "referralctl keys personal")

    def peers(self) -> list[dict]:
        """Everyone on the list: {"id", "kind", "channel", "region", "organisations", ...}."""
        return json.loads(must([self.ctl, "peer", "list", "--json", "-c", self.config],
                               "referralctl peer list"))["peers"]

    def enrol(self, names: list[str]) -> None:
        """A key pair for each: the secret one for its client, the public one for the router."""
        for name in names:
            must([self.ctl, "peer", "keygen", "--out", self.clients, name], "referralctl peer keygen")
            shutil.move(self.clients / f"{name}.pub", self.config / "keys" / "peers" / f"{name}.pub")

    @property
    def router_key(self) -> Path:
        return self.config / "keys" / "router.pub"
