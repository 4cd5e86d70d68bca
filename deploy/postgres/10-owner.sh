#!/usr/bin/env bash
# Run once by the image of PostgreSQL, on an empty cluster: the database, and the owner of its schemas. The owner makes a
# role for each service and is no superuser.
set -euo pipefail

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat /run/secrets/database-owner-password`
create role tallystick login createrole password :'password';
create database tallystick owner tallystick;
SQL
