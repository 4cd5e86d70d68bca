-- Whose record it was; absent where nobody can tell, or where it was given up before this column came.
alter table dead_letter add column tenant text collate "C";
