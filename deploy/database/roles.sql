-- roles.sql - the database, its owner and the daemon's role; may be run again at any time
--
--   sudo -u postgres psql -X -v ON_ERROR_STOP=1 -f roles.sql
--   ... -v database=referrald -v owner=referrald_owner -v daemon=referrald
--
-- The owner makes and changes the schema (`referrald migrate`) and cannot log in: a superuser steps into it, or give it a
-- login and a password if your rules ask for that. The daemon's role can log in and owns nothing; what it may do comes from
-- grants.sql. Its password, if it needs one, is set by hand: \password referrald
\if :{?database} \else \set database referrald \endif
\if :{?owner} \else \set owner referrald_owner \endif
\if :{?daemon} \else \set daemon referrald \endif

SELECT format('CREATE ROLE %I NOLOGIN', :'owner')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'daemon')
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'daemon') \gexec
ALTER ROLE :"daemon" NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;

SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8'' TEMPLATE template0',
              :'database', :'owner')
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = :'database') \gexec
ALTER DATABASE :"database" OWNER TO :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC, :"daemon";
GRANT CONNECT ON DATABASE :"database" TO :"daemon";
