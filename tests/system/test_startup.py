"""The daemon starts only where its promises can be kept, says what is missing, and goes down in order."""
from __future__ import annotations

import signal
import socket
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from conftest import EVERYBODY
from lab import BUILD, Lab, Postgres, TableLock
from peers import Agency, STATUS, agency_pb2, referral, wait_until


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    one = Postgres(tmp_path_factory.mktemp("pg"))
    yield one
    one.close()


@pytest.fixture
def own(tmp_path, postgres):
    """A migrated lab on a server of its own."""
    one = Lab(tmp_path, postgres=postgres)
    try:
        one.enrol(*EVERYBODY)
        one.migrate()
        yield one
    finally:
        one.close()


def refused(lab, *told: str) -> str:
    """The daemon does not start, and says why."""
    done = subprocess.run([str(BUILD / "referrald"), "-c", str(lab.config)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 1, done
    assert all(word in done.stderr for word in told), done.stderr
    assert "daemon.ready" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_could_lose_what_it_confirmed_is_refused(own, postgres, setting):
    postgres.crash()
    postgres.settings(**{setting: "off"})
    postgres.start()
    try:
        refused(own, f"{setting} is off", f"set {setting} = on")
    finally:
        postgres.crash()
        postgres.settings()
        postgres.start()
    own.start()


def test_a_database_without_a_schema_is_refused_with_what_to_do(tmp_path):
    lab = Lab(tmp_path)
    try:
        refused(lab, "no schema yet", "referrald migrate -c")
    finally:
        lab.close()


@pytest.mark.parametrize(("change", "told"), [
    ("INSERT INTO schema_migration VALUES (9999, 'later', '\\x00', now())", "migration 9999"),
    ("UPDATE schema_migration SET sha256 = sha256(sha256) WHERE number = 1", "another text"),
    ("DELETE FROM schema_migration", "referrald migrate"),
])
def test_a_schema_that_is_not_this_program_s_is_refused_with_what_to_do(own, change, told):
    own.sql(change)
    refused(own, told)


def test_an_unreachable_database_is_told(own):
    own.edit("referrald.yaml", own.conninfo, "host=/nowhere dbname=none")
    refused(own, "/nowhere")


def test_migrate_changes_nothing_the_second_time_and_may_run_many_times_at_once(own):
    tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'referral'::regnamespace"
    before = own.value(tables), own.sql("SELECT * FROM schema_migration")
    threads = [threading.Thread(target=own.migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "the schema is current" in own.migrate()
    assert (own.value(tables), own.sql("SELECT * FROM schema_migration")) == before


@pytest.mark.parametrize("name", ["router.key", "personal.keys"])
def test_a_secret_that_others_may_read_is_refused(own, name):
    (own.config / "keys" / name).chmod(0o644)
    refused(own, name, "600")


@pytest.mark.parametrize("name", ["router.key", "personal.keys"])
def test_a_secret_that_is_missing_or_nonsense_is_refused(own, name):
    path = own.config / "keys" / name
    path.unlink()
    refused(own, name)
    path.write_text("nonsense\n")
    path.chmod(0o600)
    text = refused(own, name)
    assert "nonsense" not in text


def test_a_broken_configuration_is_refused_with_its_place(own):
    own.edit("rules/10-all.yaml", "{under: labour}", "{under: labor}")
    refused(own, "rules/10-all.yaml:", "labor")


def test_check_says_the_same_without_starting(own):
    fit = subprocess.run([str(BUILD / "referrald"), "--check", str(own.config)], capture_output=True, text=True)
    assert fit.returncode == 0, fit
    own.edit("rules/10-all.yaml", "{under: labour}", "{under: labor}")
    unfit = subprocess.run([str(BUILD / "referrald"), "--check", str(own.config)], capture_output=True, text=True)
    assert unfit.returncode == 1 and "rules/10-all.yaml:" in unfit.stdout + unfit.stderr


@pytest.mark.parametrize("side", ["agencies", "organisations", "metrics"])
def test_an_address_in_use_is_refused_by_name(own, side):
    host, port = own.ends[side].removeprefix("tcp://").split(":")
    with socket.socket() as taken:
        taken.bind((host, int(port)))
        taken.listen()
        refused(own, port)


def test_the_control_socket_is_not_for_everybody_and_goes_away_with_the_daemon(own):
    own.start()
    path = Path(own.ends["control"].removeprefix("ipc://"))
    mode = stat.S_IMODE(path.stat().st_mode)
    assert mode & stat.S_IRWXO == 0 and mode & stat.S_IRUSR
    second, ends = own.twin()
    own.edit("referrald.yaml", ends["control"], own.ends["control"], config=second)
    done = subprocess.run([str(BUILD / "referrald"), "-c", str(second)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "another process listens here" in done.stderr
    assert "daemon" in own.ctl("status")
    assert own.daemon.stop() == 0


def test_sigterm_answers_what_is_in_flight_and_ends_with_0(own):
    """Every receipt that a client holds afterwards is true, and nothing is on record without one."""
    own.start()
    with Agency(own, "court-320505") as court:
        batches = [[referral(f"drain-{i}-{j}").SerializeToString() for j in range(4)] for i in range(200)]
        requests = [court.send(submit=agency_pb2.Submit(referrals=batch)) for batch in batches]
        answers = [court.answer(requests[0])]
        assert own.daemon.stop() == 0
        while court.socket.poll(500):
            answers.append(court.receive())
    assert {a.request_id for a in answers} <= set(requests)
    final = [r for a in answers for r in map(agency_pb2.Receipt.FromString, a.submit_reply.receipts) if STATUS[r.status] != "BUSY"]
    assert len(final) >= 4 and all(STATUS[r.status] == "ACCEPTED" for r in final)
    stored = {row[0] for row in own.sql("SELECT agency_ref FROM submission")}
    assert stored == {r.agency_ref for r in final}
    assert own.daemon.events("daemon.draining")


def test_while_draining_new_work_is_busy_and_what_is_in_flight_is_still_answered(own):
    own.start()
    lock = TableLock(own, "submission")
    try:
        with Agency(own, "court-320505") as court:
            held = court.send(submit=agency_pb2.Submit(referrals=[referral("held").SerializeToString()]))
            wait_until(lambda: own.metric("referrald_in_flight") == 1)
            own.daemon.child.send_signal(signal.SIGTERM)
            own.daemon.wait_log("daemon.draining")
            receipt, _, _ = court.submit(referral("later"))[0]
            assert STATUS[receipt.status] == "BUSY" and own.http("/readyz")[0] == 503
            lock.release()
            answer = agency_pb2.Receipt.FromString(court.answer(held).submit_reply.receipts[0])
            assert STATUS[answer.status] == "ACCEPTED"
    finally:
        lock.release()
    assert own.daemon.stop() == 0
    assert own.sql("SELECT agency_ref FROM submission") == [["held"]]


class Manager:
    """What systemd does with NOTIFY_SOCKET."""

    def __init__(self, directory: Path) -> None:
        self.path = str(directory / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def wait(self, wanted: str, patience: float = 30.0) -> list[str]:
        """The lines of the next message with this line; others are passed over."""
        self.socket.settimeout(patience)
        while True:
            lines = self.socket.recv(4096).decode().splitlines()
            if wanted in lines:
                return lines


def test_the_service_manager_hears_of_ready_reloading_stopping_and_a_watchdog_that_is_fed(own, tmp_path):
    manager = Manager(tmp_path)
    environment = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "900000"}
    try:
        own.start(environment=environment)
        manager.wait("READY=1")
        for _ in range(3):
            manager.wait("WATCHDOG=1", 2)
        own.daemon.child.send_signal(signal.SIGHUP)
        assert any(line.startswith("MONOTONIC_USEC=") for line in manager.wait("RELOADING=1"))
        manager.wait("READY=1")
        own.daemon.child.send_signal(signal.SIGTERM)
        manager.wait("STOPPING=1")
        assert own.daemon.stop() == 0
    finally:
        manager.socket.close()
