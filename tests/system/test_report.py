"""`report`: its figures are those that the test counts itself, from what the clients did; `--verify` finds what was planted."""
from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import pytest

from conftest import EVERYBODY
from lab import ROOT, Lab, Places
from peers import V, Agency, Receiver, referral, referral_pb2, today

SHANGHAI = timezone(timedelta(hours=8))
CONCLUSIONS = ["agreed", "settled_withdrawn", "unreachable", "unwilling", "too_far_apart", "expired", "refused_to_sign", "other"]
PLACES = {"court-320505": "320505002004", "court-320506": "320506001012", "court-320102": "320102002001",
          "police-320505": "320505003001", "petition-320505": "320505002005", "procuratorate-320505": "320505002004"}
CITY = {"320505": "3205", "320506": "3205", "320102": "3201"}


class Books:
    """What the clients did, counted as it was done."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, Counter]] = []      # agency, organisation, referral, counts
        self.offers: dict[str, Counter] = defaultdict(Counter)   # by organisation

    def add(self, agency: str, organisation: str, referral_id: str, **counts: int) -> None:
        self.rows.append((agency, organisation, referral_id, Counter(received=1, **counts)))

    def sums(self, key) -> dict[str, Counter]:
        out: dict[str, Counter] = defaultdict(Counter)
        for agency, organisation, _, counts in self.rows:
            out[key(agency, organisation)] += counts
        return out

    def total(self) -> Counter:
        return sum((row[3] for row in self.rows), Counter()) + sum(self.offers.values(), Counter())


def send(lab: Lab, agency: Agency, n: int, text: str = "双方因门前通道堆放杂物发生争执", **more):
    channel = agency.name.partition("-")[0]
    mode = {"court": "COURT_PRE_FILING", "police": "POLICE_CIVIL", "petition": "PETITION_APPEAL",
            "procuratorate": "PROCURATORATE_CIVIL_SUPERVISION"}[channel]
    if channel == "procuratorate":
        more.setdefault("reply_by", today(20))
    values = {"place": PLACES[agency.name], "summary": text, "category": "neighbour", **more}
    one = referral(f"{agency.name}-{n}", channel=channel, mode=values.pop("mode", mode), **values)
    return agency.submit_one(one)


def take(hub: Receiver, receipt, books: Books, declined: str = ""):
    """Accepts the next offer; `declined` is who had it before."""
    offer = hub.offer_of(receipt.referral_id)
    assert hub.accept(offer).done
    books.offers[offer.organisation_id] += Counter(offers=1, accepted=1, answers=1, answers_due=1)
    return offer


def end(hub: Receiver, offer, conclusion: str, **more) -> dict[str, int]:
    """Concludes; what is to be counted."""
    assert hub.conclude(offer, conclusion.upper(), **more).done
    return {"concluded": 1, "in_time": 1, conclusion: 1}


def live_through(lab: Lab, books: Books) -> None:
    first = {"placed": 1, "first_answered": 1, "first_right": 1, "taken": 1}
    with Agency(lab, "court-320505") as court, Agency(lab, "police-320505") as police, Agency(lab, "court-320102") as nanjing, \
            Agency(lab, "petition-320505") as petition, Agency(lab, "procuratorate-320505") as procuratorate, \
            Receiver(lab, "hub-320505") as hub, Receiver(lab, "hub-320102") as far:
        hub.hello(credit=1000)
        far.hello(credit=1000)
        for n, conclusion in enumerate(CONCLUSIONS):               # each way to end
            more = {"text": "其他原因"} if conclusion == "other" else {}
            receipt = send(lab, court, n)
            offer = take(hub, receipt, books)
            counts = end(hub, offer, conclusion, **more)
            won = conclusion in ("agreed", "settled_withdrawn")
            books.add("court-320505", offer.organisation_id, receipt.referral_id, **first, **counts, success=int(won),
                      **({"written": 1} if conclusion == "agreed" else {}))
        follow = [("PERFORMED",), ("BREACHED", "PERFORMED"), ("PERFORMED", "BREACHED"), ("CONFIRMATION_APPLIED",),
                  ("CONFIRMATION_APPLIED", "CONFIRMATION_GRANTED"), ("CONFIRMATION_REFUSED",)]
        told = [{"performed": 1}, {"performed": 1}, {"breached": 1}, {"confirmation_applied": 1},
                {"confirmation_applied": 1, "confirmation_granted": 1}, {"confirmation_applied": 1, "confirmation_refused": 1}]
        for n, (kinds, counts) in enumerate(zip(follow, told)):    # what became of agreements
            receipt = send(lab, police, n)
            offer = take(hub, receipt, books)
            oral = n % 2 == 0
            ended = end(hub, offer, "agreed", agreement_kind=V.AGREEMENT_KIND_ORAL_RECORDED if oral else V.AGREEMENT_KIND_WRITTEN)
            for kind in kinds:
                assert hub.follow_up(offer, kind).done
            books.add("police-320505", offer.organisation_id, receipt.referral_id, **first, **ended, success=1,
                      **{"oral" if oral else "written": 1}, **counts)
        for n in range(3):                                         # declined, then taken by the next on the ladder
            receipt = send(lab, nanjing, n)
            offer = far.offer_of(receipt.referral_id)
            books.offers[offer.organisation_id] += Counter(offers=1, declined=1, answers=1, answers_due=1)
            assert far.decline(offer).done
            offer = take(far, receipt, books)
            books.add("court-320102", offer.organisation_id, receipt.referral_id, placed=1, first_answered=1, taken=1,
                      transferred=1, transfers=1, open=1)
        receipt = send(lab, petition, 1)                           # taken back before anybody answered
        offer = hub.offer_of(receipt.referral_id)
        assert petition.withdraw("petition-320505-1").done
        books.offers[offer.organisation_id] += Counter(offers=1)
        books.add("petition-320505", offer.organisation_id, receipt.referral_id, placed=1, withdrawn=1)
        receipt = send(lab, petition, 2)                           # ... and while it was mediated
        offer = take(hub, receipt, books)
        assert petition.withdraw("petition-320505-2").done
        books.add("petition-320505", offer.organisation_id, receipt.referral_id, **first, withdrawn=1)
        refused = send(lab, petition, 3, mode="PETITION_SUGGESTION")
        books.add("petition-320505", "", refused.referral_id, refused=1)
        waiting = send(lab, court, 100, risk=referral_pb2.RiskFlags(self_harm=True))
        books.add("court-320505", "", waiting.referral_id, queued=1, open=1)
        back = send(lab, court, 101, risk=referral_pb2.RiskFlags(self_harm=True))
        lab.ctl("queue", "return", back.referral_id, "--reason", "不属于调解范围")
        books.add("court-320505", "", back.referral_id, queued=1, returned=1)
        receipt = send(lab, procuratorate, 1)                      # settled by themselves: no success in this channel
        offer = take(hub, receipt, books)
        books.add("procuratorate-320505", offer.organisation_id, receipt.referral_id, **first, **end(hub, offer, "settled_withdrawn"))
        receipt = send(lab, court, 102)                            # concluded while the clock stood
        offer = take(hub, receipt, books)
        assert hub.progress(offer, "CONTACTED").done and hub.progress(offer, "SUSPENDED", text="委托鉴定").done
        counts = end(hub, offer, "unwilling")
        books.add("court-320505", offer.organisation_id, receipt.referral_id, **first, **counts)
        receipt = send(lab, court, 104)                            # silence, then the next one declines, then a person is asked
        for kind in ("lapsed", "declined", "declined", "declined"):
            offer = hub.offer_of(receipt.referral_id)
            if kind == "lapsed":
                Places(lab).make_due(receipt.referral_id)
                assert hub.cancelled(offer.assignment_id) == "lapsed"
            else:
                assert hub.decline(offer).done
            books.offers[offer.organisation_id] += Counter({"offers": 1, "answers_due": 1, kind: 1, "answers": int(kind == "declined")})
        lab.ctl("queue", "assign", receipt.referral_id, "labour-320505")
        offer = take(hub, receipt, books)
        assert offer.organisation_id == "labour-320505"
        until = today(40)
        assert hub.progress(offer, "EXTENDED", until=until).done
        books.add("court-320505", offer.organisation_id, receipt.referral_id, placed=1, first_answered=1, queued=1, taken=1,
                  transferred=1, transfers=4, open=1)
        receipt = send(lab, court, 103)                            # nobody has answered yet
        offer = hub.offer_of(receipt.referral_id)
        books.offers[offer.organisation_id] += Counter(offers=1)
        books.add("court-320505", offer.organisation_id, receipt.referral_id, placed=1, open=1)


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """A router that has served for a while, and the books; no daemon runs any more."""
    lab, books = Lab(tmp_path_factory.mktemp("report")), Books()
    try:
        lab.enrol(*EVERYBODY)
        lab.migrate()
        lab.start()
        live_through(lab, books)
        assert lab.daemon.stop() == 0
        yield lab, books
    finally:
        lab.close()


def this_month() -> str:
    return datetime.now(SHANGHAI).strftime("%Y-%m")


def report(lab: Lab, *words: str, ok: bool = True) -> dict:
    return lab.ctl_json("report", "--period", this_month(), *words, ok=ok)


def counts_of(row: dict, result: dict) -> dict[str, int]:
    """The counts of a row that are not 0."""
    counts = {d["key"] for d in result["definitions"] if d["unit"] == "count"}
    return {key: value for key, value in row.items() if key in counts and value}


def without_zeros(counts: Counter) -> dict[str, int]:
    return {key: n for key, n in counts.items() if n}


def test_the_total_is_what_the_clients_did(past):
    lab, books = past
    result = report(lab)
    assert counts_of(result["total"], result) == without_zeros(books.total())
    total, sums = result["total"], books.total()
    assert total["first_right_rate"] == pytest.approx(100 * sums["first_right"] / sums["first_answered"], abs=0.006)
    assert total["success_rate"] == pytest.approx(100 * sums["success"] / sums["concluded"], abs=0.006)
    assert total["performed_rate"] == pytest.approx(100 * sums["performed"] / sums["agreed"], abs=0.006)
    assert total["in_time_rate"] == 100 and total["overdue"] == 0
    assert total["complaints"] is None          # not recorded is not none
    assert result["summary"]["complete"] is False and result["summary"]["period"] == this_month()


@pytest.mark.parametrize("by, key", [
    ("city", lambda agency, organisation: CITY[PLACES[agency][:6]]),
    ("county", lambda agency, organisation: PLACES[agency][:6]),
    ("channel", lambda agency, organisation: agency.partition("-")[0]),
])
def test_groups_are_what_the_clients_did(past, by, key):
    lab, books = past
    result = report(lab, "--by", by)
    of_offers = {"offers", "accepted", "declined", "lapsed", "answers", "answers_due"}
    got = {row["key"]: {k: v for k, v in counts_of(row, result).items() if k not in of_offers} for row in result["rows"]}
    assert {k: v for k, v in got.items() if v} == {k: without_zeros(v) for k, v in books.sums(key).items()}
    if by == "channel":
        assert set(got) == {"court", "petition", "police", "procuratorate", "platform"}


def test_organisations_have_their_own_offers(past):
    lab, books = past
    result = report(lab, "--by", "organisation")
    wanted = books.sums(lambda agency, organisation: organisation)
    for organisation, counts in books.offers.items():
        wanted[organisation] += counts
    assert {row["key"]: counts_of(row, result) for row in result["rows"]} == {k: without_zeros(v) for k, v in wanted.items()}
    names = {row["key"]: row["name"] for row in result["rows"]}
    assert names[""] == "（未指派组织）" and names["people-320505002004"] == "何山社区人民调解委员会"


def test_the_journal_says_the_same(past):
    lab, books = past
    for words in ([], ["--by", "organisation"], ["--region", "320505"]):
        result = report(lab, "--verify", *words)
        assert result["differences"] == [] and result["verify"]["differences"] == 0
        assert result["verify"]["compared"] == result["total"]["received"] > 0
        assert result["verify"]["limit_untold"] == 0
    assert int(lab.value("SELECT count(*) FROM journal")) == report(lab, "--verify")["verify"]["entries"]


def test_planted_differences_are_found_by_referral(past):
    lab, books = past
    by_agency = {row[0]: row[2] for row in books.rows}
    agreed = next(row[2] for row in books.rows if row[3]["agreed"])
    declined, gone = by_agency["court-320102"], by_agency["procuratorate-320505"]
    change = ("UPDATE docket SET conclusion = {0} WHERE referral = '" + agreed + "'; "
              "UPDATE assignment SET status = {1} WHERE referral = '" + declined + "' AND status = {2}")
    lab.sql(change.format(2, 4, 3))
    body = lab.value(f"SELECT encode(body, 'hex') FROM journal WHERE referral = '{gone}' AND kind = 9")
    lab.sql(f"DELETE FROM journal WHERE referral = '{gone}' AND kind = 9")
    try:
        done = lab.ctl_run("report", "--period", this_month(), "--verify", "--json")
        assert done.returncode == 1
        found = defaultdict(set)
        import json
        for d in json.loads(done.stdout)["differences"]:
            found[d["referral"]].add((d["figure"], d["shown"], d["journal"]))
        assert set(found) == {agreed, declined, gone}
        assert found[agreed] == {("agreed", 0, 1), ("settled_withdrawn", 1, 0)}
        assert {("declined", 0, 1), ("lapsed", 1, 0)} <= found[declined]
        assert {("concluded", 1, 0), ("open", 0, 1)} <= found[gone]
        assert "差异 differences" in lab.ctl("report", "--period", this_month(), "--verify", ok=False)
    finally:
        lab.sql(change.format(1, 3, 4))
        lab.sql("INSERT INTO journal SELECT city, agency, (SELECT max(seq) + 1 FROM journal k WHERE k.agency = j.agency), "
                f"at + interval '1 ms', referral, 9, '\\x{body}', hash FROM journal j WHERE referral = '{gone}' ORDER BY seq DESC LIMIT 1")


def test_csv_has_every_figure_and_the_total(past):
    lab, books = past
    result = report(lab, "--by", "channel")
    text = lab.ctl("report", "--period", this_month(), "--by", "channel", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    keys = [d["key"] for d in result["definitions"]]
    assert list(rows[0]) == ["period", "channel", "name", *keys]
    assert [row["channel"] for row in rows] == ["court", "petition", "police", "procuratorate", "platform", "total"]
    for line, row in zip(rows, [*result["rows"], result["total"]]):
        for key in keys:
            assert line[key] == ("not recorded" if key == "complaints" else "") if row[key] is None else float(line[key]) == row[key]


def test_the_page_stands_alone(past, tmp_path):
    lab, books = past
    page = tmp_path / "report.html"
    lab.ctl("report", "--period", this_month(), "--html", page, "--figure", "received")
    text = page.read_text(encoding="utf-8")
    tree = ElementTree.fromstring(text.replace("<!DOCTYPE html>", ""))
    assert not re.search(r"<script|https?:|@import|url\(", text)
    for word in ("苏州市", "昆山市", "泰兴市", "沭阳县", "达成调解协议，或自行和解、撤回申请", "尚未记录"):
        assert word in text
    maps = [svg for svg in tree.iter("svg") if svg.get("aria-label") == "Jiangsu by city"]
    assert len(maps) > 8 and all(len(svg.findall("g")) == 16 for svg in maps)
    checked = [box.get("id") for box in tree.iter("input") if box.get("checked")]
    assert checked == ["map-received"]
    suzhou = books.sums(lambda agency, organisation: CITY[PLACES[agency][:6]])["3205"]["received"]
    assert f"苏州市 Suzhou: {suzhou}" in text


def test_other_periods_have_nothing_or_are_refused(past):
    lab, _ = past
    last_year = datetime.now(SHANGHAI).year - 1
    empty = lab.ctl_json("report", "--period", f"{last_year}H1")
    assert empty["total"]["received"] == 0 and empty["total"]["success_rate"] is None and empty["summary"]["complete"] is True
    year = datetime.now(SHANGHAI).year
    assert lab.ctl_json("report", "--period", str(year))["total"]["received"] == report(lab)["total"]["received"]
    for words, told in [(("--period", "2026H3"), "2026H1"), (("--period", f"{year + 2}"), "has not begun"),
                        (("--period", str(year), "--by", "mediator"), "no journal names mediators yet"),
                        (("--period", str(year), "--by", "town"), "--by takes"),
                        (("--period", str(year), "--figure", "complaints"), "report definitions"),
                        (("--period", str(year), "--format", "xml"), "text, json, csv"),
                        (("--period", str(year), "--region", "999999"), "no division")]:
        done = lab.ctl_run("report", *words)
        assert done.returncode == 2 and told in done.stderr, (words, done.stderr)


def test_the_pages_have_the_definitions_as_they_are():
    import subprocess
    from lab import BUILD
    for form, page in [("markdown", "operations.md"), ("markdown-zh", "zh-CN/report.md")]:
        table = subprocess.run([BUILD / "referralctl", "report", "definitions", "--format", form], check=True,
                               capture_output=True, text=True).stdout
        assert table.strip() in (ROOT / "docs" / page).read_text(encoding="utf-8"), \
            f"docs/{page}: put in what `referralctl report definitions --format {form}` prints"
