-- 0007_second.sql - mediations that wait for their agency's word
--
-- State 10: a first mediation has failed, and the agency may ask for a second one. State 11: stopped, a sham is suspected. The
-- organisation keeps its assignment in both.
SET LOCAL search_path = referral;

ALTER TABLE docket DROP CONSTRAINT docket_open_is_due;
ALTER TABLE docket
    ADD CONSTRAINT docket_open_is_due CHECK ((state IN (1, 2, 3, 4, 9, 10, 11)) = (due_at IS NOT NULL)),
    ADD CONSTRAINT docket_has_organisation CHECK (state NOT IN (10, 11) OR (assignment IS NOT NULL AND organisation IS NOT NULL));
