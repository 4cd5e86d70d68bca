#!/usr/bin/env python3
"""Runs Tallystick as many processes and kills some of them again and again under load; then compares every balance.

Runs from the workspace root after `npm run build`.

  --bus kafka     (default) a Kafka broker of its own, each service as a process of its own, two replicas of campaigns
                  and of ledger; the replicas are killed, by turns
  --bus postgres  two whole suites on one database, the embedded bus; the suites are killed, by turns

In both, one more process serves HTTP alone (TALLY_ROLES=http) and tells the progress of all others
(TALLY_STATUS_OF): to it speaks `tally`. PostgreSQL is started here unless DATABASE_URL names an empty database.
Publishes the UCI "Online Retail" file, paced; each kill is a SIGKILL of a process that has records before it, and the
process is started again at once. At the end everything is drained; the balances must equal the independent recomputation,
`tally verify` and invariants.py must find nothing.

  python3 deploy/verifier/processes_over_kafka.py FILE --kills 20
  python3 deploy/verifier/processes_over_kafka.py FILE --bus postgres --kills 10

Needs Python 3, `pip install pg8000`, node, and for Kafka Java 17 (and Maven, the first time). Exits 1 where anything is
not as it must be.
"""
import argparse
import csv
import gzip
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import online_retail

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NODE = ['node', '--max-semi-space-size=32', '--disable-warning=TimeoutNegativeWarning']
TALLY = ['node', 'dist/services/tally/src/main.js']
SERVICES = ['organization', 'membership', 'campaigns', 'ledger', 'settlement', 'insights']
REPLICATED = ['campaigns', 'ledger']
START_SECONDS = 90
FLIGHT_SECONDS = 120
BEHIND = re.compile(r'^tally_(?:bus|relay)_held_behind\{[^}]*\} ([0-9]+)', re.MULTILINE)


def free_ports(count):
    """Ports that are free now; all are held until the last is known, so that they differ."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(('127.0.0.1', 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Helper:
    """A launcher of tools/ that prints one JSON line when it is ready and ends when its standard input ends."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            ['node', *command, '--json'], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f'{command[0]} did not start')
        self.facts = json.loads(line)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Worker:
    """One process of the suite, on a port of its own."""

    def __init__(self, name, program, port, environment, logs):
        self.name = name
        self.program = program
        self.port = port
        self.environment = {**environment, 'TALLY_PORT': str(port)}
        self.log = os.path.join(logs, f'{name}.log')
        self.process = None
        self.kills = 0
        self.start_seconds = []

    @property
    def address(self):
        return f'http://127.0.0.1:{self.port}'

    def launch(self):
        with open(self.log, 'a') as log:
            self.process = subprocess.Popen(
                NODE + self.program, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, **self.environment}
            )
        self.began = time.time()

    def wait_until_live(self):
        while self.get('/health/live') is None:
            if self.process.poll() is not None:
                raise SystemExit(f'{self.name} ended with {self.process.returncode}: see {self.log}')
            if time.time() - self.began > START_SECONDS:
                raise SystemExit(f'{self.name} did not start in time: see {self.log}')
            time.sleep(0.1)
        self.start_seconds.append(time.time() - self.began)

    def get(self, path):
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return None

    def behind(self):
        """Records that lie before this process in what it holds itself, by its figures; 0 where it does not answer."""
        return sum(int(count) for count in BEHIND.findall(self.get('/metrics') or ''))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def check_alive(self):
        if self.process.poll() is not None:
            raise SystemExit(f'{self.name} ended by itself with {self.process.returncode}: see {self.log}')

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode if self.process is not None else 0


class Installation:
    """The broker, the database and every process, in one folder."""

    def __init__(self, bus, folder):
        self.bus = bus
        self.folder = folder
        self.data = os.path.join(folder, 'data')
        self.helpers = []
        self.workers = []
        os.makedirs(self.data)
        self.environment = {'TALLY_BUS': bus, 'TALLY_LOG_LEVEL': 'warn', 'TALLY_DATA': self.data, 'KAFKAJS_NO_PARTITIONER_WARNING': '1'}
        self.brokers = None

    def start(self):
        url = os.environ.get('DATABASE_URL') or self.helper('tools/postgres.mjs', '--data', os.path.join(self.folder, 'postgres'))['url']
        self.environment['DATABASE_URL'] = url
        if self.bus == 'kafka':
            self.brokers = self.helper('tools/kafka.mjs', '--data', os.path.join(self.folder, 'kafka'))['brokers']
            self.environment['KAFKA_BROKERS'] = self.brokers
        names = [name for name in SERVICES for _ in range(2 if name in REPLICATED else 1)] if self.bus == 'kafka' else ['suite', 'suite']
        front_port, *ports = free_ports(len(names) + 1)
        addresses = ','.join(f'http://127.0.0.1:{port}' for port in ports)
        front_settings = {**self.environment, 'TALLY_ROLES': 'http', 'TALLY_STATUS_OF': addresses}
        self.front = Worker('front', self.suite(self.data), front_port, front_settings, self.folder)
        for number, (name, port) in enumerate(zip(names, ports), 1):
            own = os.path.join(self.folder, f'{name}-{number}')
            program = self.suite(own) if name == 'suite' else [f'dist/services/{name}/src/main.js']
            self.workers.append(Worker(f'{name}-{number}', program, port, self.environment, self.folder))
        # The first one makes the schemas and the topics; two starters at once are safe, but slower.
        for worker in [self.front, *self.workers]:
            worker.launch()
            worker.wait_until_live()

    def helper(self, *command):
        self.helpers.append(Helper(*command))
        return self.helpers[-1].facts

    @staticmethod
    def suite(data):
        return ['dist/services/standalone/src/main.js', '--no-demo', '--data', data]

    @property
    def victims(self):
        wanted = ('suite', *REPLICATED)
        return [worker for worker in self.workers if worker.name.rsplit('-', 1)[0] in wanted]

    def tally(self, *words):
        result = subprocess.run(
            TALLY + list(words) + ['--quiet', '--no-start', '--data', self.data], cwd=ROOT, capture_output=True, text=True
        )
        if result.returncode != 0:
            raise SystemExit(f'tally {" ".join(words)}: {result.stderr or result.stdout}')
        return result.stdout

    def stop(self):
        """Ends everything; answers the processes that did not end clean."""
        unclean = [worker.name for worker in [self.front, *self.workers] if worker.process and worker.stop() != 0]
        for helper in reversed(self.helpers):
            helper.stop()
        return unclean


class Publisher:
    """`tally publish`, in another order each time it has come to the end before the last kill."""

    def __init__(self, installation, file, rate):
        self.command = TALLY + ['publish', file, '--format', 'online-retail', '--rate', str(rate), '--quiet', '--no-start', '--data', installation.data]
        self.log = os.path.join(installation.folder, 'publish.log')
        self.process = None
        self.runs = 0
        self.failed = 0

    def keep_going(self):
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None and self.process.returncode != 0:
            self.failed += 1
        self.runs += 1
        order = ['--order', 'interleaved', '--seed', str(self.runs)]
        with open(self.log, 'a') as log:
            self.process = subprocess.Popen(self.command + order, cwd=ROOT, stdout=log, stderr=log)

    def end(self):
        """Lets the first run come to its end: what it leaves out would be missing. Others only repeat."""
        if self.process is None:
            return
        if self.runs == 1:
            if self.process.wait() != 0:
                raise SystemExit(f'the publisher failed: see {self.log}')
        elif self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def kill_under_load(installation, publisher, kills, chance):
    flights = []
    victims = installation.victims
    for number in range(1, kills + 1):
        victim = victims[number % len(victims)]
        until = time.time() + chance.uniform(1, 4)
        deadline = time.time() + FLIGHT_SECONDS
        flight = 0
        while flight == 0 or time.time() < until:
            publisher.keep_going()
            for worker in [installation.front, *installation.workers]:
                worker.check_alive()
            if time.time() > deadline:
                raise SystemExit(f'nothing lay before {victim.name} for {FLIGHT_SECONDS} s (run {publisher.runs} of the publisher; a lower --rate makes the first one last)')
            time.sleep(0.05)
            flight = victim.behind()
        victim.kill()
        flights.append(flight)
        victim.launch()
        victim.wait_until_live()
        print(
            f'kill {number}/{kills}: {victim.name} with {flight} before it, up again in {victim.start_seconds[-1]:.1f} s',
            file=sys.stderr,
            flush=True,
        )
    return flights


def first_rows(file, rows, folder):
    """The file's first invoices, whole, until there are so many rows."""
    opener = gzip.open if file.endswith('.gz') else open
    with opener(file, 'rt', encoding='utf-8', newline='') as source:
        reader = csv.DictReader(source)
        table = list(reader)
        names = reader.fieldnames
    chosen = {row['InvoiceNo'] for row in table[:rows]}
    short = os.path.join(folder, 'first-rows.csv.gz')
    with gzip.open(short, 'wt', encoding='utf-8', newline='') as target:
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows(row for row in table if row['InvoiceNo'] in chosen)
    return short


def check(installation, file):
    failures = 0
    expected, counts = online_retail.balances(online_retail.read_invoices(file))
    lines = ['identifier,balance'] + [f'{who},{expected[who]}' for who in sorted(expected, key=lambda text: text.encode())]
    found = installation.tally('balance', '--all').split('\n')
    equal = found[: len(lines)] == lines and not any(found[len(lines) :])
    failures += not equal
    print(f'{counts["purchases"]} purchases, {counts["returns"]} returns: balances of {len(expected)} customers equal the independent recomputation: {equal}')
    print(installation.tally('verify').strip())
    command = [sys.executable, os.path.join(HERE, 'invariants.py'), '--database-url', installation.environment['DATABASE_URL']]
    command += ['--kafka', installation.brokers] if installation.brokers else []
    sys.stdout.flush()
    failures += subprocess.run(command).returncode != 0
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file', help='online_retail.csv or .csv.gz')
    parser.add_argument('--bus', default='kafka', choices=['kafka', 'postgres'])
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--rate', type=int, default=80, help='records a second; what is published again never reaches the ledger, so the file must last for all kills')
    parser.add_argument('--rows', type=int, help='take only so many rows of the file (whole invoices)')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', action='store_true', help='keep the folder with the logs of all processes')
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix='tallystick-processes-')
    file = os.path.abspath(arguments.file)
    if arguments.rows:
        file = first_rows(file, arguments.rows, folder)
    # Asked to end, it ends what it started as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.time()
    installation = Installation(arguments.bus, folder)
    failures = 1
    publisher = None
    try:
        installation.start()
        print(f'{len(installation.workers) + 1} processes are up after {time.time() - began:.0f} s, logs in {folder}', file=sys.stderr, flush=True)
        installation.tally('apply', 'docs/examples/online-retail.yaml')
        publisher = Publisher(installation, file, arguments.rate)
        flights = kill_under_load(installation, publisher, arguments.kills, random.Random(arguments.seed))
        publisher.end()
        # Once more as a whole: all repetitions, but for what a second publisher had not come to.
        installation.tally('publish', file, '--format', 'online-retail', '--wait', '--timeout', '900')
        failures = check(installation, file)
        starts = sorted(seconds for worker in installation.victims for seconds in worker.start_seconds[1:])
        print(
            f'{arguments.bus}: {len(installation.workers) + 1} processes; SIGKILLs '
            + ', '.join(f'{worker.name}: {worker.kills}' for worker in installation.victims)
            + f'; each with records before it (median {sorted(flights)[len(flights) // 2]}); up again in '
            + f'{starts[len(starts) // 2]:.1f} s median; publisher runs {publisher.runs}, failed {publisher.failed}; '
            + f'{time.time() - began:.0f} s'
            if flights
            else 'no kills were asked for'
        )
    finally:
        if publisher and publisher.process and publisher.process.poll() is None:
            publisher.process.kill()
        unclean = installation.stop()
        if unclean:
            failures += 1
            print(f'did not end clean: {", ".join(unclean)}')
        if not arguments.keep and failures == 0:
            shutil.rmtree(folder, ignore_errors=True)
    print('passed' if failures == 0 else f'FAILED: {failures}; logs in {folder}')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
