"""The router that the model plays with: two daemons on one database, few places, every kind of time limit, and a clock that is moved."""
from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clock import CHINA, Clock
from lab import Daemon, Lab, psql
from peers import wait_until

START = datetime(2026, 1, 5, 9, 30, tzinfo=CHINA)
COUNTIES = {"320505": ("320505002004", "320505002005", "320505003001"), "320506": ("320506001012", "320506001013", "320506001014"),
            "320102": ("320102002001", "320102002002")}
CHANNELS = {"court": ("COURT_PRE_FILING", "COURT_POST_FILING_ORDINARY", "COURT_POST_FILING_SUMMARY"),
            "petition": ("PETITION_APPEAL", "PETITION_APPEAL", "PETITION_SUGGESTION"),
            "police": ("POLICE_CIVIL", "POLICE_PUBLIC_SECURITY", "POLICE_MINOR_CRIMINAL"),
            "procuratorate": ("PROCURATORATE_ARREST_REVIEW", "PROCURATORATE_PROSECUTION_REVIEW", "PROCURATORATE_EXPEDITED",
                              "PROCURATORATE_CIVIL_SUPERVISION"),
            "platform": ("PLATFORM_COUNTER", "PLATFORM_ONLINE")}
CATEGORIES = ("neighbour", "labour", "platform-labour", "medical", "debt", "", "commercial")
AGENCIES = [f"{channel}-{county}" for county in COUNTIES for channel in CHANNELS]
HUBS = ["hub-320505", "hub-320506", "hub-320102", "hub-3205", "medical-320505"]
# Lines put behind a mode's name in channels.yaml, and what they mean to the answers.
LIMITS = {"委派调解（立案前）": ("contact_within: 3 workdays", "extend_at_most: 30 days", "follow_up_within: 30 days", "follow_up_reminders: 1",
                       "report_on_failure: true"),
          "委托调解（立案后，普通程序）": ("contact_within: 2 workdays", "follow_up_within: 10 days", "follow_up_reminders: 2"),
          "民间纠纷": ("extension: none", "follow_up_within: 10 workdays", "follow_up_reminders: 1", "second_within: 7 workdays",
                   "stops_for: [appraisal, party-unavailable, other]"),
          "治安案件调解": ("second_within: 3 workdays", "follow_up_within: 1 months"),
          "审查逮捕阶段": ("extension: none", "agreements: [written, oral-recorded]"),
          "网上受理": ("contact_within: 1 workdays", "follow_up_within: 1 months", "stops_for: [appraisal, other-case, force-majeure]")}


@dataclass(frozen=True)
class Policy:
    extends: bool = True
    second: bool = False                                # a second mediation is foreseen
    reports: bool = False                               # a failure needs text
    stops_for: tuple[int, ...] = (1,)
    agreements: tuple[int, ...] = (1, 2, 3, 4)


POLICIES = {"COURT_PRE_FILING": Policy(reports=True), "POLICE_CIVIL": Policy(extends=False, second=True, stops_for=(1, 3, 6)),
            "POLICE_PUBLIC_SECURITY": Policy(second=True), "PROCURATORATE_ARREST_REVIEW": Policy(extends=False, agreements=(1, 2)),
            "PLATFORM_ONLINE": Policy(stops_for=(1, 4, 5))}
# The fullest that each organisation has ever been, told by the database itself.
WITNESS = """
CREATE TABLE fullest (organisation text PRIMARY KEY, open int NOT NULL, capacity int NOT NULL);
CREATE FUNCTION note_fullest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO referral.fullest AS f VALUES (NEW.organisation, NEW.open, NEW.capacity)
    ON CONFLICT (organisation) DO UPDATE SET open = NEW.open, capacity = NEW.capacity WHERE f.open < NEW.open;
    RETURN NULL; END $$;
CREATE TRIGGER note_fullest AFTER INSERT OR UPDATE OF open ON load FOR EACH ROW EXECUTE FUNCTION note_fullest();
"""


def roster(pool: int) -> list[tuple[str, str, str, str, int, str]]:
    """id, kind, region, hub, capacity, more: together for about half of the pool."""
    share = max(2, pool // 16)
    out = []
    for county, places in COUNTIES.items():
        towns = sorted({place[:9] for place in places})
        out += [(f"people-{place}", "people", place, f"hub-{county}", 3, "") for place in places]
        out += [(f"people-{town}", "people", town, f"hub-{county}", 6, "") for town in towns]
        out += [(f"people-{county}", "people", county, f"hub-{county}", share, ""),
                (f"centre-{county}", "centre", county, f"hub-{county}", share, "")]
    out += [("labour-320505", "labour", "320505", "hub-320505", 5, "specialities: [labour]"),
            ("labour-3205", "labour", "3205", "hub-3205", 5, "specialities: [labour]"),
            ("medical-3205", "industry", "3205", "hub-3205", 4, "specialities: [medical]"),
            ("medical-320505", "industry", "320505", "", 3, "specialities: [medical]")]
    return out


def roster_yaml(rows) -> str:
    text = "organisations:\n"
    for name, kind, region, hub, capacity, more in rows:
        text += f'  - id: {name}\n    name: {name}\n    kind: {kind}\n    region: "{region}"\n    capacity: {capacity}\n'
        text += (f"    hub: {hub}\n" if hub else "") + (f"    {more}\n" if more else "")
    return text


class Sql:
    """One psql that stays: asking costs no new connection."""

    MARK = "--that-was-all--"

    def __init__(self, conninfo: str) -> None:
        self.child = subprocess.Popen(["psql", "-XAtq", "-F", "\t", "-d", conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rows("SET search_path = referral")

    def rows(self, statement: str) -> list[list[str]]:
        self.child.stdin.write(f"{statement};\n\\echo {self.MARK}\n")
        self.child.stdin.flush()
        out = []
        for line in self.child.stdout:
            if line.rstrip("\n") == self.MARK:
                return out
            out.append(line.rstrip("\n").split("\t"))
        raise AssertionError(f"psql ended at: {statement[:200]}")

    def value(self, statement: str) -> str:
        return self.rows(statement)[0][0]

    def close(self) -> None:
        self.child.stdin.close()
        self.child.wait(30)


class World:
    """The lab and all that is known of how it was set up."""

    def __init__(self, directory: Path, pool: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.clock = Clock(directory / "clock", START)
        self.lab = Lab(directory, clock=self.clock)
        self.pool, self.starts, self.started_ms = pool, 0, self.clock.ms
        rows = roster(pool)
        self.organisations = [row[0] for row in rows]
        self.serves = {hub: {row[0] for row in rows if row[3] == hub} for hub in HUBS}
        self.serves["medical-320505"] = {"medical-320505"}
        self.configure(rows)
        self.start()

    def configure(self, rows) -> None:
        lab = self.lab
        (lab.config / "organisations" / "all.yaml").write_text(roster_yaml(rows), encoding="utf-8")
        lab.edit("rules/10-all.yaml", "      - to: {kind: labour}\n", "      - to: {kind: labour}\n        respond_within: 1 workday\n")
        for name, lines in LIMITS.items():
            lab.edit("channels.yaml", f"        name: {name}\n", f"        name: {name}\n" + "".join(f"        {one}\n" for one in lines))
        lab.edit("referrald.yaml", "level: info", "level: error")
        lab.edit("referrald.yaml", "in_flight_per_agency: 512", "in_flight_per_agency: 1024")
        lab.enrol(*AGENCIES, *HUBS)
        self.configs = [(lab.config, lab.ends)]
        self.configs.append(lab.twin())

    @property
    def now_ms(self) -> int:
        return self.clock.ms

    def start(self) -> None:
        self.lab.migrate()
        self.sql = Sql(self.lab.conninfo)
        self.sql.rows("SELECT ensure_partitions((to_timestamp(%d) AT TIME ZONE 'UTC')::date, 3)" % (self.now_ms // 1000))
        self.sql.rows(WITNESS)
        self.daemons: list[Daemon | None] = [None, None]
        for i in (0, 1):
            self.start_daemon(i)

    def start_daemon(self, i: int) -> None:
        if self.daemons[i] is None:
            self.starts += 1
            config, ends = self.configs[i]
            self.daemons[i] = self.lab.start(wait=False, config=config)     # its log tells only what goes wrong
            wait_until(lambda: self.ready(self.daemons[i], ends), 60)

    def ready(self, daemon: Daemon, ends: dict[str, str]) -> bool:
        assert daemon.child.poll() is None, f"referrald ended:\n{daemon.tail()}"
        try:
            return self.lab.http("/readyz", ends)[0] == 200
        except OSError:
            return False

    def kill_daemon(self, i: int) -> None:
        if self.daemons[i] is not None:
            self.daemons[i].kill()
            self.daemons[i] = None

    def alive(self) -> list[int]:
        return [i for i in (0, 1) if self.daemons[i] is not None]

    @staticmethod
    def policy(mode: str) -> Policy:
        return POLICIES.get(mode, Policy())

    def renew(self) -> None:
        """A fresh database, empty, for another run of the same world."""
        for i in (0, 1):
            self.kill_daemon(i)
        self.sql.close()
        psql(self.lab.admin, f"DROP DATABASE {self.lab.database} WITH (FORCE)")
        psql(self.lab.admin, f"CREATE DATABASE {self.lab.database}")
        self.clock.ms = round(START.timestamp() * 1000)
        self.start()

    def close(self) -> None:
        self.sql.close()
        self.lab.close()
