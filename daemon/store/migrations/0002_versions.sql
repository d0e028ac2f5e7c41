-- 0002_versions.sql - who published which rule set, when and why; and proposals that wait for a second person
--
-- The newest publication says what is in force. It also keeps what the configuration directory held at that moment: where
-- that was another set, the published one is pinned, and a start or reload of the unchanged directory does not undo it.
-- An assignment's status may also be 7: moved, because other rules decided anew (referralctl rules affected).
-- Privileges of the daemon's role, beside those of 0001:
--   SELECT, INSERT                   proposal

SET LOCAL search_path = referral;

ALTER TABLE publication
    ADD COLUMN kind          smallint NOT NULL DEFAULT 1,    -- 1 from the directory, 2 rolled back to, 3 proposed and approved
    ADD COLUMN directory     bytea,                          -- the set that the directory held; NULL: the published one
    ADD COLUMN reason        text     NOT NULL DEFAULT '',   -- in the operator's words
    ADD COLUMN proposer      text     NOT NULL DEFAULT '',   -- the first of two people; `who` approved
    ADD COLUMN rules         int,                            -- how many; NULL: not counted, before this migration
    ADD COLUMN organisations int;
CREATE INDEX publication_hash ON publication (hash, at);

-- A set that was checked and waits for a second person's approval, as long as `base` is the newest publication.
CREATE TABLE proposal (
    at          timestamptz NOT NULL,
    hash        bytea       NOT NULL REFERENCES ruleset,
    daemon      uuid        NOT NULL,
    who         text        NOT NULL,
    kind        smallint    NOT NULL,                        -- 2 a rollback, 3 the directory's set
    reason      text        NOT NULL,
    base_at     timestamptz NOT NULL,                        -- the publication that was the newest
    base_daemon uuid        NOT NULL,
    PRIMARY KEY (at, daemon)
);

-- How many decisions a version made.
CREATE INDEX decision_ruleset ON decision (city, ruleset);
