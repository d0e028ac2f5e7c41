"""A configuration for what rules may ask about the past: rooms that take turns, keep parties, or mediate jointly."""
from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

from lab import Lab
from peers import party, referral  # also makes the generated modules importable

from referral.v1 import record_pb2  # noqa: E402

ROOMS = [f"room-{i}" for i in range(1, 6)]
ENROLLED = ["court-320505", "court-320506", "petition-320505", "police-320505", "platform-320505", "hub-320505", "hub-320506"]
VILLAGE, BODY = "320505002004", "people-320505002004"
INTERESTED = "91350100M000100Y43"       # a credit code with the right check character

ORGANISATIONS = """
templates:
  - for_each: {level: village, kind: [village, community]}
    id: people-{code}
    name: "{name}人民调解委员会"
    kind: people
    capacity: 500
    hub: hub-{county}
  - for_each: {level: county}
    id: centre-{code}
    name: "{name}非诉讼服务中心"
    kind: centre
    capacity: 100000
    hub: hub-{code}
organisations:
""" + "".join(f"""
  - id: room-{i}
    name: 第{i}调解工作室
    kind: family
    region: "320505"
    capacity: {{room}}
    hub: hub-320505
""" for i in range(1, 6)) + f"""
  - id: bureau-320505
    name: 虎丘区司法局
    kind: administrative
    region: "320505"
    capacity: 1
    hub: hub-320505
  - id: interested
    name: 某企业调解委员会
    kind: enterprise
    region: "320505"
    capacity: 500
    interests: [{INTERESTED}]
    hub: hub-320505
  - id: other-enterprise
    name: 另一企业调解委员会
    kind: enterprise
    region: "320505"
    capacity: 400
    hub: hub-320505
"""

RULES = """
rules:
  - id: third-time
    name: 同样当事人第三次移送
    when: {tags: [watched], earlier: {within: 90 days, at_least: 2}}
    route:
      - to: {kind: family}
      - to: {kind: centre, level: county}
  - id: sticky
    name: 同样当事人或者关联案件由原组织办理
    when: {tags: [watched]}
    route:
      - to: {kind: family}
        pick: sticky
  - id: in-turn
    name: 轮流
    when: {tags: [in-turn]}
    route:
      - to: {kind: family}
        pick: round_robin
      - to: {kind: centre, level: county}
  - id: jointly
    name: 行政调解与人民调解联合
    when: {tags: [jointly]}
    route:
      - to: {kind: people, level: village}
        jointly_with: {kind: administrative, level: county}
      - to: {kind: centre, level: county}
  - id: bureau
    name: 行政调解
    when: {tags: [bureau]}
    route:
      - to: {kind: administrative}
  - id: enterprise
    name: 企业
    when: {tags: [enterprise]}
    route:
      - to: {kind: enterprise}
      - to: {kind: centre, level: county}
  - id: rest
    name: 其余
    when: {}
    route:
      - to: {kind: people, level: village}
      - to: {kind: centre, level: county}
"""


def prepare(lab: Lab, room: int = 5000, rules: str = RULES) -> Lab:
    """The lab's roster and rules are these; everybody is enrolled, the database is there."""
    (lab.config / "organisations" / "all.yaml").write_text(ORGANISATIONS.replace("{room}", str(room)), encoding="utf-8")
    (lab.config / "rules" / "10-all.yaml").write_text(rules, encoding="utf-8")
    lab.edit("peers/all.yaml", """receivers:
  - id: medical-320505
    name: 虎丘区医疗纠纷人民调解委员会
    serves: [medical-320505]
""", "")
    lab.enrol(*ENROLLED)
    lab.migrate()
    return lab


_numbers = itertools.count(1)


def resident(i: int) -> str:
    """A resident identity number of nobody, with its check character; an adult's."""
    body = f"32050519700101{i % 1000:03d}" if i < 1000 else f"3205{i // 1000 % 100:02d}19700101{i % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights)) % 11]


def person(i: int, role: str = "APPLICANT", **more):
    return party(role=role, name=f"某{i}", identity_kind=1, identity_number=resident(i), **more)


def pair(i: int) -> list:
    """Two parties that are the same whenever `i` is."""
    return [person(2 * i), person(2 * i + 1, role="RESPONDENT")]


def new(*tags: str, ref: str = "", parties=None, **more):
    """A referral under a number of its own."""
    number = next(_numbers)
    return referral(ref or f"facts-{number}", tags=list(tags), parties=parties or pair(400 + number), **more)


def records(lab: Lab, referral_id: str) -> list:
    """The decisions on record, as somebody else's protobuf reads them."""
    return [record_pb2.DecisionRecord.FromString(bytes.fromhex(row[0])) for row in
            lab.sql(f"SELECT encode(record, 'hex') FROM decision WHERE referral = '{referral_id}' ORDER BY n")]


def rederived(lab: Lab, referral_id: str) -> dict:
    """The sheets of `explain`; every decision came out as it stands."""
    sheets = lab.ctl_json("explain", referral_id)
    found = [rows["rederived"] for name, rows in sheets.items() if name.startswith("decision_")]
    assert found and set(found) == {"identical"}, sheets
    return sheets


def in_parallel(jobs) -> list:
    """The results of all jobs, each in a thread of its own."""
    jobs = list(jobs)
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]
