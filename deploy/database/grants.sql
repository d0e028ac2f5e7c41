-- grants.sql - what the daemon's role may do; run it after every `referrald migrate`, as often as you like
--
--   sudo -u postgres psql -X -v ON_ERROR_STOP=1 -d referrald -f grants.sql
--   ... -v owner=referrald_owner -v daemon=referrald
--
-- Exactly what the statements in daemon/store/ need (tests/system/test_deploy.py checks both directions): what is once
-- written to the journal, the decisions, the receipts and the rule sets cannot be changed or deleted by a daemon, not even
-- one that was taken over. Partitions need no grants of their own: access goes through their parents.
\if :{?owner} \else \set owner referrald_owner \endif
\if :{?daemon} \else \set daemon referrald \endif

BEGIN;
SET LOCAL search_path = referral, pg_temp;

-- From nothing, so that an older version's grants do not linger.
REVOKE ALL ON SCHEMA referral FROM PUBLIC, :"daemon";
REVOKE ALL ON ALL TABLES IN SCHEMA referral FROM PUBLIC, :"daemon";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA referral FROM PUBLIC, :"daemon";
REVOKE ALL ON ALL ROUTINES IN SCHEMA referral FROM PUBLIC, :"daemon";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
GRANT USAGE ON SCHEMA referral TO :"daemon";

-- Written once.
GRANT SELECT, INSERT ON submission, referral, decision, journal, note, supplement, quarantine, party_mark TO :"daemon";
GRANT SELECT, INSERT ON ruleset, ruleset_file, publication, proposal TO :"daemon";
GRANT SELECT, INSERT ON dossier_opening, dossier_sample, dossier_member, dossier_mark TO :"daemon";

-- Moved on, in these columns.
GRANT SELECT, INSERT ON chain, docket, assignment, load, session TO :"daemon";
GRANT UPDATE (seq, hash, cursor_seq) ON chain TO :"daemon";
GRANT UPDATE (state, due_kind, due_at, due_claim, assignment, organisation, decisions, reason, conclusion, changed,
    clocks, wake_at, wake, calendar) ON docket TO :"daemon";
GRANT UPDATE (status, term, session, receiver, told, notices, notice, respond_by, finish_by, answer, closed) ON assignment TO :"daemon";
GRANT UPDATE (open, capacity, wanted, given) ON load TO :"daemon";
GRANT UPDATE (id, daemon, until), DELETE ON session TO :"daemon";
GRANT SELECT, INSERT ON sighting, episode, episode_referral TO :"daemon";
GRANT UPDATE (fresh, claim), DELETE ON sighting TO :"daemon";
GRANT UPDATE (over, look, claim, mark, referrals, closed, who, closing) ON episode TO :"daemon";

-- Which migrations there are; and the coming months' partitions, made with the owner's rights.
GRANT SELECT ON schema_migration TO :"daemon";
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA referral TO :"daemon";
COMMIT;
