-- The session that a place is held with, as it is stored (hashed): when that ends, on the command line or while the server was
-- down, the place is free. Missing for calls of earlier versions, until their page is back; sessions come and go, so it
-- refers to none.
ALTER TABLE call_places ADD COLUMN session TEXT;
