-- A snapshot is as large as its account is old. Compressing it costs the server more than writing it as it is, and whoever
-- loads an account waits for it to be unpacked.
alter table snapshot alter column state set storage external;
