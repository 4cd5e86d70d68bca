create table heard (counter text not null, revision integer not null, by_amount bigint not null, primary key (counter, revision));
create table refused (counter text primary key);
