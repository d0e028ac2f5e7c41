-- 0005_clocks.sql - time limits as budgets with a ledger, and when to look again
--
-- `clocks` is the truth: a ClocksRecord (proto/referral/v1/record.proto), which limits run, since when, and what has stopped
-- or stretched them. due_at, wake_at and wake are computed from it, with the working calendar that `calendar` marks; when
-- another calendar is in force, the timer has them computed anew. State 9: agreed, and followed until it is known what became
-- of it.
-- Privileges of the daemon's role, beside those of the migrations before:
--   UPDATE                           docket (clocks, wake_at, wake, calendar), assignment (respond_by)
-- What was open before this migration has no clocks yet: its due time is taken as it stands.

SET LOCAL search_path = referral;

ALTER TABLE docket
    ADD COLUMN clocks   bytea,                               -- NULL: closed, or from before this migration
    ADD COLUMN wake_at  timestamptz,                         -- when something happens by itself
    ADD COLUMN wake     smallint,                            -- and what: an event of daemon/core/lifecycle.h
    ADD COLUMN calendar bigint;                              -- that due_at was counted with

UPDATE docket SET wake_at = due_at, wake = CASE due_kind WHEN 1 THEN 3 WHEN 3 THEN 15 ELSE 8 END WHERE due_at IS NOT NULL;

ALTER TABLE docket DROP CONSTRAINT docket_check;
ALTER TABLE docket
    ADD CONSTRAINT docket_open_is_due CHECK ((state IN (1, 2, 3, 4, 9)) = (due_at IS NOT NULL)),
    ADD CONSTRAINT docket_due_wakes CHECK ((due_at IS NULL) = (wake_at IS NULL) AND (wake_at IS NULL) = (wake IS NULL));
DROP INDEX docket_due;
CREATE INDEX docket_wake ON docket (city, wake_at) WHERE wake_at IS NOT NULL;
