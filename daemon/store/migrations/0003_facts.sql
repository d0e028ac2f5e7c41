-- 0003_facts.sql - what rules may ask about the past: earlier referrals of the same parties, and whose turn it is
--
-- Privileges of the daemon's role, beside those of the migrations before:
--   SELECT, INSERT                   party_mark
--   UPDATE                           load (given)

SET LOCAL search_path = referral;

-- A referral's set of parties as a keyed hash of their identity documents (seal_marks(), daemon/base/seal.h): equal for the
-- same parties, and of no use without the personal key file. Written only while some rule asks, and only when
-- every party has a document. It is still about people, so it goes with the rest at erasure.
--   * `city` is that of the place of the dispute, not the agency's: court and police of one city see each other's.
--   * `n` counts within a mark. Two daemons that take referrals of the same parties at the same moment want the same n:
--     one of them is rolled back, tries again and sees the other. So each referral sees all that were committed before it.
-- Not partitioned: it has to be found by its mark whatever its age, and n could not be unique over partitions. A row is some
-- 100 bytes. To keep marks for two years only, say:
--   DELETE FROM referral.party_mark WHERE city = 3205 AND arrived < now() - interval '2 years';
CREATE TABLE party_mark (
    city      int         NOT NULL,
    mark      bytea       NOT NULL,
    n         int         NOT NULL,                  -- 1, 2, ... within the mark
    referral  uuid        NOT NULL,
    arrived   timestamptz NOT NULL,
    PRIMARY KEY (city, mark, n),
    CHECK (n > 0 AND octet_length(mark) = 16)
);
CREATE INDEX party_mark_referral ON party_mark (city, referral);

-- When an organisation last got an assignment, for daemons that start; where several came in one millisecond, a little later,
-- so that their order is kept. NULL: never since this migration.
ALTER TABLE load ADD COLUMN given timestamptz;

-- As in 0001, and the marks.
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
END $$;
