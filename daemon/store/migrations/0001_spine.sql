-- 0001_spine.sql - the first schema
--
-- Rules that every table keeps (tests/system/test_schema.py checks them):
--   * `city` (the agency's city, 3205 for Suzhou) is the first column of every primary and unique key, so that the
--     tables can be distributed by it later; foreign keys stay within a city.
--   * what grows with time and is never changed is partitioned by month, and can be retired a month at a time;
--     what must hold for ever (the idempotency key) stands apart.
--   * personal data only in columns named sealed*, under the key file's key;
--   * what is compared or sorted is COLLATE "C": byte order, the same on every host and after every upgrade of its locales.
-- Privileges of the daemon's role, if it is not the owner (no table needs more, and no row of what is only inserted
-- is ever changed):
--   USAGE on schema referral; EXECUTE on ensure_partitions(date, int), expect(bigint, int, text) and
--   erase_personal(int, timestamptz, uuid)
--   SELECT                           schema_migration
--   SELECT, INSERT                   submission, referral, decision, journal, note, supplement, quarantine, ruleset_file,
--                                    ruleset, publication
--   SELECT, INSERT, UPDATE           chain, docket, assignment, load
--   SELECT, INSERT, UPDATE, DELETE   session
-- Times are timestamptz; ids are UUIDs that tell their own city and time (daemon/base/id.h).

CREATE SCHEMA IF NOT EXISTS referral;
SET LOCAL search_path = referral;

-- One row an agency: the end of its journal. Locking it makes a chain single-writer across daemons.
CREATE TABLE chain (
    city        int    NOT NULL,
    agency      text COLLATE "C" NOT NULL,
    seq         bigint NOT NULL DEFAULT 0,
    hash        bytea  NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    cursor_seq  bigint NOT NULL DEFAULT 0,           -- the agency's stored acknowledgement
    PRIMARY KEY (city, agency),
    CHECK (octet_length(hash) = 32),
    CHECK (cursor_seq BETWEEN 0 AND seq)
) WITH (fillfactor = 50);

-- The idempotency key, kept apart and for ever: which content an agency's number stands for, and the receipt it got.
CREATE TABLE submission (
    city         int   NOT NULL,
    agency       text COLLATE "C" NOT NULL,
    agency_ref   text COLLATE "C" NOT NULL,
    content      bytea NOT NULL,                     -- SHA-256 of the bytes received
    referral     uuid  NOT NULL,
    receipt      bytea NOT NULL,                     -- the very bytes of the first answer
    PRIMARY KEY (city, agency, agency_ref),
    CHECK (octet_length(content) = 32)
);

-- The referral as it came; never changed, but for erasure.
CREATE TABLE referral (
    city         int         NOT NULL,
    arrived      timestamptz NOT NULL,
    id           uuid        NOT NULL,
    agency       text COLLATE "C" NOT NULL,
    agency_ref   text COLLATE "C" NOT NULL,
    channel      smallint    NOT NULL,
    mode         smallint    NOT NULL,
    place        text COLLATE "C" NOT NULL,
    category     text        NOT NULL,               -- as decided; empty: none
    claim_minor  bigint,
    currency     text,
    parties      smallint    NOT NULL,
    risk         smallint    NOT NULL,
    sealed       bytea,                              -- the bytes received; NULL once erased
    PRIMARY KEY (city, arrived, id)
) PARTITION BY RANGE (arrived);

-- Where each referral stands: exactly one state, and what is due next while it is open.
CREATE TABLE docket (
    city         int         NOT NULL,
    referral     uuid        NOT NULL,
    agency       text COLLATE "C" NOT NULL,
    agency_ref   text COLLATE "C" NOT NULL,
    state        smallint    NOT NULL,
    place        text COLLATE "C" NOT NULL,
    channel      smallint    NOT NULL,
    mode         smallint    NOT NULL,
    risk         smallint    NOT NULL,
    due_kind     smallint,                           -- 1 respond, 2 finish, 3 assign, 4 resume
    due_at       timestamptz,
    due_claim    timestamptz,                        -- until when a timer works on it
    assignment   uuid,                               -- the current or last one
    organisation text COLLATE "C",                   -- whose it is
    decisions    smallint    NOT NULL DEFAULT 1,     -- how many there are
    reason       text,                               -- why it waits in the manual queue
    conclusion   smallint,
    changed      timestamptz NOT NULL,
    PRIMARY KEY (city, referral),
    CHECK ((state IN (1, 2, 3, 4)) = (due_at IS NOT NULL)),
    CHECK ((due_at IS NULL) = (due_kind IS NULL)),
    CHECK (state NOT IN (1, 2, 3) OR (assignment IS NOT NULL AND organisation IS NOT NULL))
);
CREATE INDEX docket_due ON docket (city, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX docket_claimed ON docket (city, due_claim) WHERE due_claim IS NOT NULL;
CREATE INDEX docket_manual ON docket (city, changed) WHERE state = 4;

-- Each decision, and all it rested on.
CREATE TABLE decision (
    city        int         NOT NULL,
    arrived     timestamptz NOT NULL,                -- of the referral
    referral    uuid        NOT NULL,
    n           smallint    NOT NULL,                -- 1, 2, ... within the referral
    at          timestamptz NOT NULL,
    ruleset     bytea       NOT NULL,
    rule        text        NOT NULL,
    outcome     smallint    NOT NULL,
    record      bytea       NOT NULL,                -- DecisionRecord, proto/referral/v1/record.proto
    PRIMARY KEY (city, arrived, referral, n)
) PARTITION BY RANGE (arrived);

-- One offer of one referral to one organisation. `term` counts deliveries to a new session.
CREATE TABLE assignment (
    city         int         NOT NULL,
    id           uuid        NOT NULL,
    referral     uuid        NOT NULL,
    agency       text COLLATE "C" NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    org_city     int         NOT NULL,               -- where its load row stands
    status       smallint    NOT NULL,               -- 1 offered, 2 accepted, 3 declined, 4 lapsed, 5 cancelled, 6 concluded
    term         int         NOT NULL DEFAULT 0,     -- 0: not yet delivered to any session
    session      uuid,                               -- the receiver's session that has it
    receiver     text COLLATE "C",                   -- whose session that is
    told         boolean     NOT NULL DEFAULT true,  -- false: lapsed or cancelled, and the receiver is still to hear of it
    respond_by   timestamptz NOT NULL,
    finish_count smallint    NOT NULL,               -- the limit that starts at acceptance
    finish_unit  smallint    NOT NULL,
    finish_by    timestamptz,                        -- once accepted
    answer       bytea,                              -- SHA-256 of the organisation's last answer, for repeats
    offered      timestamptz NOT NULL,
    closed       timestamptz,
    PRIMARY KEY (city, id),
    CHECK ((status IN (1, 2)) = (closed IS NULL))
);
CREATE INDEX assignment_referral ON assignment (city, referral);
CREATE INDEX assignment_open ON assignment (city, organisation) WHERE status = 1;
CREATE INDEX assignment_untold ON assignment (city, receiver) WHERE NOT told;

-- How full each organisation is. The database, not the daemon, keeps open <= capacity.
CREATE TABLE load (
    city         int  NOT NULL,                      -- the organisation's city
    organisation text COLLATE "C" NOT NULL,
    open         int  NOT NULL DEFAULT 0,
    capacity     int  NOT NULL,                      -- in force
    wanted       int  NOT NULL,                      -- of the roster; in force as soon as `open` allows
    PRIMARY KEY (city, organisation),
    CHECK (open >= 0 AND open <= capacity)
) WITH (fillfactor = 50);

-- The journal: gapless and hash-chained per agency.
CREATE TABLE journal (
    city      int         NOT NULL,
    agency    text COLLATE "C" NOT NULL,
    seq       bigint      NOT NULL,
    at        timestamptz NOT NULL,
    referral  uuid        NOT NULL,
    kind      smallint    NOT NULL,
    body      bytea       NOT NULL,                  -- a Step, hashed as it stands
    hash      bytea       NOT NULL,                  -- SHA-256(previous hash || body)
    PRIMARY KEY (city, agency, seq, at),
    CHECK (octet_length(hash) = 32)
) PARTITION BY RANGE (at);
CREATE INDEX journal_referral ON journal (city, referral, seq);

-- Free text beside a journal entry; sealed, erasable, bound to the entry by the hash in its body.
CREATE TABLE note (
    city      int    NOT NULL,
    agency    text COLLATE "C" NOT NULL,
    seq       bigint NOT NULL,
    referral  uuid   NOT NULL,
    sealed    bytea  NOT NULL,
    PRIMARY KEY (city, agency, seq)
);
CREATE INDEX note_referral ON note (city, referral);

-- What an agency added later.
CREATE TABLE supplement (
    city           int    NOT NULL,
    referral       uuid   NOT NULL,
    supplement_ref text COLLATE "C" NOT NULL,
    content        bytea  NOT NULL,
    seq            bigint NOT NULL,                  -- journal entry that records it
    sealed         bytea  NOT NULL,
    PRIMARY KEY (city, referral, supplement_ref)
);

-- What could not be decoded: raw, sealed, with the reason.
CREATE TABLE quarantine (
    city     int         NOT NULL,
    id       uuid        NOT NULL,
    agency   text COLLATE "C" NOT NULL,
    at       timestamptz NOT NULL,
    reason   text        NOT NULL,
    content  bytea       NOT NULL,                   -- SHA-256 of the raw bytes: the same garbage is kept once
    sealed   bytea       NOT NULL,
    PRIMARY KEY (city, id),
    UNIQUE (city, agency, content)
);

-- Live sessions of receivers: a row not renewed is a session gone. One a receiver; the newest Hello has it.
CREATE TABLE session (
    city      int         NOT NULL,
    receiver  text COLLATE "C" NOT NULL,
    id        uuid        NOT NULL,
    daemon    uuid        NOT NULL,
    until     timestamptz NOT NULL,
    PRIMARY KEY (city, receiver),
    UNIQUE (city, id)
) WITH (fillfactor = 50);

-- Every published rule set, whole, by content. Small, and read everywhere: a reference table when distributed.
CREATE TABLE ruleset_file (
    digest  bytea NOT NULL PRIMARY KEY,
    bytes   bytea NOT NULL
);
CREATE TABLE ruleset (
    hash       bytea       NOT NULL PRIMARY KEY,
    published  timestamptz NOT NULL,
    publisher  text        NOT NULL,
    names      text[]      NOT NULL,
    digests    bytea[]     NOT NULL
);
CREATE TABLE publication (
    at      timestamptz NOT NULL,
    hash    bytea       NOT NULL REFERENCES ruleset,
    daemon  uuid        NOT NULL,
    who     text        NOT NULL,
    PRIMARY KEY (at, daemon)
);

-- What is sealed does not compress: do not try.
ALTER TABLE referral ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE note ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE supplement ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE quarantine ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- For a statement that has to change every row it was given: fails the transaction, with this SQLSTATE, when it has not.
CREATE FUNCTION expect(done bigint, wanted int, code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF done <> wanted THEN
        RAISE EXCEPTION 'changed % rows of %', done, wanted USING ERRCODE = code;
    END IF;
END $$;

-- Personal data of a closed referral goes; everything that hashes or counts stays. The daemon may call this and has no
-- right of its own to change what it touches.
CREATE FUNCTION erase_personal(of_city int, of_arrived timestamptz, of_referral uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = referral, pg_temp AS $$
BEGIN
    UPDATE referral SET sealed = NULL WHERE city = of_city AND arrived = of_arrived AND id = of_referral;
    DELETE FROM note WHERE city = of_city AND referral = of_referral;
    UPDATE supplement SET sealed = '' WHERE city = of_city AND referral = of_referral;
END $$;
REVOKE ALL ON FUNCTION erase_personal(int, timestamptz, uuid) FROM PUBLIC;

-- Monthly partitions, made ahead by `referrald migrate` and by the running daemon. A table is made first and then
-- attached, which does not lock out those who read and write meanwhile.
CREATE FUNCTION ensure_partitions(first date, months int) RETURNS int LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = referral, pg_temp AS $$
DECLARE
    parent text;
    child  text;
    month  date;
    made   int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('referral.ensure_partitions', 0));
    FOREACH parent IN ARRAY ARRAY['referral', 'decision', 'journal'] LOOP
        FOR i IN 0 .. months - 1 LOOP
            month := (date_trunc('month', first) + make_interval(months => i))::date;
            child := parent || to_char(month, '_YYYYMM');
            IF to_regclass(format('referral.%I', child)) IS NULL THEN
                EXECUTE format('CREATE TABLE referral.%I (LIKE referral.%I INCLUDING ALL)', child, parent);
                EXECUTE format('ALTER TABLE referral.%I ATTACH PARTITION referral.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, child, month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION ensure_partitions(date, int) FROM PUBLIC;
SELECT ensure_partitions((now() AT TIME ZONE 'UTC' - interval '1 month')::date, 6);
