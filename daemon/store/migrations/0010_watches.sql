-- 0010_watches.sql - early warning: what watches have counted, and the episodes that were raised
--
-- `city` is that of the key's place; where the key has no place, or one above a city, the province's number (3200). So a key
-- stands under one city, whichever agencies its referrals come from.
-- Privileges of the daemon's role, beside those of the migrations before:
--   SELECT, INSERT                   episode_referral
--   SELECT, INSERT, DELETE, UPDATE   sighting (fresh, claim)
--   SELECT, INSERT, UPDATE           episode (over, look, claim, mark, referrals, places, closed, who, closing)

SET LOCAL search_path = referral;

-- One referral that counts for one key of one watch. Written with the referral; deleted when no watch looks back so far.
CREATE TABLE sighting (
    city       int      NOT NULL,
    referral   uuid     NOT NULL,
    watch      text COLLATE "C" NOT NULL,
    k          smallint NOT NULL,                     -- 0, 1, ...: a referral may count for several keys of a watch
    place      text COLLATE "C" NOT NULL,             -- of the key; empty: no part of it
    category   text COLLATE "C" NOT NULL,             -- likewise
    mark       bytea    NOT NULL,                     -- likewise: its parties or enterprise, as in party_mark; erased with it
    day        int      NOT NULL,                     -- of arrival, since 1970-01-01, in Asia/Shanghai
    spot       text COLLATE "C" NOT NULL,             -- the place of the referral itself
    agency     text COLLATE "C" NOT NULL,
    agency_ref text COLLATE "C" NOT NULL,
    fresh      boolean  NOT NULL DEFAULT true,        -- its key is still to be looked at
    claim      timestamptz,                           -- until when a timer works on it
    PRIMARY KEY (city, referral, watch, k),
    CHECK (octet_length(mark) IN (0, 16))
);
CREATE INDEX sighting_key ON sighting (city, watch, place, category, mark, day);
CREATE INDEX sighting_fresh ON sighting (city, referral) WHERE fresh;
CREATE INDEX sighting_old ON sighting (city, watch, day);

-- An alert: one for each episode of a key. Open until it is over; the centre closes it when it has dealt with it.
CREATE TABLE episode (
    city       int         NOT NULL,
    id         uuid        NOT NULL,
    watch      text COLLATE "C" NOT NULL,
    name       text        NOT NULL,                  -- of the watch, as it was
    place      text COLLATE "C" NOT NULL,
    category   text COLLATE "C" NOT NULL,
    mark       bytea       NOT NULL,                  -- empty once it is over
    raised     timestamptz NOT NULL,
    since      int         NOT NULL,                  -- first day of what was counted
    seen       int         NOT NULL,                  -- what it was raised on: referrals, or places
    expected   int,                                   -- of a rise: hundredths of referrals
    referrals  int         NOT NULL DEFAULT 0,        -- behind it so far
    over       timestamptz,
    look       timestamptz,                           -- when it is looked at again
    claim      timestamptz,                           -- until when a timer works on it
    closed     timestamptz,
    who        text,                                  -- closed it
    closing    smallint,                              -- and called it: 1 handled, 2 known before, 3 a false alarm
    PRIMARY KEY (city, id),
    CHECK ((over IS NULL) = (look IS NOT NULL)),
    CHECK ((closed IS NULL) = (who IS NULL) AND (closed IS NULL) = (closing IS NULL))
) WITH (fillfactor = 50);
-- Whichever daemon comes first: one open episode a key.
CREATE UNIQUE INDEX episode_open ON episode (city, watch, place, category, mark) WHERE over IS NULL;
CREATE INDEX episode_look ON episode (city, look) WHERE look IS NOT NULL;
CREATE INDEX episode_waiting ON episode (city, raised) WHERE closed IS NULL;

CREATE TABLE episode_referral (
    city       int  NOT NULL,
    episode    uuid NOT NULL,
    referral   uuid NOT NULL,
    agency     text COLLATE "C" NOT NULL,
    agency_ref text COLLATE "C" NOT NULL,
    day        int  NOT NULL,
    PRIMARY KEY (city, episode, referral)
);
CREATE INDEX episode_of_referral ON episode_referral (city, referral);

-- As in 0003, and what watches have counted. The marks of an open episode become meaningless: it ends by itself.
CREATE OR REPLACE FUNCTION erase_personal(of_city int, of_arrived timestamptz, of_referral uuid) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = referral, pg_temp AS $$
DECLARE
    place_city int;
    province   int;
BEGIN
    SELECT rpad(left(r.place, 4), 4, '0')::int, left(r.place, 2)::int * 100 INTO place_city, province FROM referral r
        WHERE r.city = of_city AND r.arrived = of_arrived AND r.id = of_referral;
    UPDATE referral SET sealed = NULL WHERE city = of_city AND arrived = of_arrived AND id = of_referral;
    DELETE FROM note WHERE city = of_city AND referral = of_referral;
    UPDATE supplement SET sealed = '' WHERE city = of_city AND referral = of_referral;
    DELETE FROM party_mark WHERE city = place_city AND referral = of_referral;
    DELETE FROM sighting WHERE city IN (place_city, province) AND referral = of_referral AND octet_length(mark) > 0;
    UPDATE episode e SET mark = uuid_send(e.id) FROM episode_referral r
        WHERE r.city IN (place_city, province) AND r.referral = of_referral AND e.city = r.city AND e.id = r.episode
        AND octet_length(e.mark) > 0;
    UPDATE dossier_opening SET sealed = NULL WHERE city = of_city AND referral = of_referral;
    UPDATE dossier_mark SET sealed = NULL WHERE city = of_city AND referral = of_referral;
END $$;
