-- Pages of one type's identifiers, in order of enrolment.
create index vault_identifier_pages on vault_identifier (tenant, type, identifier_key) where verified;
