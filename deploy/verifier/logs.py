"""Reads the services' logs: chains recomputed from the stored bytes, books and lots folded from the ledger's events.

Part of invariants.py; no import of Tallystick's code.
"""
import hashlib
import json
from collections import defaultdict


def framed(*fields):
    parts = bytearray()
    for field in fields:
        data = field if isinstance(field, (bytes, bytearray, memoryview)) else str(field).encode()
        parts += len(data).to_bytes(4, 'big') + bytes(data)
    return bytes(parts)


def read_log(database, service):
    return database.pages(
        f'select position, stream, revision, event_id::text, type, version, data, metadata, prev_hash, hash '
        f'from {service}.event where position > %s order by position limit %s',
        0,
    )


class Books:
    """Folds the ledger's events by their postings and its lots by grants, changes and slices."""

    def __init__(self):
        self.available = defaultdict(int)
        self.lots = {}
        self.accrued = defaultdict(int)
        self.journal = 0
        self.growth = defaultdict(int)
        self.obligations = defaultdict(int)
        self.reversal_slices = {}
        self.faults = []

    def take(self, stream, revision, kind, data):
        if not stream.startswith('account-'):
            return
        self.journal += 1
        account = stream.split('_', 1)[1]
        sums = defaultdict(int)
        for book, asset, _issuer, amount in data.get('postings', []):
            sums[asset] += int(amount)
            if book == 'available':
                self.available[account, asset] += int(amount)
        for asset, total in sums.items():
            if total != 0:
                self.faults.append(f'{stream} revision {revision}: {asset} sums to {total}')
        if kind == 'PointsAccrued':
            self.accrued[stream.split('-', 1)[1].split('_')[0], data['purchase']['source'], data['purchase']['id']] += 1
        if kind == 'PointsAccrued':
            for grant in data['grants']:
                if 'lot' in grant:
                    self.lots.setdefault((account, grant['lot']), {'granted': 0, 'reversed': 0})['granted'] = int(grant['amount'])
        if kind == 'AccrualAmended':
            for change in data['changes']:
                if 'lot' in change:
                    self.lots.setdefault((account, change['lot']), {'granted': 0, 'reversed': 0})['granted'] = int(change['to'])
        if kind in ('PointsReversed', 'ReversalRecalculated'):
            name = (account, data['reversal']['source'], data['reversal']['id'])
            before = self.reversal_slices.get(name, {})
            after = defaultdict(int)
            for item in data['items']:
                if int(item['asked']) != int(item['taken']) + int(item['uncollectable']):
                    self.faults.append(f'{stream} revision {revision}: asked is not taken + uncollectable')
                for piece in item.get('slices', []):
                    after[piece['lot']] += int(piece['amount'])
            for lot in set(before) | set(after):
                self.lots.setdefault((account, lot), {'granted': 0, 'reversed': 0})['reversed'] += after.get(
                    lot, 0
                ) - before.get(lot, 0)
            self.reversal_slices[name] = dict(after)


def verify_log(database, service, report, consume):
    heads = {}
    faults = []
    count = 0
    last = 0
    for position, stream, revision, event_id, kind, version, data, metadata, prev_hash, stored in read_log(database, service):
        count += 1
        if position != last + 1:
            faults.append(f'{service}: position {last} is followed by {position}')
        last = position
        head_revision, head_hash = heads.get(stream, (-1, bytes(32)))
        if revision != head_revision + 1:
            faults.append(f'{stream}: revision {head_revision} is followed by {revision}')
        if bytes(prev_hash) != head_hash:
            faults.append(f'{stream} revision {revision}: names another predecessor')
        computed = hashlib.sha256(
            framed('tallystick/1', stream, revision, event_id, kind, version, data, metadata, prev_hash)
        ).digest()
        if computed != bytes(stored):
            faults.append(f'{stream} revision {revision}: the hash is not that of the stored bytes')
        heads[stream] = (revision, bytes(stored))
        consume(position, stream, revision, kind, json.loads(bytes(data)))
    (counter,) = database.rows(f'select last_position from {service}.log_counter')[0]
    if counter != last:
        faults.append(f'{service}: the counter says {counter}, the last event is {last}')
    report.check(f'I7 I18 chains and positions of {service}', count, faults)
    return heads
