"""The rules of the schema, and of every SQL text in daemon/store, that keep the tables fit for being distributed by city.

The schema is looked at in a database of its own on the private server (REFERRAL_TEST_CONNINFO; without it, one is
started by deploy/run/postgres.sh). SQL texts are read from the C sources: string literals that begin like a statement.
"""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "daemon/store"

# Small, the same everywhere, not distributed.
REFERENCE_TABLES = {"schema_migration", "ruleset_file", "ruleset", "publication", "proposal", "dossier_sample", "dossier_member"}
# Only ever inserted into.
UNCHANGING_TABLES = {"submission", "referral", "decision", "journal", "note", "supplement", "quarantine", "ruleset_file",
                     "ruleset", "publication", "proposal", "schema_migration", "party_mark", "episode_referral",
                     "dossier_opening", "dossier_sample", "dossier_member", "dossier_mark"}
# What the columns without personal data are that could hold it: codes, numbers of offices, hashes, answers of ours.
PLAIN_COLUMNS = {
    "agency", "agency_ref", "organisation", "place", "category", "currency", "reason", "rule", "receiver", "supplement_ref",
    "hash", "content", "answer", "ruleset", "digest", "sha256",      # hashes
    "watch", "spot",                                                 # ids of watches, codes of places
    "mark",                                                          # under the personal key file's key, and erased
    "receipt", "record", "body", "clocks",                           # wire messages of ours, free of names
    "period", "seed", "sample", "stratum", "findings",               # samples for review: how drawn; codes
    "bytes", "names", "digests", "name", "publisher", "who", "proposer", "directory", # rule sets and who published them
}


# -- the schema --

@pytest.fixture(scope="module")
def server():
    given = os.environ.get("REFERRAL_TEST_CONNINFO")
    if given:
        yield given
        return
    script = ROOT / "deploy/run/postgres.sh"
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="referrald-schema.") as directory:
        os.chmod(directory, 0o755)
        subprocess.run([script, "start", directory], check=True)
        try:
            yield subprocess.run([script, "conninfo", directory], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        finally:
            subprocess.run([script, "stop", directory, "immediate"], check=True)


def psql(conninfo, *arguments, stdin=None):
    done = subprocess.run(["psql", "-XAtq", "-F", "|", "-v", "ON_ERROR_STOP=1", "-d", conninfo, *map(str, arguments)],
                          input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    return [line.split("|") for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def database(server):
    name = f"schema_{os.getpid()}"
    psql(server, "-c", f"CREATE DATABASE {name}")
    try:
        conninfo = f"{server} dbname={name}"
        for migration in sorted((STORE / "migrations").glob("*.sql")):
            psql(conninfo, "-1", "-f", migration)
        psql(conninfo, "-c", "CREATE TABLE IF NOT EXISTS referral.schema_migration (number int PRIMARY KEY, name text NOT NULL, "
                             "sha256 bytea NOT NULL, applied timestamptz NOT NULL)")
        yield conninfo
    finally:
        psql(server, "-c", f"DROP DATABASE {name} WITH (FORCE)")


TABLES = "c.relnamespace = 'referral'::regnamespace AND NOT c.relispartition AND c.relkind IN ('r', 'p')"


def test_every_index_begins_with_the_city(database):
    rows = psql(database, "-c", f"""
        SELECT c.relname, i.indexrelid::regclass, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE {TABLES}""")
    assert len(rows) > 15
    wrong = [(table, index) for table, index, first in rows if first != "city" and table not in REFERENCE_TABLES]
    assert not wrong


def test_every_table_has_a_primary_key(database):
    rows = psql(database, "-c", f"""
        SELECT c.relname FROM pg_class c WHERE {TABLES}
        AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)""")
    assert not rows


def test_foreign_keys_stay_within_a_city(database):
    rows = psql(database, "-c", f"""
        SELECT c.relname, k.confrelid::regclass, (SELECT string_agg(a.attname, ' ') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY(k.conkey)) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND {TABLES}""")
    wrong = [row for row in rows if "city" not in row[2].split()
             and not (row[0] in REFERENCE_TABLES and row[1].removeprefix("referral.") in REFERENCE_TABLES)]
    assert not wrong


def test_personal_data_only_where_it_is_sealed(database):
    rows = psql(database, "-c", f"""
        SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE {TABLES}
        AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid::regtype::text NOT IN
        ('integer', 'smallint', 'bigint', 'uuid', 'timestamp with time zone', 'boolean', 'date')""")
    wrong = [row for row in rows if not row[1].startswith("sealed") and row[1] not in PLAIN_COLUMNS]
    assert not wrong, "a column that could hold personal data: name it sealed*, or list it as plain with a reason"
    sealed = psql(database, "-c", f"""
        SELECT c.relname, a.attname, a.atttypid::regtype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE {TABLES} AND a.attname LIKE 'sealed%' AND a.atttypid <> 'bytea'::regtype""")
    assert not sealed


def test_indexed_text_is_in_byte_order(database):
    rows = psql(database, "-c", f"""
        SELECT c.relname, a.attname, l.collname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) JOIN pg_collation l ON l.oid = a.attcollation
        WHERE {TABLES} AND l.collname <> 'C'""")
    assert not rows


def test_capacity_is_kept_by_the_database(database):
    rows = psql(database, "-c", "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                                "WHERE conrelid = 'referral.load'::regclass AND contype = 'c'")
    assert any("open <= capacity" in row[0] and "open >= 0" in row[0] for row in rows)


def test_every_statement_fits_the_schema(database, tmp_path):
    """PREPARE finds names, types and parameters that do not fit."""
    script = "SET search_path = referral;\n"
    for name, sql in statements():
        if re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql):
            script += f"PREPARE {name} AS {sql};\n"
    path = tmp_path / "prepare.sql"
    path.write_text(script)
    psql(database, "-f", path)


def test_every_statement_works_by_key(database, tmp_path):
    """With the planner settings of daemon/store/db.c, nothing but what reads a whole small table scans one."""
    text = re.search(r'session_settings\[\] =((?:\s*"[^"]*")+);', (STORE / "db.c").read_text())[1]
    script = "".join(LITERAL.findall(text)).split("SELECT")[0] + "\n"
    for name, sql in statements():
        if re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql):
            n = max((int(number) for number in re.findall(r"\$(\d+)", sql)), default=0)
            nulls = f"({', '.join(['NULL'] * n)})" if n else ""
            script += f"PREPARE {name} AS {sql};\n\\echo == {name}\nEXPLAIN (COSTS OFF) EXECUTE {name}{nulls};\n"
    path = tmp_path / "explain.sql"
    path.write_text(script)
    name, scanning = "", set()
    for row in psql(database, "-f", path):
        name = row[0][3:] if row[0].startswith("== ") else name
        if re.search(r"Seq Scan|Hash Join|Merge Join", row[0]):
            scanning.add(name)
    assert scanning <= {"list_episodes", "count_states", "live_sessions", "applied", "replay_wanted"}


# -- the SQL texts --

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# { "name", "SQL" "SQL" ... }
STATEMENT = re.compile(r'\{\s*"(\w+)",\s*((?:"(?:[^"\\\n]|\\.)*"\s*)+),?\s*\}')


def statements():
    """(name, SQL) of every statement of daemon/store."""
    found = []
    for source in sorted(STORE.glob("*.c")):
        for name, text in STATEMENT.findall(source.read_text()):
            sql = "".join(LITERAL.findall(text)).replace('\\"', '"')
            if re.match(r"[A-Z]{2,} ?", sql):
                found.append((name, sql))
    return found


def distributed_tables():
    names = set()
    for migration in sorted((STORE / "migrations").glob("*.sql")):
        names |= set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", migration.read_text()))
    return names - REFERENCE_TABLES


def scopes(sql):
    """The statement's parts, each without what stands in parentheses within it."""
    open_parts, done = [""], []
    for c in sql:
        if c == "(":
            open_parts[-1] += "("
            open_parts.append("")
        elif c == ")":
            done.append(open_parts.pop())
            open_parts[-1] += ")"
        else:
            open_parts[-1] += c
    return done + open_parts


KEYWORDS = {"SET", "WHERE", "JOIN", "ON", "FROM", "LEFT", "CROSS", "ORDER", "LIMIT", "FOR", "RETURNING", "AS", "SELECT", "VALUES",
            "GROUP", "WITH", "USING"}


def sources(part, tables):
    """Names by which a part of a statement calls the distributed tables and sub-selects that it joins."""
    names = []
    for table, alias in re.findall(r"\b(?:FROM|JOIN|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", part):
        if table in tables:
            names.append(alias if alias and alias not in KEYWORDS else table)
    names += re.findall(r"(?:FROM|JOIN)\s+\(\)\s+AS\s+(\w+)", part)
    return names


def test_statements_are_found():
    found = statements()
    assert len(found) > 50
    assert len({name for name, _ in found}) == len(found), "statement names are unique"
    literals = sum(len(re.findall(r'"(?:SELECT|INSERT|UPDATE|DELETE|WITH) [a-zA-Z0-9_]', source.read_text()))
                   for source in STORE.glob("*.c"))
    wanted = sum(1 for _, sql in found if re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH) ", sql))
    assert wanted >= literals - 12, "SQL stands in tables of struct statement"


def test_sql_only_in_store():
    for source in sorted((ROOT / "daemon").rglob("*.[ch]")):
        if source.parent != STORE:
            assert not re.search(r'"(SELECT [^"]+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM) ', source.read_text()), source


def test_locking_reads_name_their_city():
    locking = [(name, part) for name, sql in statements() for part in scopes(sql) if re.search(r"\bFOR (UPDATE|SHARE|NO KEY)", part)]
    assert len(locking) >= 4
    wrong = [name for name, part in locking if not re.search(r"\b(?:\w+\.)?city = \$\d+", part)]
    assert not wrong


def test_joins_are_on_the_city():
    tables = distributed_tables()
    for name, sql in statements():
        derived = set(re.findall(r"\b(\w+) AS \($", "\n".join(re.findall(r"\w+ AS \(", sql)), re.M))
        for part in scopes(sql):
            assert not re.search(r"\bFROM \w+(?: (?:AS )?\w+)?, ", part), f"{name}: join with JOIN"
            names = [n for n in sources(part, tables | derived) if n != "checked"]
            if len(names) < 2 or "checked" in part:
                continue
            groups = {n: n for n in names}

            def root(n):
                while groups.setdefault(n, n) != n:
                    n = groups[n]
                return n

            for left, right in re.findall(r"\b(\w+)\.city = (\w+\.city|\$\d+)", part):
                groups[root(left)] = root(right.removesuffix(".city"))
            assert len({root(n) for n in names}) == 1, f"{name}: {names} are not joined on the city"


def test_what_is_only_inserted_is_never_changed():
    for name, sql in statements():
        changed = re.findall(r"\b(?:UPDATE|DELETE FROM)\s+(?:referral\.)?(\w+)", re.sub(r"FOR UPDATE[^)]*", "", sql))
        changed = [t for t in changed if t != "SET"]
        assert not set(changed) & UNCHANGING_TABLES, name
        if "DO UPDATE" in sql:
            assert re.search(r"INSERT INTO (\w+)", sql)[1] not in UNCHANGING_TABLES, name


def test_locks_are_taken_in_order():
    for name, sql in statements():
        for part in scopes(sql):
            if re.search(r"\bFOR (UPDATE|SHARE|NO KEY)", part):
                assert "ORDER BY" in part or "SKIP LOCKED" in part, name


def test_insert_only_tables_match_the_schemas_own_list():
    """The privileges listed at the head of each migration are the ones the statements need."""
    listed = set()
    for migration in sorted((STORE / "migrations").glob("*.sql")):
        head = migration.read_text().split("SET LOCAL search_path")[0]
        for tables in re.findall(r"^--   SELECT, INSERT  +([\w, ]+(?:\n--    +[\w, ]+)*)$", head, re.M):
            listed |= set(re.findall(r"\w+", tables))
    assert listed | {"schema_migration"} == UNCHANGING_TABLES
