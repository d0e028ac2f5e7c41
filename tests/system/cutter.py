"""A proxy in front of PostgreSQL's socket that cuts the connection right after a COMMIT went through.

So the daemon cannot know whether its transaction was committed, and the database can.
"""
from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path

READY_OUTSIDE = b"Z\0\0\0\5I"     # ReadyForQuery, in no transaction


class Cutter:
    """Listens as PostgreSQL does in a directory of its own, and passes everything on."""

    def __init__(self, lab) -> None:
        host = lab.conninfo.split("host=")[1].split()[0]
        self.real = f"{host}/.s.PGSQL.5432"
        self.directory = Path(tempfile.mkdtemp(prefix="cutter"))
        self.statement: bytes | None = None
        self.cuts = 0
        self.dead: set[socket.socket] = set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.directory / ".s.PGSQL.5432"))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        lab.edit("referrald.yaml", f"host={host}", f"host={self.directory}")

    def arm(self, statement: bytes) -> None:
        """Cut once, at the next commit of a transaction with this prepared statement."""
        self.statement = statement

    def close(self) -> None:
        self.listener.close()
        (self.directory / ".s.PGSQL.5432").unlink(missing_ok=True)
        self.directory.rmdir()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.real)
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(client, server), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        """What the daemon says; an armed commit is passed on like everything else."""
        try:
            while data := client.recv(1 << 20):
                wanted = self.statement
                if wanted and wanted in data and b"commit\0" in data:
                    self.statement = None
                    self.dead.add(server)
                server.sendall(data)
        except OSError:
            pass
        finally:
            for one in (client, server):
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        """What PostgreSQL answers. From the armed commit on nothing comes back, and the line is cut once PostgreSQL says
        that the transaction is over: it holds no lock by then."""
        unheard = b""
        try:
            while data := server.recv(1 << 20):
                if server not in self.dead:
                    client.sendall(data)
                    continue
                unheard += data
                if READY_OUTSIDE in unheard:
                    self.cuts += 1
                    break
        except OSError:
            pass
        try:
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
