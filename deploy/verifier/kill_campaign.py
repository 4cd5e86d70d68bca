#!/usr/bin/env python3
"""Kills the suite and its database while purchases are in flight, then checks that nothing was lost or doubled.

Runs from the workspace root after `npm run build`. Publishes the UCI "Online Retail" file, paced, into the embedded
suite; SIGKILLs the suite's process or the PostgreSQL server again and again, restarts, lets the publisher go on; then
drains, compares every balance with the independent recomputation, checks the invariants, publishes the whole file once
more and demands that no log has grown. A kill counts only where records were published and not yet settled.

  python3 deploy/verifier/kill_campaign.py FILE --process-kills 70 --postgres-kills 30

Needs Python 3, `pip install pg8000`, and node on the PATH. Exits 1 where anything is not as it must be.
"""
import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import invariants
import online_retail

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SUITE = ['node', '--max-semi-space-size=64', 'dist/services/standalone/src/main.js', '--port', '0', '--no-demo']
TALLY = ['node', 'dist/services/tally/src/main.js']
START_SECONDS = 60


class Suite:
    """The suite as a process of its own, and the files that tell where it is."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.starts = 0
        self.start_seconds = []

    def start(self):
        began = time.time()
        log = open(f'{self.folder}.log', 'a')
        self.process = subprocess.Popen(
            SUITE + ['--data', self.folder], cwd=ROOT, stdout=log, stderr=log, env={**os.environ, 'TALLY_LOG_LEVEL': 'error'}
        )
        while time.time() - began < START_SECONDS:
            run = self.run_file()
            if run and run['pid'] == self.process.pid:
                self.starts += 1
                self.start_seconds.append(time.time() - began)
                return
            if self.process.poll() is not None:
                raise SystemExit(f'the suite ended with {self.process.returncode} at start {self.starts + 1}: see {self.folder}.log')
            time.sleep(0.05)
        raise SystemExit('the suite did not start in time')

    def run_file(self):
        try:
            with open(os.path.join(self.folder, 'run.json')) as file:
                return json.load(file)
        except (OSError, ValueError):
            return None

    def database(self):
        return invariants.Database(self.run_file()['databaseUrl'])

    def postgres_pid(self):
        (folder,) = self.database().rows('show data_directory')[0]
        with open(os.path.join(folder, 'postmaster.pid')) as file:
            return int(file.readline())

    def kill_process(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_postgres(self):
        os.kill(self.postgres_pid(), signal.SIGKILL)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            raise SystemExit('the suite did not end after its database was killed')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def in_flight(suite):
    """Records that are published and not yet recorded, or events that the ledger's rows do not show yet."""
    try:
        database = suite.database()
        waiting = 0
        for topic in invariants.OUTSIDE_TOPICS:
            rows = database.rows(
                "select coalesce(sum(t.next_offset - 1 - coalesce(p.position, 0)), 0) from bus.topic_partition t "
                "left join campaigns.consumer_position p on p.consumer = 'campaigns' and p.topic = t.topic "
                'and p.partition = t.partition where t.topic = %s',
                (topic,),
            )
            waiting += int(rows[0][0])
        for schema, topic in [('ledger', 'campaigns.purchase-qualified.v1'), ('settlement', 'ledger.points-accrued.v1')]:
            rows = database.rows(
                f'select coalesce(max(l.last_position - p.position), 0) from {topic.split(".")[0]}.log_counter l, '
                f'{schema}.consumer_position p where p.topic = %s',
                (topic,),
            )
            waiting += int(rows[0][0])
        database.connection.close()
        return waiting
    except Exception:
        return 0


class Publisher:
    """`tally publish`, started again whenever a kill has ended it; it goes on where the bus last took a batch."""

    def __init__(self, suite, file, rate, order):
        self.command = TALLY + [
            'publish', file, '--format', 'online-retail', '--rate', str(rate), '--order', order, '--quiet', '--json', '--no-start', '--data', suite.folder
        ]
        self.process = None
        self.runs = 0
        self.complete = 0

    def keep_going(self):
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None and self.process.returncode == 0:
            self.complete += 1
        self.runs += 1
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()


def tally(suite, *words):
    result = subprocess.run(TALLY + list(words) + ['--quiet', '--data', suite.folder], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f'tally {" ".join(words)}: {result.stderr}')
    return result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file')
    parser.add_argument('--process-kills', type=int, default=70)
    parser.add_argument('--postgres-kills', type=int, default=30)
    parser.add_argument('--rate', type=int, default=400, help='records a second')
    parser.add_argument('--order', default='interleaved', choices=['file', 'interleaved', 'random'])
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--data', help='data folder; default: a fresh one')
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    file = os.path.abspath(arguments.file)
    suite = Suite(arguments.data or os.path.join(tempfile.mkdtemp(prefix='kill-campaign-'), 'data'))
    os.makedirs(suite.folder, exist_ok=True)
    began = time.time()
    suite.start()
    tally(suite, 'apply', 'docs/examples/online-retail.yaml')
    kinds = ['process'] * arguments.process_kills + ['postgres'] * arguments.postgres_kills
    chance.shuffle(kinds)
    publisher = Publisher(suite, file, arguments.rate, arguments.order)
    counted = {'process': 0, 'postgres': 0}
    flights = []
    for number, kind in enumerate(kinds, 1):
        publisher.keep_going()
        until = time.time() + chance.uniform(0.2, 1.5)
        deadline = time.time() + 60
        flight = 0
        while time.time() < until or flight == 0:
            publisher.keep_going()
            flight = in_flight(suite)
            if time.time() > deadline:
                raise SystemExit('nothing was in flight for a minute')
            if flight and time.time() >= until:
                break
            time.sleep(0.02)
        if kind == 'process':
            suite.kill_process()
        else:
            suite.kill_postgres()
        counted[kind] += 1
        flights.append(flight)
        suite.start()
        print(f'kill {number}/{len(kinds)}: {kind}, {flight} in flight, up again in {suite.start_seconds[-1]:.1f} s', file=sys.stderr, flush=True)
    publisher.end()
    tally(suite, 'publish', file, '--format', 'online-retail', '--order', arguments.order, '--wait', '--timeout', '600')
    failures = 0
    expected, _ = online_retail.balances(online_retail.read_invoices(file))
    lines = ['identifier,balance'] + [f'{who},{expected[who]}' for who in sorted(expected, key=lambda text: text.encode())]
    equal = tally(suite, 'balance', '--all').split('\n')[: len(lines)] == lines
    failures += not equal
    print(f'balances of {len(expected)} customers equal the independent recomputation: {equal}')
    print(tally(suite, 'verify').strip())
    url = suite.run_file()['databaseUrl']
    check = subprocess.run([sys.executable, os.path.join(HERE, 'invariants.py'), '--database-url', url])
    failures += check.returncode != 0
    heads = subprocess.check_output([sys.executable, os.path.join(HERE, 'invariants.py'), '--database-url', url, '--heads'], text=True)
    tally(suite, 'publish', file, '--format', 'online-retail', '--order', 'random', '--seed', '7', '--wait', '--timeout', '600')
    again = subprocess.check_output([sys.executable, os.path.join(HERE, 'invariants.py'), '--database-url', url, '--heads'], text=True)
    same = without_clock(heads) == without_clock(again)
    failures += not same
    print(f'I11 publishing everything again adds no event: {same}')
    suite.stop()
    starts = sorted(suite.start_seconds[1:])
    print(
        f'{counted["process"]} kills of the process, {counted["postgres"]} of PostgreSQL, each with records in flight '
        f'(median {sorted(flights)[len(flights) // 2]}); ready again in {starts[len(starts) // 2]:.1f} s median, '
        f'{starts[-1]:.1f} s at most; {publisher.runs} publisher runs; {time.time() - began:.0f} s'
    )
    print('campaign passed' if failures == 0 else f'campaign FAILED: {failures}')
    sys.exit(1 if failures else 0)


def without_clock(heads):
    """Time goes on: organization's log grows with each minute."""
    return {service: head for service, head in json.loads(heads).items() if service != 'organization'}


if __name__ == '__main__':
    main()
