"""Reads the services' logs: chains recomputed from the stored bytes.

Part of invariants.py; no import of Tallystick's code.
"""
import hashlib
import json


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
