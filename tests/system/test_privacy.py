"""Personal data stays put: sealed in the database, and nowhere else at all."""
from __future__ import annotations

import uuid

import pytest

from lab import Lab, Postgres, psql
from conftest import EVERYBODY
from peers import Agency, Receiver, V, party, referral, referral_pb2, agency_pb2

RESIDENT = "11010519491231002X"      # the example of GB 11643 itself


def mark(what: str) -> str:
    return f"{what}{uuid.uuid4().hex[:12]}"


class Marks(dict):
    """Unique texts, each made when it is first named."""

    def __missing__(self, what: str) -> str:
        self[what] = mark(what)
        return self[what]


@pytest.fixture(scope="module")
def traffic(tmp_path_factory):
    """A router that logs everything, after traffic with personal data in every field that takes some."""
    postgres = Postgres(tmp_path_factory.mktemp("pg"))
    one = Lab(tmp_path_factory.mktemp("lab"), postgres=postgres)
    marks = Marks(identity=RESIDENT, phone="139" + str(uuid.uuid4().int)[:8])
    try:
        psql(one.admin, f"ALTER DATABASE {one.database} SET log_min_duration_statement = 0")
        one.edit("referrald.yaml", "level: info", "level: debug")
        one.enrol(*EVERYBODY)
        one.migrate()
        one.start()
        speak(one, marks)
        yield one, marks
    finally:
        one.close()
        postgres.close()


def full(marks: Marks, ref: str, **more):
    person = party(name=marks["name"], identity_kind=V.IDENTITY_KIND_RESIDENT, identity_number=marks["identity"],
                   phone=marks["phone"], address_code="320505",
                   representative=referral_pb2.Representative(name=marks["guardian"], phone=marks["phone"]))
    values = dict(summary="病人" + marks["summary"], source_category=marks["source"], parties=[person, party(name=marks["other"])],
                  attachments=[referral_pb2.Attachment(name=marks["file"], uri="https://example.org/" + marks["uri"],
                                                       sha256=b"\7" * 32)], offence=marks["offence"])
    return referral(ref, **{**values, **more})


def speak(lab, marks: Marks) -> None:
    """Everything that an agency and a receiver may say, each text marked."""
    with Agency(lab, "court-320505") as court, Receiver(lab, "hub-320505") as hub:
        hub.hello(credit=100)
        court.submit(full(marks, "private-1"), full(marks, "private-2"), full(marks, "private-3"))
        assert court.supplement("private-1", "s1", marks["supplement"],
                                [referral_pb2.Attachment(name=marks["file"], uri="urn:x", sha256=b"\7" * 32)]).done
        offers = [hub.assignment() for _ in range(3)]
        assert hub.accept(offers[0]).done
        assert hub.progress(offers[0], "SUSPENDED", text=marks["suspended"]).done
        assert hub.progress(offers[0], "RESUMED", text=marks["resumed"]).done
        assert hub.conclude(offers[0], "AGREED", text=marks["concluded"], undisputed_facts=[marks["fact"]],
                            cost_conduct=marks["conduct"]).done
        assert hub.follow_up(offers[0], text=marks["followup"]).done
        assert hub.decline(offers[1], "OTHER", text=marks["declined"]).done
        ref = referral_pb2.Referral.FromString(offers[2].referral).agency_ref
        assert court.withdraw(ref, marks["withdrawn"]).done
        court.submit(full(marks, "private-4", risk=referral_pb2.RiskFlags(self_harm=True)),
                     full(marks, "private-1", summary=marks["conflict"]),
                     full(marks, "private-5", place="320506001012", tags=[marks["tag"] + "X"], category=marks["category"]),
                     b"\xff" + marks["garbage"].encode())
        court.ask(withdraw=agency_pb2.Withdraw(agency_ref="private-unknown", reason=marks["unknown"]))
        court.send_raw(b"", b"\xff" + marks["frame"].encode())
        court.receive()
    waiting = lab.value("SELECT referral FROM docket WHERE state = 4")
    lab.ctl("queue", "return", waiting, "--reason", marks["returned"])


def seen(text: str, marks: Marks) -> list[str]:
    return [f"{what}: {value}" for what, value in marks.items() if value in text]


def test_the_traffic_marked_everything(traffic):
    assert len(traffic[1]) >= 25


def test_nothing_personal_is_in_the_daemon_s_log(traffic):
    lab, marks = traffic
    text = lab.log_text()
    assert "private-1" in text and seen(text, marks) == []


def test_nothing_personal_is_in_the_metrics(traffic):
    lab, marks = traffic
    assert seen(lab.http("/metrics")[1], marks) == []


def test_nothing_personal_is_in_what_referralctl_shows(traffic):
    lab, marks = traffic
    text = lab.ctl("status") + lab.ctl("queue", "list") + lab.ctl("verify") + lab.ctl("peer", "list")
    for n in range(1, 5):
        text += lab.ctl("show", f"private-{n}") + lab.ctl("show", f"private-{n}", "--json")
        page = lab.directory / f"dossier-{n}.html"
        text += lab.ctl("dossier", f"private-{n}", "--html", page) + lab.ctl("dossier", f"private-{n}", "--json")
        text += page.read_text(encoding="utf-8")
    for row in lab.sql("SELECT DISTINCT referral FROM decision"):
        text += lab.ctl("explain", row[0], "--rules", ok=False) + lab.ctl("explain", row[0], "--json", ok=False)
    assert "private-2" in text and "●●●" in text and seen(text, marks) == []


def test_nothing_personal_is_in_any_column_of_the_database(traffic):
    """Sealed ones included: what stands there is not the text. Bytes are looked through as bytes."""
    lab, marks = traffic
    tables = [row[0] for row in lab.sql("SELECT relname FROM pg_class WHERE relkind = 'r'"
                                        " AND relnamespace = 'referral'::regnamespace")]
    assert len(tables) > 10
    for table in tables:
        text = "\n".join("\t".join(row) for row in lab.sql(f"COPY {table} TO STDOUT"))
        hexed = {what: value.encode().hex() for what, value in marks.items()}
        assert seen(text, marks) == [] and seen(text, hexed) == [], table


def test_nothing_personal_is_in_postgresql_s_log(traffic):
    lab, marks = traffic
    text = lab.postgres.log_text()
    assert "duration" in text and seen(text, marks) == []
