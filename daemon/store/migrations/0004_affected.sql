-- 0004_affected.sql - the referrals that a version decided, in the order in which they are paged through
--
-- `rules affected` asks page by page for the next ones after a referral; an index without the referral would have each page
-- read and sort all of them. It serves as well what the index of 0002 did: how many decisions a version made. Builds
-- while decisions wait: some seconds for a million. No privileges beside those of the migrations before.

SET LOCAL search_path = referral;

CREATE INDEX decision_ruleset_referral ON decision (city, ruleset, referral);
DROP INDEX decision_ruleset;
