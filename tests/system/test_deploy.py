"""What is deployed: roles and grants against the daemon's own SQL, the unit, alerts, installation; and that
docs/operations.md tells of every log event, metric and alert, and of none that does not exist."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lab import BUILD, ROOT, psql, run

DEPLOY = ROOT / "deploy"
OPERATIONS = ROOT / "docs" / "operations.md"


# -- the database's roles ------------------------------------------------------------------------------------------


class Site:
    """A database made by the deployment's own scripts, with roles of this test's own."""

    def __init__(self, directory: Path) -> None:
        self.admin = os.environ["REFERRAL_TEST_CONNINFO"]
        self.database, self.owner, self.daemon = (f"{name}_{os.getpid()}" for name in ("site", "site_owner", "site_daemon"))
        self.as_admin = f"{self.admin} dbname={self.database}"
        self.as_daemon = f"{self.admin} dbname={self.database} user={self.daemon}"
        self.config = directory / "migrate"
        shutil.copytree(DEPLOY / "database" / "migrate", self.config)
        settings = self.config / "referrald.yaml"
        ours = re.sub(r'conninfo: ".*"', f'conninfo: "{self.as_admin} options=\'-c role={self.owner}\'"', settings.read_text())
        settings.write_text(ours)

    def script(self, conninfo: str, name: str) -> None:
        words = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", DEPLOY / "database" / name]
        for key, value in (("database", self.database), ("owner", self.owner), ("daemon", self.daemon)):
            words += ["-v", f"{key}={value}"]
        run(words)

    def set_up(self) -> None:
        self.script(self.admin, "roles.sql")
        run([BUILD / "referrald", "migrate", "-c", self.config])
        self.script(self.as_admin, "grants.sql")

    def tear_down(self) -> None:
        psql(self.admin, f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        for role in (self.owner, self.daemon):
            psql(self.admin, f"DROP ROLE IF EXISTS {role}")

    def try_as_daemon(self, sql: str) -> str:
        """What PostgreSQL says to the daemon's role; empty when it obeys. Nothing is kept."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.as_daemon, "-c", "BEGIN", "-c",
                               "SET LOCAL search_path = referral", "-c", sql, "-c", "ROLLBACK"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("site"))
    try:
        one.set_up()
        one.set_up()  # all of it may be run again
        yield one
    finally:
        one.tear_down()


def statements() -> list[str]:
    """Every SQL statement of daemon/store/ that a serving daemon uses, as its source has it."""
    found = []
    for path in sorted((ROOT / "daemon" / "store").glob("*.c")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for run_of_literals in re.findall(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
            sql = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', run_of_literals)).replace('\\"', '"')
            if re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\s", sql) and "INSERT INTO referral.schema_migration" not in sql:
                found.append(sql)
    assert len(found) > 40
    return found


# Plans each statement as the daemon's role, which is where PostgreSQL checks privileges; returns those refused.
REFUSED = """
CREATE TEMP TABLE statement (sql text);
GRANT SELECT ON statement TO PUBLIC;
{rows}
CREATE FUNCTION pg_temp.refused() RETURNS SETOF text LANGUAGE plpgsql AS $body$
DECLARE
    all_of_them text[] := (SELECT array_agg(sql) FROM statement);
    s text;
    parameters int;
BEGIN
    FOREACH s IN ARRAY all_of_them LOOP
        BEGIN
            EXECUTE 'SET LOCAL ROLE {daemon}';
            EXECUTE 'PREPARE one AS ' || s;
            SELECT cardinality(parameter_types) INTO parameters FROM pg_prepared_statements WHERE name = 'one';
            EXECUTE 'EXPLAIN EXECUTE one' ||
                CASE WHEN parameters > 0 THEN '(' || rtrim(repeat('NULL,', parameters), ',') || ')' ELSE '' END;
            RESET ROLE;
        EXCEPTION WHEN insufficient_privilege THEN
            RETURN NEXT sqlerrm || ': ' || s;
        END;
        IF EXISTS (SELECT 1 FROM pg_prepared_statements WHERE name = 'one') THEN
            DEALLOCATE one;
        END IF;
    END LOOP;
END $body$;
SET search_path = referral;
"""


def refused(site: Site, revocations: list[str], tmp_path: Path) -> list[list[str]]:
    """For each revocation, the statements that fail while it is in force."""
    rows = "\n".join(f"INSERT INTO statement VALUES ($sql${sql}$sql$);" for sql in statements())
    script = REFUSED.format(rows=rows, daemon=site.daemon)
    for one in revocations:
        script += f"\\echo ==\nBEGIN;\n{one}\nSELECT pg_temp.refused();\nROLLBACK;\n"
    path = tmp_path / "refused.sql"
    path.write_text(script)
    out = run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", site.as_admin, "-f", path])
    return [part.strip().splitlines() for part in out.split("==\n")[1:]]


def test_daemon_may_do_all_it_does(site, tmp_path):
    assert refused(site, [""], tmp_path) == [[]]


def test_daemon_may_do_no_more(site, tmp_path):
    """Take any one grant away, and some statement fails: so none is idle."""
    tables = psql(site.as_admin, f"""
        SELECT format('REVOKE %s ON referral.%I FROM {site.daemon};', a.privilege_type, c.relname)
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'referral'::regnamespace AND a.grantee = '{site.daemon}'::regrole ORDER BY 1""")
    columns = psql(site.as_admin, f"""
        SELECT format('REVOKE %s (%I) ON referral.%I FROM {site.daemon};', a.privilege_type, t.attname, c.relname)
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
        WHERE c.relnamespace = 'referral'::regnamespace AND a.grantee = '{site.daemon}'::regrole ORDER BY 1""")
    routines = psql(site.as_admin, f"""
        SELECT format('REVOKE %s ON ROUTINE %s FROM {site.daemon};', a.privilege_type, p.oid::regprocedure)
        FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.pronamespace = 'referral'::regnamespace AND a.grantee = '{site.daemon}'::regrole ORDER BY 1""")
    every = [row[0] for row in tables + columns + routines]
    assert len(every) > 40
    idle = [one for one, failed in zip(every, refused(site, every, tmp_path)) if not failed]
    assert idle == []


JOURNAL = """INSERT INTO journal (city, agency, seq, at, referral, kind, body, hash)
    VALUES (3205, 'court-320505', 1, now(), gen_random_uuid(), 1, 'x', sha256('x'))"""
DECISION = """INSERT INTO decision (city, arrived, referral, n, at, ruleset, rule, outcome, record)
    VALUES (3205, now(), gen_random_uuid(), 1, now(), 'x', 'rule', 1, 'x')"""


@pytest.mark.parametrize("sql", [
    JOURNAL, DECISION, "SELECT ensure_partitions('2031-01-01', 1)",
    "INSERT INTO ruleset_file VALUES ('x', 'y')",
    "INSERT INTO chain (city, agency) VALUES (3205, 'a'); UPDATE chain SET seq = 1 WHERE agency = 'a'",
])
def test_daemon_may(site, sql):
    assert site.try_as_daemon(sql) == ""


@pytest.mark.parametrize("sql", [
    "UPDATE journal SET body = 'y'", "DELETE FROM journal", "TRUNCATE journal",
    "UPDATE decision SET record = 'y'", "DELETE FROM decision", "TRUNCATE decision",
    "UPDATE submission SET receipt = 'y'", "DELETE FROM submission",
    "UPDATE referral SET place = '32'", "DELETE FROM referral", "DELETE FROM note", "UPDATE supplement SET sealed = 'y'",
    "DELETE FROM quarantine", "DELETE FROM docket", "UPDATE docket SET agency = 'other'", "DELETE FROM assignment",
    "UPDATE assignment SET organisation = 'other'", "DELETE FROM chain", "UPDATE chain SET agency = 'other'",
    "DELETE FROM load", "UPDATE ruleset SET publisher = 'other'", "DELETE FROM ruleset", "UPDATE ruleset_file SET bytes = 'y'",
    "DELETE FROM ruleset_file", "UPDATE publication SET who = 'other'", "DELETE FROM publication",
    "UPDATE proposal SET who = 'other'", "DELETE FROM proposal",
    "DELETE FROM schema_migration", "INSERT INTO schema_migration SELECT 2, name, sha256, applied FROM schema_migration",
    "ALTER TABLE journal ADD COLUMN x int", "ALTER TABLE journal DISABLE TRIGGER ALL", "DROP TABLE journal",
    "DROP SCHEMA referral CASCADE", "CREATE TABLE referral.mine (x int)", "CREATE TABLE public.mine (x int)",
    "CREATE TEMP TABLE mine (x int)", "CREATE OR REPLACE FUNCTION expect(bigint, int) RETURNS void LANGUAGE sql AS ''",
    "CREATE ROLE other", "SET ROLE {owner}",
    # Not by way of a partition either.
    "SELECT ensure_partitions('2031-01-01', 1); INSERT INTO journal_203101 SELECT * FROM journal",
    "SELECT ensure_partitions('2031-01-01', 1); DELETE FROM journal_203101",
    "SELECT ensure_partitions('2031-01-01', 1); DROP TABLE decision_203101",
])
def test_daemon_may_not(site, sql):
    said = site.try_as_daemon(sql.format(owner=site.owner))
    assert re.search("permission denied|must be owner", said), said or "PostgreSQL obeyed"


def test_others_may_not_connect(site):
    psql(site.admin, f"CREATE ROLE {site.daemon}_other LOGIN")
    try:
        done = subprocess.run(["psql", "-X", "-d", f"{site.as_daemon} user={site.daemon}_other", "-c", "SELECT 1"],
                              stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert done.returncode and "permission denied" in done.stderr
    finally:
        psql(site.admin, f"DROP ROLE {site.daemon}_other")


# -- installation, the unit, alerts --------------------------------------------------------------------------------


def install(directory: Path) -> str:
    """`make install` without the building."""
    programs = directory / "build"
    programs.mkdir(exist_ok=True)
    for name in ("referrald", "referralctl"):
        shutil.copy(BUILD / name, programs / name)
    done = subprocess.run(["bash", DEPLOY / "install.sh", programs, directory / "root", "/usr", "/etc"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    directory = tmp_path_factory.mktemp("install")
    install(directory)
    return directory / "root"


def test_install_places(installed):
    for place in ("usr/sbin/referrald", "usr/bin/referralctl", "etc/referrald/referrald.yaml", "etc/referrald/rules",
                  "usr/lib/systemd/system/referrald.service", "usr/lib/sysusers.d/referrald.conf",
                  "usr/lib/tmpfiles.d/referrald.conf", "usr/share/doc/referrald/operations.md",
                  "usr/share/referrald/proto/referral/v1/agency.proto", "usr/share/referrald/database/grants.sql"):
        assert (installed / place).exists(), place
    assert not (installed / "etc/referrald/keys").exists()
    left = [path for path in installed.rglob("*") if path.suffix in (".service", ".conf") and re.search("@[A-Z]+@", path.read_text())]
    assert left == []


def test_install_keeps_the_administrators_files(tmp_path):
    install(tmp_path)
    mine = tmp_path / "root/etc/referrald/channels.yaml"
    original = mine.read_text()
    mine.write_text("# mine\n" + original)
    assert "channels.yaml.new" in install(tmp_path)
    assert mine.read_text().startswith("# mine") and mine.with_name("channels.yaml.new").read_text() == original
    new = [path.name for path in (tmp_path / "root/etc").rglob("*.new")]
    assert new == ["channels.yaml.new"]
    mine.write_text(original)
    install(tmp_path)
    assert not mine.with_name("channels.yaml.new").exists()


def test_installed_configuration_is_fit(installed, tmp_path):
    """As installed, once the keys' directory is there."""
    config = tmp_path / "referrald"
    shutil.copytree(installed / "etc/referrald", config)
    (config / "keys/peers").mkdir(parents=True)
    assert ": OK" in run([BUILD / "referrald", "--check", config])


def test_unit_is_hardened(installed):
    unit = installed / "usr/lib/systemd/system/referrald.service"
    out = run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit])
    assert float(re.search(r"Overall exposure level[^:]*: ([0-9.]+)", out)[1]) <= 2.0


def test_unit_outlasts_the_drain():
    drain = int(re.search(r"DRAIN_SECONDS = (\d+)", (ROOT / "daemon/referrald.c").read_text())[1])
    stop = int(re.search(r"TimeoutStopSec=(\d+)", (DEPLOY / "systemd/referrald.service").read_text())[1])
    assert stop > drain + 10


def test_alerts():
    run(["promtool", "check", "config", DEPLOY / "monitoring/prometheus.yml"])
    run(["promtool", "check", "rules", DEPLOY / "monitoring/alerts.yml"])
    run(["promtool", "test", "rules", DEPLOY / "monitoring/alerts_test.yml"])


def alerts() -> set[str]:
    return set(re.findall(r"^\s*- alert: (\w+)", (DEPLOY / "monitoring/alerts.yml").read_text(), re.M))


def test_every_alert_is_tested():
    assert alerts() == set(re.findall(r"alertname: (\w+)", (DEPLOY / "monitoring/alerts_test.yml").read_text()))


def test_memory_alert_follows_the_unit():
    high = re.search(r"MemoryHigh=(\d+)M", (DEPLOY / "systemd/referrald.service").read_text())[1]
    assert f"0.8 * {high} * 1024 * 1024" in (DEPLOY / "monitoring/alerts.yml").read_text()


# -- docs/operations.md against the sources ------------------------------------------------------------------------


def sources(*directories: str) -> str:
    return "\n".join(path.read_text() for one in directories for path in sorted((ROOT / "daemon" / one).rglob("*.c")))


def events() -> set[str]:
    """Names of log events: literals, also those handed to helpers that take an `event`; those of decisions, in a
    table; and one for each step of the life cycle."""
    text = sources("role", "transport", "conf", "store")
    found = set(re.findall(r'log_event\(\s*[^,]+,\s*"([a-z-]+\.[a-z-]+)"', text))
    for helper in set(re.findall(r"(\w+)\([^()]*const char \*event\b", text)):
        found |= set(re.findall(rf'\b{helper}\([^;"]*"([a-z-]+\.[a-z-]+)"', text))
    found |= set(re.findall(r'\{"(referral\.[a-z-]+)", LOG_', text))
    words = dict(re.findall(r'\{(STEP_\w+), "([a-z-]+)"', sources("core")))
    assert '"referral.%s"' in text
    steps = set(re.findall(r"STEP_\w+", (ROOT / "daemon/core/lifecycle.c").read_text()))
    return found | {f"referral.{words[step]}" for step in steps}


def metrics() -> set[str]:
    return set(re.findall(r'"((?:referrald|process)_[a-z_]+)"', sources("role"))) | \
        set(re.findall(r"# TYPE (referrald_\w+) ", sources("role")))


def documented(heading: str) -> set[str]:
    """The names in the first column of the tables under a heading."""
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", OPERATIONS.read_text(), re.S | re.M)
    assert part, heading
    rows = [line for line in part[1].splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_log_event_is_documented():
    assert documented("Log events") == events()


def test_every_metric_is_documented():
    assert documented("Metrics") == metrics()


def test_every_alert_is_documented():
    assert documented("Alerts") == alerts()


# -- make run ------------------------------------------------------------------------------------------------------


def test_the_traffic_of_make_run_reads_the_shipped_regions():
    """A file in regions/ that is no list of regions once stopped it."""
    program = "from regions import Regions; from pathlib import Path; print(Regions(Path('config')).full_name('320505'))"
    done = subprocess.run(["/usr/bin/python3", "-c", program], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": str(DEPLOY / "run")})
    assert done.stdout == "苏州市虎丘区\n"
