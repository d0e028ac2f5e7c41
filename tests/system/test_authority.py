"""Nobody acts outside their key: each way of being somebody else is refused, told apart, and stores nothing."""
from __future__ import annotations

import shutil

import pytest
import zmq
from zmq.utils.monitor import recv_monitor_message

from peers import (Agency, FAULTS, NoAnswer, Receiver, STATUS, agency_pb2, codes, organisation_pb2, referral, wait_until)

PING = organisation_pb2.Ping()


@pytest.fixture(autouse=True)
def stores_nothing(lab):
    """Whatever is tried here, no row changes."""
    before = lab.counts()
    yield
    assert lab.counts() == before


def silent(client) -> None:
    client.send(ping=PING)
    try:
        client.receive(1.0)
    except NoAnswer:
        return
    raise AssertionError(f"{client.name} was answered")


def connect_in_vain(lab, client, side: str) -> None:
    """Sends at once, and sees the connection end without a handshake. After that who is known is answered at the same
    door, and the client still has nothing."""
    before = lab.metric("referrald_keys_refused_total")
    monitor = client.get_monitor_socket()
    try:
        client.connect(lab.ends[side])
        client.send_multipart([b"", b"\x08\x01"])
        event = None
        while event != zmq.EVENT_DISCONNECTED:
            assert monitor.poll(60_000), "the connection does not end"
            event = recv_monitor_message(monitor)["event"]
            assert event != zmq.EVENT_HANDSHAKE_SUCCEEDED
        wait_until(lambda: lab.metric("referrald_keys_refused_total") > before, 60)
        with (Agency(lab, "court-320505") if side == "agencies" else Receiver(lab, "hub-320102")) as known:
            if side == "organisations":
                assert known.hello(patience=60).welcome
            assert known.ask(60, ping=PING).WhichOneof("body") == "pong"
        assert not client.poll(0)
    finally:
        client.disable_monitor()


def refused_codes(reply) -> list[str]:
    assert reply.WhichOneof("body") == "refusal", reply
    return codes(reply.refusal.faults)


@pytest.mark.parametrize("side", ["agencies", "organisations"])
def test_an_unknown_key_never_connects_and_is_logged(lab, side):
    since = lab.daemon.mark()
    public, secret = zmq.curve_keypair()
    kind = Agency if side == "agencies" else Receiver
    with kind(lab, "stranger", secret=secret) as stranger:
        silent(stranger)
    line = lab.daemon.wait_log("peer.unknown-key", since=since)
    assert line["key"] == public.decode() and line["address"] == "127.0.0.1"


@pytest.mark.parametrize("side", ["agencies", "organisations"])
def test_without_curve_nothing_gets_in_and_it_is_counted(lab, side):
    unknown = len(lab.daemon.events("peer.unknown-key"))
    plain = zmq.Context.instance().socket(zmq.DEALER)
    plain.setsockopt(zmq.LINGER, 0)
    try:
        connect_in_vain(lab, plain, side)
    finally:
        plain.close()
    assert len(lab.daemon.events("peer.unknown-key")) == unknown


def test_the_secret_of_another_key_does_not_open_the_door(lab):
    """A client that claims an enrolled public key without its secret cannot finish the handshake."""
    _, wrong = zmq.curve_keypair()
    thief = zmq.Context.instance().socket(zmq.DEALER)
    thief.setsockopt(zmq.LINGER, 0)
    thief.curve_serverkey = lab.router_key.encode()
    thief.curve_secretkey = wrong
    thief.curve_publickey = (lab.clients / "court-320505.pub").read_text().strip().encode()
    try:
        connect_in_vain(lab, thief, "agencies")
    finally:
        thief.close()


@pytest.mark.parametrize(("kind", "name"), [(Agency, "platform-320505"), (Receiver, "hub-320102")])
def test_a_key_revoked_while_connected_is_refused_at_its_next_message(lab, kind, name):
    public = lab.config / "keys" / "peers" / f"{name}.pub"
    with kind(lab, name) as peer:
        if kind is Receiver:
            assert peer.hello().welcome
        assert peer.ask(ping=PING).WhichOneof("body") == "pong"
        since = lab.daemon.mark()
        public.unlink()
        try:
            lab.ctl("reload")
            assert refused_codes(peer.ask(ping=PING)) == ["not-permitted"]
            line = lab.daemon.wait_log("peer.revoked", since=since)
            assert line["key"] == (lab.clients / f"{name}.pub").read_text().strip()
            if kind is Agency:
                one = referral(f"revoked-{name}", channel="platform", mode="PLATFORM_COUNTER")
                assert refused_codes(peer.ask(submit=agency_pb2.Submit(referrals=[one.SerializeToString()]))) == ["not-permitted"]
            with kind(lab, name) as again:
                silent(again)
        finally:
            shutil.copy(lab.clients / f"{name}.pub", public)
            lab.ctl("reload")
    with kind(lab, name) as back:
        if kind is Receiver:
            assert back.hello().welcome
        assert back.ask(ping=PING).WhichOneof("body") == "pong"


@pytest.mark.parametrize(("code", "field", "values"), [
    ("channel-not-yours", "channel", {"channel": "petition", "mode": "PETITION_APPEAL"}),
    ("region-not-yours", "place_code", {"place": "320506001012"}),
])
def test_a_right_key_with_a_foreign_channel_or_region_is_refused_and_told_apart(lab, code, field, values):
    since = lab.daemon.mark()
    with Agency(lab, "court-320505") as court:
        receipt, _, _ = court.submit(referral(f"foreign-{code}", **values))[0]
    assert STATUS[receipt.status] == "REFUSED" and not receipt.referral_id
    assert [(FAULTS[f.code], f.field) for f in receipt.faults] == [(code, field)]
    line = lab.daemon.wait_log("referral.invalid", since=since)
    assert (line["peer"], line["code"], line["field"]) == ("court-320505", code, field)


def test_a_receiver_cannot_serve_another_s_organisation(lab):
    since = lab.daemon.mark()
    with Receiver(lab, "hub-320506") as hub:
        reply = hub.hello("people-320505")
        assert not reply.welcome and codes(reply.faults) == ["organisation-not-yours"]
        line = lab.daemon.wait_log(lambda l: l.get("code") == "organisation-not-yours", since=since)
        assert line["peer"] == "hub-320506"


@pytest.mark.parametrize(("kind", "name", "side"), [(Agency, "court-320505", "organisations"),
                                                    (Receiver, "hub-320505", "agencies")])
def test_a_key_at_the_other_endpoint_is_refused(lab, kind, name, side):
    since = lab.daemon.mark()
    with kind(lab, name, endpoint=lab.ends[side]) as peer:
        assert refused_codes(peer.ask(ping=PING)) == ["not-permitted"]
    assert lab.daemon.wait_log("peer.wrong-endpoint", since=since)["peer"] == name


def test_an_agency_cannot_see_another_s_referral(lab):
    with Agency(lab, "court-320506") as other:
        reply = other.ask(query=agency_pb2.Query(agency_ref="somebody-else-s"))
        assert refused_codes(reply) == ["referral-unknown"]
