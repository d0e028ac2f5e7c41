-- 0009_dossier.sql - review of dossiers: who opened personal data, samples, and marks
--
-- Privileges of the daemon's role, beside those of the migrations before:
--   SELECT, INSERT                   dossier_opening, dossier_sample, dossier_member, dossier_mark

SET LOCAL search_path = referral;

-- Each time that an operator had personal data of a referral shown to them. The reason is in their own words and may name people:
-- sealed, and erased with the rest; who, when and which stay.
CREATE TABLE dossier_opening (
    city      int         NOT NULL,
    id        uuid        NOT NULL,
    referral  uuid        NOT NULL,
    at        timestamptz NOT NULL,
    who       text        NOT NULL,
    sealed    bytea,                                 -- why; NULL once erased
    PRIMARY KEY (city, id)
);
CREATE INDEX dossier_opening_referral ON dossier_opening (city, referral, at);

-- A sample that was drawn, by content: the same draw again is the same sample. Small, and over all cities: reference tables when
-- distributed.
CREATE TABLE dossier_sample (
    hash        bytea       NOT NULL PRIMARY KEY,    -- SHA-256 of how it was drawn and of its members, daemon/role/control/control_sample.c
    at          timestamptz NOT NULL,
    who         text        NOT NULL,
    period      text        NOT NULL,                -- 2026Q3
    strata      smallint    NOT NULL,                -- enum sample_by
    size        int         NOT NULL,                -- wanted
    seed        text        NOT NULL,
    population  bigint      NOT NULL,
    CHECK (octet_length(hash) = 32)
);
CREATE INDEX dossier_sample_at ON dossier_sample (at);
CREATE TABLE dossier_member (
    sample       bytea  NOT NULL REFERENCES dossier_sample,
    n            int    NOT NULL,                    -- 1, 2, ... by stratum and rank
    referral     uuid   NOT NULL,
    organisation text   NOT NULL,                    -- that mediated, when it was drawn
    stratum      text   NOT NULL,
    population   bigint NOT NULL,                    -- of the stratum
    PRIMARY KEY (sample, n),
    UNIQUE (sample, referral)
);

-- A reviewer's mark. A later one of the same referral in the same sample counts instead; the earlier one stays.
CREATE TABLE dossier_mark (
    city      int         NOT NULL,
    id        uuid        NOT NULL,
    sample    bytea       NOT NULL,
    referral  uuid        NOT NULL,
    at        timestamptz NOT NULL,
    who       text        NOT NULL,
    score     smallint    NOT NULL,
    findings  text        NOT NULL,                  -- codes, with commas between
    sealed    bytea,                                 -- a note; NULL: none, or erased
    PRIMARY KEY (city, id),
    CHECK (score BETWEEN 0 AND 100)
);
CREATE INDEX dossier_mark_sample ON dossier_mark (city, sample, referral, at);
CREATE INDEX dossier_mark_referral ON dossier_mark (city, referral, at);
ALTER TABLE dossier_opening ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE dossier_mark ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- As in 0003, and what reviewers wrote.
CREATE OR REPLACE FUNCTION erase_personal(of_city int, of_arrived timestamptz, of_referral uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = referral, pg_temp AS $$
DECLARE
    place_city int;
BEGIN
    SELECT rpad(left(r.place, 4), 4, '0')::int INTO place_city FROM referral r
        WHERE r.city = of_city AND r.arrived = of_arrived AND r.id = of_referral;
    UPDATE referral SET sealed = NULL WHERE city = of_city AND arrived = of_arrived AND id = of_referral;
    DELETE FROM note WHERE city = of_city AND referral = of_referral;
    UPDATE supplement SET sealed = '' WHERE city = of_city AND referral = of_referral;
    DELETE FROM party_mark WHERE city = place_city AND referral = of_referral;
    UPDATE dossier_opening SET sealed = NULL WHERE city = of_city AND referral = of_referral;
    UPDATE dossier_mark SET sealed = NULL WHERE city = of_city AND referral = of_referral;
END $$;
