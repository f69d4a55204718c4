-- How dates and clocks are written; NULL follows the browser.
ALTER TABLE users ADD COLUMN region TEXT;
ALTER TABLE users ADD COLUMN clock TEXT CHECK (clock IN ('12', '24'));
