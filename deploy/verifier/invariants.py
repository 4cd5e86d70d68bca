#!/usr/bin/env python3
"""Checks Tallystick's invariants from outside, in the database, without any code of ours.

Needs Python 3 and one driver: `pip install pg8000`. Run it on a drained suite (every consumer at the head of its topic)
as a role that may read every schema. Numbers are those of the trust page:

  I1   every journal entry sums to zero per asset and issuer, in the rows and in the events
  I2   balance rows = sum of postings = sum of lots (assets with lots), each for available, pending and held, = fold of the
       events by postings = fold of the events by lots, which are done here
  I3   lots are conserved and no part of one is ever negative
  I4   a purchase accrues at most once; every published purchase is recorded once or has a dead letter
  I5   a hold is placed once and ends once; slices sum up; nothing that is held expires
  I6   what units owe = what is left of lots; opening and what a day brought = closing
  I7   revisions have no hole, every hash is that of the stored bytes, every event names its predecessor's hash
  I9   every projection has applied exactly the events up to its position
  I12  what the bus acknowledged is in the log, or has a dead letter with a reason
  I13  a return reverses once; asked = taken + uncollectable + deficit + on hold, taken = its slices
  I14  every draw is recomputed from the order of lots; a lot expires once, at its stated instant
  I18  no consumer skipped: it stands at the head of its topic, positions of logs have no hole
  I19  every record of a topic is applied, a duplicate, or a dead letter
  I21  no money column is floating or numeric

I11 (repeats change nothing) is shown by `--heads`: print the log heads before and after publishing again, and compare.
Prints one line per check and `ok`, or every violation; exits 1 where there is one.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from urllib.parse import unquote, urlparse

from books import Books
from ledger_checks import check_ledger, check_liability
from logs import verify_log

try:
    import pg8000.dbapi as postgres
except ImportError:
    sys.exit('pg8000 is missing: pip install pg8000')

LOGS = ['campaigns', 'ledger', 'membership', 'organization']
SERVICES = LOGS + ['settlement', 'insights']
OUTSIDE_TOPICS = ['purchases.v1', 'returns.v1']
# Contract topics whose records are exactly the events of one type.
CONTRACTS = {
    'PurchaseRecorded': 'campaigns.purchase-recorded.v1',
    'MemberEnrolled': 'membership.member-enrolled.v1',
    'TierChanged': 'membership.tier-changed.v1',
    'NodeDeclared': 'organization.node-declared.v1',
}
MOST_SHOWN = 5


def connect(url):
    parts = urlparse(url)
    return postgres.connect(
        user=unquote(parts.username or 'postgres'),
        password=unquote(parts.password or ''),
        host=parts.hostname,
        port=parts.port or 5432,
        database=parts.path.lstrip('/') or 'postgres',
    )


class Database:
    def __init__(self, url):
        self.connection = connect(url)

    def rows(self, sql, args=()):
        cursor = self.connection.cursor()
        cursor.execute(sql, args)
        return cursor.fetchall()

    def pages(self, sql, key, size=20000):
        """Rows of `sql` (which ends in `where KEY > %s order by KEY limit %s`), page by page."""
        last = 0
        while True:
            page = self.rows(sql, (last, size))
            if not page:
                return
            yield from page
            last = page[-1][key]


class Report:
    def __init__(self):
        self.violations = 0
        self.results = []

    def check(self, name, looked_at, faults):
        faults = list(faults)
        self.results.append({'check': name, 'lookedAt': looked_at, 'violations': len(faults)})
        self.violations += len(faults)
        print(f'{"ok  " if not faults else "FAIL"} {name}: looked at {looked_at}, {len(faults)} violations', flush=True)
        for fault in faults[:MOST_SHOWN]:
            print(f'       {fault}')


def check_projections(database, report, books, recorded):
    (journal,) = database.rows('select count(*) from ledger.journal')[0]
    report.check(
        'I9 one journal row an account event',
        books.journal,
        [] if journal == books.journal else [f'{journal} rows, {books.journal} events'],
    )
    owed = {a: int(n) for a, n in database.rows('select account::text, sum(points) from settlement.obligation group by 1')}
    held = defaultdict(int)
    for (account, _), lot in books.lots().items():
        held[account] += lot.kept
    faults = [f'{a}: owed {owed.get(a, 0)}, lots {held.get(a, 0)}' for a in set(owed) | set(held) if owed.get(a, 0) != held.get(a, 0)]
    report.check('I9 obligations = lots', len(held), faults)
    check_liability(database, report, books)
    grown = {a: int(n) for a, n in database.rows('select account::text, sum(amount) from membership.growth_fact group by 1')}
    growth = {a: n for (a, asset), n in books.available.items() if asset == 'GROWTH'}
    faults = [f'{a}: facts {grown.get(a, 0)}, ledger {growth.get(a, 0)}' for a in set(grown) | set(growth) if grown.get(a, 0) != growth.get(a, 0)]
    report.check('I9 growth facts = ledger', len(growth), faults)
    moved = {
        a: int(n) for a, n in database.rows('select account::text, sum(points) from insights.fact_points_movement group by 1')
    }
    faults = [f'{a}: BI {moved.get(a, 0)}, lots {held.get(a, 0)}' for a in set(moved) | set(held) if moved.get(a, 0) != held.get(a, 0)]
    report.check('I9 BI movements = lots', len(held), faults)
    purchases = {
        (t, s, p): (int(total), lines)
        for t, s, p, total, lines in database.rows('select tenant, source, purchase_id, total, line_count from insights.fact_purchase')
    }
    (rows_count,) = database.rows('select count(*) from insights.fact_purchase')[0]
    faults = [f'{key}: BI {purchases.get(key)}, recorded {recorded.get(key)}' for key in set(purchases) | set(recorded) if purchases.get(key) != recorded.get(key)]
    if rows_count != len(recorded):
        faults.append(f'{rows_count} rows for {len(recorded)} purchases')
    report.check('I9 BI purchases = recorded purchases', len(recorded), faults)
    (lines,) = database.rows('select count(*) from insights.fact_purchase_line')[0]
    expected = sum(count for _, count in recorded.values())
    report.check('I9 BI purchase lines', expected, [] if lines == expected else [f'{lines} rows, {expected} lines'])


class BusTables:
    """Topics of outside publishers on the Postgres bus."""

    def __init__(self, database):
        self.database = database

    def records(self, topic):
        for partition in range(12):
            last = 0
            while True:
                page = self.database.rows(
                    'select "offset", value from bus.record where topic = %s and partition = %s and "offset" > %s '
                    'order by "offset" limit 20000',
                    (topic, partition, last),
                )
                if not page:
                    break
                for offset, value in page:
                    yield partition, offset, bytes(value)
                last = page[-1][0]


class KafkaTopics:
    """Every topic on Kafka, read once by a program that is kafkajs alone; a record's position is its offset + 1."""

    def __init__(self, brokers, topics):
        self.by_topic = {topic: [] for topic in OUTSIDE_TOPICS}
        self.ends = {}
        self.origins = {topic: set() for topic in topics}
        reader = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'kafka_records.mjs')
        with subprocess.Popen(['node', reader, brokers, *topics], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                record = json.loads(line)
                topic = record['topic']
                if 'ends' in record:
                    self.ends[topic] = {int(partition): end for partition, end in record['ends'].items()}
                elif topic in OUTSIDE_TOPICS:
                    self.by_topic[topic].append((record['partition'], record['position'], record['value'].encode()))
                else:
                    # Stream, revision, event id, log position and correlation id, each before a space but the last.
                    stream, revision, _ = record['headers']['origin'].split(' ', 2)
                    self.origins[topic].add((stream, int(revision)))
        if process.returncode != 0:
            sys.exit('the topics could not be read from Kafka')

    def records(self, topic):
        return sorted(self.by_topic[topic], key=lambda record: record[:2])


def check_topics(database, report, recorded_ids, topics):
    letters = {
        (topic, partition, int(offset))
        for topic, partition, offset in database.rows('select topic, partition, position from campaigns.dead_letter')
    }
    for topic in OUTSIDE_TOPICS:
        committed = dict(
            database.rows("select partition, position from campaigns.consumer_position where consumer = 'campaigns' and topic = %s", (topic,))
        )
        faults = []
        count = 0
        last = {}
        for partition, offset, value in topics.records(topic):
            if offset != last.get(partition, 0) + 1:
                faults.append(f'{topic}/{partition}: offset {last.get(partition, 0)} is followed by {offset}')
            last[partition] = offset
            count += 1
            name = record_name(value)
            if name not in recorded_ids and (topic, partition, offset) not in letters:
                faults.append(f'{topic}/{partition}/{offset}: {name} is neither recorded nor a dead letter')
        for partition, offset in last.items():
            if committed.get(partition, 0) < offset:
                faults.append(f'{topic}/{partition}: committed {committed.get(partition)}, last offset {offset}')
        report.check(f'I4 I12 I19 every record of {topic} is accounted for', count, faults)


def contract_topics(database):
    """Every contract topic that somebody hears."""
    heard = set()
    for schema in SERVICES:
        heard |= {topic for (topic,) in database.rows(f'select distinct topic from {schema}.consumer_position')}
    return sorted(topic for topic in heard if topic.split('.')[0] in LOGS)


def check_contract_topics(database, report, kafka, announced):
    """What the logs announce is on Kafka, each at least once, and every consumer stands at the end."""
    for topic, expected in announced.items():
        missing = expected - kafka.origins[topic]
        strange = kafka.origins[topic] - expected
        faults = [f'{name} is not on the topic' for name in missing] + [f'{name} is not in the log' for name in strange]
        report.check(f'I12 {topic} holds what the log announces', len(expected), faults)
    faults = []
    count = 0
    for schema in SERVICES:
        positions = {}
        for topic, partition, position in database.rows(f'select topic, partition, position from {schema}.consumer_position'):
            if topic in kafka.ends:
                positions.setdefault(topic, {})[partition] = position
        for topic, by_partition in positions.items():
            for partition, end in kafka.ends[topic].items():
                count += 1
                if by_partition.get(partition, 0) != end:
                    faults.append(f'{schema} on {topic}/{partition}: position {by_partition.get(partition, 0)}, end {end}')
    report.check('I18 every consumer stands at the end of its topics', count, faults)


def record_name(value):
    try:
        message = json.loads(bytes(value))
        return message['type'], message['source'], message['id']
    except (TypeError, ValueError, KeyError):
        return None


def check_consumers(database, report, kafka):
    faults = []
    count = 0
    for schema in SERVICES:
        for consumer, topic, partition, position in database.rows(
            f'select consumer, topic, partition, position from {schema}.consumer_position'
        ):
            if kafka and not topic.startswith('log:'):
                continue
            count += 1
            producer = topic.removeprefix('log:') if topic.startswith('log:') else topic.split('.')[0]
            if producer not in LOGS:
                continue
            (head,) = database.rows(f'select last_position from {producer}.log_counter')[0]
            if position > head:
                faults.append(f'{consumer} on {topic}/{partition}: position {position} is beyond the head {head}')
    report.check('I18 no consumer is beyond its log', count, faults)


def check_types(database, report):
    rows = database.rows(
        "select table_schema, table_name, column_name, data_type from information_schema.columns where table_schema in "
        "('campaigns', 'ledger', 'membership', 'settlement', 'insights', 'organization', 'bus') and data_type in "
        "('real', 'double precision', 'numeric', 'money') and not (table_schema = 'settlement' and data_type = 'numeric' "
        "and table_name ~ '^(obligation_total(_v[0-9]+)?|liability(_day)?)$' and numeric_scale = 0)"
    )
    (count,) = database.rows(
        "select count(*) from information_schema.columns where table_schema in ('campaigns', 'ledger', 'membership', "
        "'settlement', 'insights', 'organization', 'bus')"
    )[0]
    report.check('I21 no floating or numeric column but whole totals over accounts', count, [f'{row}' for row in rows])


def print_heads(database):
    print(json.dumps({service: database.rows(f'select last_position from {service}.log_counter')[0][0] for service in LOGS}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--database-url', required=True)
    parser.add_argument('--tenant', default='demo')
    parser.add_argument('--heads', action='store_true', help='print the head of every log and stop')
    parser.add_argument('--ledger-alone', action='store_true', help='the database holds the ledger and nothing else')
    parser.add_argument('--kafka', metavar='BROKERS', help='the topics are on Kafka: read them there (needs node)')
    arguments = parser.parse_args()
    database = Database(arguments.database_url)
    if arguments.heads:
        print_heads(database)
        return
    started = time.time()
    report = Report()
    books = Books()

    def from_ledger(_position, stream, revision, kind, data):
        books.take(stream, revision, kind, data)

    if arguments.ledger_alone:
        verify_log(database, 'ledger', report, from_ledger)
        check_ledger(database, report, books)
        finish(report, started)
    recorded = {}
    recorded_ids = set()

    def from_campaigns(_position, stream, _revision, kind, data):
        subject, tenant, rest = stream_parts(stream)
        if subject == 'purchase' and kind == 'PurchaseRecorded':
            source, purchase = rest.split('_', 1)
            content = data['purchase']
            recorded[tenant, source, purchase] = (int(content['total']), len(content['lines']))
            recorded_ids.add(('purchase-paid', source, purchase))
        if subject == 'return':
            source, number = rest.split('_', 1)
            recorded_ids.add(('return-made', source, number))
        if subject == 'purchase' and 'return' in data:
            recorded_ids.add(('return-made', data['return']['source'], data['return']['id']))

    announced = {topic: set() for topic in CONTRACTS.values()}

    def noting(consume):
        def note(position, stream, revision, kind, data):
            if kind in CONTRACTS:
                announced[CONTRACTS[kind]].add((stream, revision))
            consume(position, stream, revision, kind, data)

        return note

    verify_log(database, 'campaigns', report, noting(from_campaigns))
    verify_log(database, 'ledger', report, from_ledger)
    verify_log(database, 'membership', report, noting(lambda *_: None))
    verify_log(database, 'organization', report, noting(lambda *_: None))
    check_ledger(database, report, books)
    check_projections(database, report, books, recorded)
    kafka = KafkaTopics(arguments.kafka, OUTSIDE_TOPICS + contract_topics(database)) if arguments.kafka else None
    check_topics(database, report, recorded_ids, kafka or BusTables(database))
    if kafka:
        check_contract_topics(database, report, kafka, announced)
    check_consumers(database, report, kafka)
    check_types(database, report)
    finish(report, started)


def finish(report, started):
    print(f'{len(report.results)} checks, {report.violations} violations, {time.time() - started:.1f} s')
    sys.exit(1 if report.violations else 0)


def stream_parts(stream):
    kind, rest = stream.split('-', 1)
    tenant, _, tail = rest.partition('_')
    return kind, tenant, tail


if __name__ == '__main__':
    main()
