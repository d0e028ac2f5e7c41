"""PostgreSQL through psql: the private server's connection, and rows as text."""
from __future__ import annotations

import subprocess
from pathlib import Path

SCRIPT = Path(__file__).with_name("postgres.sh")


class Database:
    """The private server in `directory`, managed by postgres.sh."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def start(self) -> None:
        self._script("start")

    def stop(self) -> None:
        self._script("stop")

    def conninfo(self, name: str, user: str) -> str:
        return self._script("conninfo", name, user)

    def renew(self, name: str, user: str) -> str:
        """An empty database of that name that belongs to that role; its connection string."""
        server = self.conninfo("postgres", "postgres")
        if not rows(server, f"SELECT 1 FROM pg_roles WHERE rolname = '{user}'"):
            rows(server, f"CREATE ROLE {user} LOGIN")
        rows(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        rows(server, f"CREATE DATABASE {name} OWNER {user}")
        return self.conninfo(name, user)

    def _script(self, command: str, *arguments: str) -> str:
        done = subprocess.run([SCRIPT, command, self.directory, *arguments], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"run.py: {SCRIPT.name} {command} failed")
        return done.stdout.strip()


def rows(conninfo: str, sql: str) -> list[list[str]]:
    """The rows of one statement, every value as text; NULL is empty."""
    done = subprocess.run(["psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", sql],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]
