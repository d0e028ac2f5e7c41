-- 0008_partner.sql - the partner in joint mediation has an assignment of its own
--
-- It takes no place and is never the docket's own assignment: the lead concludes, and what ends the lead's ends the partner's.
SET LOCAL search_path = referral;

ALTER TABLE assignment ADD COLUMN role smallint NOT NULL DEFAULT 0 CHECK (role IN (0, 1)); -- 0 leads or mediates alone, 1 partner
