-- 0006_notices.sql - what the receiver of an open assignment is still to hear
--
-- `told` is false while there is anything; that it is over says the status, the rest says `notices`. `notice` counts
-- what there was to tell, so that what comes while something is being told is not taken for told.
SET LOCAL search_path = referral;

ALTER TABLE assignment ADD COLUMN notices int NOT NULL DEFAULT 0; -- a bit each step kind of proto/referral/v1/vocabulary.proto
ALTER TABLE assignment ADD COLUMN notice int NOT NULL DEFAULT 0;
