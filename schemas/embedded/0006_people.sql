-- Users and invitations are changed as a whole, by rules that are the program's: a document each, which they own.
CREATE TABLE people (
  kind     TEXT NOT NULL,                      -- user, invitation
  name     TEXT NOT NULL,                      -- a user's address, the hash of an invitation's token
  document BLOB NOT NULL,                      -- JSON
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

INSERT INTO people (kind, name, document)
  SELECT 'user', email, CAST(json_object('Email', email, 'PasswordHash', password_hash, 'Role', role,
    'CreatedAt', strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000000.0, 'unixepoch')) AS BLOB) FROM users;
DROP TABLE users;

-- A session knows whose it is, so that it can be listed and ended. Those of before do not: they sign in again.
DROP TABLE sessions;
CREATE TABLE sessions (
  token      TEXT    PRIMARY KEY,              -- SHA-256 of the cookie's token
  user       TEXT    NOT NULL,                 -- the user's id
  document   BLOB    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user);

-- What everybody who can sign in did. Nothing is ever changed or removed here.
CREATE TABLE admin_acts (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,                    -- microseconds since 1970
  who     TEXT    NOT NULL,                    -- e-mail address; empty for a stranger
  what    TEXT    NOT NULL,
  about   TEXT    NOT NULL,                    -- whom or what it was done to, in words
  site    TEXT    NOT NULL,
  outcome TEXT    NOT NULL,                    -- done, refused, failed
  network TEXT    NOT NULL                     -- the client's, never its address
) STRICT;
CREATE TRIGGER admin_acts_unchanged BEFORE UPDATE ON admin_acts BEGIN SELECT RAISE(ABORT, 'admin_acts is append-only'); END;
CREATE TRIGGER admin_acts_kept BEFORE DELETE ON admin_acts BEGIN SELECT RAISE(ABORT, 'admin_acts is append-only'); END;
CREATE TRIGGER admin_acts_once BEFORE INSERT ON admin_acts WHEN EXISTS (SELECT 1 FROM admin_acts WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'admin_acts is append-only'); END;
