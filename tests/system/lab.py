"""A router of one's own: private database, keys, configuration, daemon process; all gone afterwards.

A Lab owns a directory. Its PostgreSQL is either the test run's server (REFERRAL_TEST_CONNINFO; every lab makes a
database of its own there) or, for tests that kill it, a server of its own.
"""
from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("REFERRAL_TEST_BUILD", ROOT / "build" / "asan"))
POSTGRES = ROOT / "deploy" / "run" / "postgres.sh"
SMALL = Path(__file__).parent / "config"
TABLES = ("chain", "submission", "referral", "docket", "decision", "assignment", "journal", "note", "supplement",
          "quarantine")
_numbers = itertools.count(1)


def run(command: list[object], **options: object) -> str:
    """A command that has to succeed; what it printed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          **options)
    if done.returncode:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def psql(conninfo: str, sql: str) -> list[list[str]]:
    """The rows of a statement, every value as text."""
    text = run(["psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", sql])
    return [line.split("\t") for line in text.splitlines()]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Postgres:
    """A server of one's own, to be killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.start()

    def start(self) -> None:
        run(["bash", POSTGRES, "start", self.directory])

    def crash(self) -> None:
        run(["bash", POSTGRES, "stop", self.directory, "immediate"])

    def settings(self, **values: str) -> None:
        """Server settings that come into force at the next start; they win over those of postgres.sh."""
        text = "".join(f"{name} = {value}\n" for name, value in values.items())
        (self.directory / "data" / "conf.d" / "zz-test.conf").write_text(text, encoding="utf-8")

    def log_text(self) -> str:
        return (self.directory / "data" / "server.log").read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        self.crash()
        for name in ("data", "socket"):
            shutil.rmtree((self.directory / name).resolve(), ignore_errors=True)

    def conninfo(self, name: str = "postgres", user: str = "postgres") -> str:
        return run(["bash", POSTGRES, "conninfo", self.directory, name, user]).strip()


class Daemon:
    """One referrald process. Its log is read as it is written, line by line, as JSON."""

    def __init__(self, config: Path, log: Path, environment: dict[str, str] | None = None, words: tuple[str, ...] = ()) -> None:
        self.lines: list[dict] = []
        self.ended = False          # by us, on purpose
        self.arrived = threading.Condition()
        self.child = subprocess.Popen([str(BUILD / "referrald"), "-c", str(config), *words], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                      errors="replace", env={**os.environ, **(environment or {})})
        self.log = log.open("a", encoding="utf-8")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.child.stderr:
            self.log.write(line)
            self.log.flush()
            try:
                parsed = json.loads(line)
            except ValueError:
                parsed = {"event": "raw", "message": line.rstrip("\n")}
            with self.arrived:
                self.lines.append(parsed)
                self.arrived.notify_all()
        with self.arrived:
            self.lines.append({"event": "eof"})
            self.arrived.notify_all()

    def wait_log(self, wanted, patience: float = 30.0, since: int = 0) -> dict:
        """The first line after `since` for which `wanted` (an event name or a predicate) holds."""
        matches = wanted if callable(wanted) else lambda line: line.get("event") == wanted
        end = time.monotonic() + patience
        at = since
        with self.arrived:
            while True:
                while at < len(self.lines):
                    if matches(self.lines[at]):
                        return self.lines[at]
                    if self.lines[at].get("event") == "eof":
                        raise AssertionError(f"referrald ended ({self.child.poll()}); last lines:\n{self.tail()}")
                    at += 1
                if not self.arrived.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise AssertionError(f"no such log line within {patience} s; last lines:\n{self.tail()}")

    def events(self, wanted) -> list[dict]:
        """The lines so far for which `wanted` (an event name or a predicate) holds."""
        matches = wanted if callable(wanted) else lambda line: line.get("event") == wanted
        with self.arrived:
            return [line for line in self.lines if matches(line)]

    def mark(self) -> int:
        """Where the log ends now, to be given to wait_log as `since`."""
        with self.arrived:
            return len(self.lines)

    def tail(self, n: int = 15) -> str:
        return "\n".join(json.dumps(line, ensure_ascii=False) for line in self.lines[-n:])

    def kill(self) -> None:
        self.ended = True
        self.child.kill()
        self.child.wait()
        self.reader.join(10)

    def stop(self, patience: float = 40.0) -> int:
        """SIGTERM; the exit status. A process that does not end is killed, and that is a failure."""
        self.ended = True
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            status = self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"referrald did not end within {patience} s of SIGTERM:\n{self.tail()}")
        self.reader.join(10)
        return status


class Lab:
    """Configuration, keys, database and any number of daemons over it."""

    def __init__(self, directory: Path, config: Path = SMALL, postgres: Postgres | None = None,
                 keepers: int = 2, clock=None) -> None:
        self.directory = directory
        self.clock = clock          # of clock.py, for everything of this lab; None: this machine's
        self.environment = clock.environment if clock else {}
        self.keepers = keepers
        self.config = directory / "config"
        directory.mkdir(parents=True, exist_ok=True)
        self.clients = directory / "clients"
        self.daemons: list[Daemon] = []
        self.database = f"lab_{os.getpid()}_{next(_numbers)}"
        self.postgres = postgres
        self.admin = postgres.conninfo() if postgres else os.environ["REFERRAL_TEST_CONNINFO"]
        shutil.copytree(config, self.config)
        (self.config / "keys" / "peers").mkdir(parents=True)
        self.clients.mkdir()
        psql(self.admin, f"CREATE DATABASE {self.database}")
        self.conninfo = self.admin.replace("dbname=postgres", f"dbname={self.database}")
        self.ctl("peer", "keygen", "--out", self.config / "keys", "router", socket=False)
        self.ctl("keys", "personal", "--out", self.config / "keys" / "personal.keys", socket=False)
        self.router_key = (self.config / "keys" / "router.pub").read_text().strip()
        self.new_endpoints()

    def new_endpoints(self, config: Path | None = None) -> dict[str, str]:
        """Fresh ports into referrald.yaml, and this lab's database."""
        config = config or self.config
        ends = {
            "agencies": f"tcp://127.0.0.1:{free_port()}",
            "organisations": f"tcp://127.0.0.1:{free_port()}",
            "control": f"ipc://{config.parent}/c{next(_numbers)}.sock",
            "metrics": f"127.0.0.1:{free_port()}",
        }
        path = config / "referrald.yaml"
        lines, section = [], ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line[0].isspace():
                section = line.partition(":")[0]
            key = line.strip().partition(":")[0]
            if section == "listen" and key in ends:
                line = f"  {key}: {ends[key]}"
            if section == "database" and key == "conninfo":
                line = f'  conninfo: "{self.conninfo}"'
            if section == "database" and key == "keepers":
                line = f"  keepers: {self.keepers}"
            if section == "log" and key == "format":
                line = "  format: json"
            lines.append(line)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if config == self.config:
            self.ends = ends
        return ends

    def ctl_run(self, *words: object, socket: bool = True, given: str | None = None,
                config: Path | None = None) -> subprocess.CompletedProcess:
        """referralctl with these words: exit status, output, errors."""
        command = [str(BUILD / "referralctl"), *map(str, words)]
        if socket:
            command += ["-c", str(config or self.config)]
        return subprocess.run(command, input=given, stdin=subprocess.DEVNULL if given is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=180,
                              env={**os.environ, **self.environment})

    def ctl(self, *words: object, ok: bool = True, socket: bool = True, config: Path | None = None) -> str:
        """referralctl with these words; its standard output, or with ok=False both outputs."""
        done = self.ctl_run(*words, socket=socket, config=config)
        if ok and done.returncode:
            raise AssertionError(f"{done.args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout if ok else done.stdout + done.stderr

    def ctl_json(self, *words: object, ok: bool = True, config: Path | None = None):
        """What referralctl prints with --json, parsed."""
        done = self.ctl_run(*words, "--json", config=config)
        assert done.returncode == 0 or not ok, f"{done.args} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def enrol(self, *names: str) -> None:
        """A key pair for each; the public one is put where the router looks."""
        for name in names:
            if (self.clients / f"{name}.key").exists():
                continue
            self.ctl("peer", "keygen", "--out", self.clients, name, socket=False)
            shutil.copy(self.clients / f"{name}.pub", self.config / "keys" / "peers" / f"{name}.pub")

    def secret(self, name: str) -> bytes:
        return (self.clients / f"{name}.key").read_text().split()[-1].encode()

    def migrate(self) -> str:
        words = ("--test-clock",) if self.clock else ()
        return run([BUILD / "referrald", "migrate", "-c", self.config, *words], env={**os.environ, **self.environment})

    def edit(self, name: str, old: str, new: str, config: Path | None = None) -> None:
        """One change in a configuration file; `old` must be there."""
        path = (config or self.config) / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def twin(self) -> tuple[Path, dict[str, str]]:
        """A second configuration for the same database, keys and rules, with endpoints of its own."""
        copy = self.directory / f"twin{next(_numbers)}" / "config"
        shutil.copytree(self.config, copy)
        return copy, self.new_endpoints(copy)

    def start(self, wait: bool = True, config: Path | None = None,
              environment: dict[str, str] | None = None) -> Daemon:
        words = ("--test-clock",) if self.clock else ()
        one = Daemon(config or self.config, self.directory / "daemon.log", {**self.environment, **(environment or {})}, words)
        self.daemons.append(one)
        if wait:
            one.wait_log("daemon.ready", 60)
        return one

    @property
    def daemon(self) -> Daemon:
        return self.daemons[-1]

    def http(self, path: str, ends: dict[str, str] | None = None) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{(ends or self.ends)['metrics']}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str) -> float:
        """One sample's value, by its full name with labels."""
        for line in self.http("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        raise AssertionError(f"no metric {name}")

    def sql(self, text: str) -> list[list[str]]:
        return psql(self.conninfo, f"SET search_path = referral; {text}")

    def value(self, text: str) -> str:
        return self.sql(text)[0][0]

    def counts(self) -> dict[str, int]:
        """How many rows each table has that keeps something about referrals."""
        return {name: int(n) for name, n in self.sql(" UNION ALL ".join(
            f"SELECT '{table}', count(*) FROM {table}" for table in TABLES))}

    def log_text(self) -> str:
        """Everything that any daemon of this lab has logged."""
        return (self.directory / "daemon.log").read_text(encoding="utf-8")

    def close(self) -> None:
        """Ends everything. A daemon that reports a sanitizer's finding fails the test that used it."""
        problems = []
        for one in self.daemons:
            if not one.ended:
                status = one.stop()
                if status != 0:
                    problems.append(f"referrald ended with {status}:\n{one.tail(40)}")
            if any("Sanitizer" in line.get("message", "") for line in one.lines if line.get("event") == "raw"):
                problems.append(one.tail(60))
            one.log.close()
        if self.postgres is None:       # one of our own goes away as a whole
            psql(self.admin, f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        assert not problems, "\n".join(problems)


class TableLock:
    """Holds a table so that no transaction gets past it, until released."""

    def __init__(self, lab: Lab, table: str) -> None:
        self.child = subprocess.Popen(["psql", "-XAtq", "-d", lab.conninfo], stdin=subprocess.PIPE,
                                      stdout=subprocess.DEVNULL, text=True)
        self.child.stdin.write(f"BEGIN; LOCK TABLE referral.{table};\n")
        self.child.stdin.flush()
        while lab.value("SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' "
                        f"AND relation = '{table}'::regclass") == "0":
            assert self.child.poll() is None

    def release(self) -> None:
        if self.child.poll() is None:
            self.child.communicate("COMMIT;\n", timeout=60)


class RowsLock(TableLock):
    """Holds all rows of a table: who reads them is not stopped, who wants to change them is."""

    def __init__(self, lab: Lab, table: str) -> None:
        self.child = subprocess.Popen(["psql", "-XAtq", "-d", lab.conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.child.stdin.write(f"BEGIN; SELECT count(*) FROM (SELECT FROM referral.{table} FOR UPDATE) x;\n")
        self.child.stdin.flush()
        assert self.child.stdout.readline().strip().isdigit()


# What happens when something is due and nothing comes (due_event() in daemon/core/lifecycle.c): lapse, overdue, remind,
# overdue, overdue, unfollowed.
EVENTS_OF_DUES = " ".join(f"WHEN {due} THEN {event}" for due, event in ((1, 3), (2, 8), (3, 15), (4, 8), (5, 8), (6, 20)))


class Places:
    """Where things stand in the database, for tests that look behind the wire."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def make_due(self, referral: str) -> None:
        """Whatever is due next for this referral was due a minute ago; and so it stands in its assignment."""
        self.lab.sql("UPDATE docket SET due_at = now() - interval '1 minute', wake_at = now() - interval '1 minute', "
                     f"wake = CASE due_kind {EVENTS_OF_DUES} END WHERE referral = '{referral}'; "
                     "UPDATE assignment SET respond_by = now() - interval '1 minute' "
                     f"WHERE referral = '{referral}' AND status = 1")

    def clocks(self, referral: str):
        """Its clocks as they are kept, read by somebody else's protobuf."""
        from referral.v1 import record_pb2  # made importable by peers.py
        return record_pb2.ClocksRecord.FromString(bytes.fromhex(
            self.lab.value(f"SELECT encode(clocks, 'hex') FROM docket WHERE referral = '{referral}'")))

    def put_clocks(self, referral: str, clocks) -> None:
        self.lab.sql(f"UPDATE docket SET clocks = decode('{clocks.SerializeToString().hex()}', 'hex') "
                     f"WHERE referral = '{referral}'")

    def pass_days(self, referral: str, days: int) -> None:
        """As if so many days had gone by since everything that has happened to it."""
        clocks = self.clocks(referral)
        for clock in clocks.clocks:
            clock.started_ms -= days * 86400000
            clock.told_ms -= days * 86400000 if clock.told_ms else 0
            for entry in clock.entries:
                entry.at_ms -= days * 86400000
                entry.day -= days if entry.day else 0
        self.put_clocks(referral, clocks)
        self.lab.sql(f"UPDATE docket SET due_at = due_at - interval '{days} days', wake_at = wake_at - interval '{days} days', "
                     f"changed = changed - interval '{days} days' WHERE referral = '{referral}'")

    def docket(self, referral: str) -> dict[str, str]:
        names = ("state", "due_kind", "due_ms", "organisation", "reason", "conclusion", "decisions")
        row = self.lab.sql("SELECT state, due_kind, (extract(epoch from due_at) * 1000)::bigint, organisation, reason, conclusion,"
                           f" decisions FROM docket WHERE referral = '{referral}'")[0]
        return dict(zip(names, row))

    def had(self, referral: str) -> list[str]:
        """The organisations it was offered to, in order."""
        return [row[0] for row in
                self.lab.sql(f"SELECT organisation FROM assignment WHERE referral = '{referral}' ORDER BY offered, id")]

    def open(self, organisation: str) -> int:
        return int(self.lab.value(f"SELECT coalesce(max(open), 0) FROM load WHERE organisation = '{organisation}'"))

    def overrun(self) -> list[list[str]]:
        """Organisations whose counted open assignments are not what the load says, or are more than the capacity."""
        return self.lab.sql(
            "SELECT l.organisation, l.open, l.capacity, count(a.id) FROM load l LEFT JOIN assignment a "
            "ON a.organisation = l.organisation AND a.status IN (1, 2) GROUP BY 1, 2, 3 "
            "HAVING l.open <> count(a.id) OR l.open > l.capacity")
