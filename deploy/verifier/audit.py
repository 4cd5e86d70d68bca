#!/usr/bin/env python3
"""Audits an export of Tallystick's logs, offline and without any code of ours.

  audit.py EXPORT --log-key KEY --witness-key KEY --notes FILE
  audit.py --proof ANSWER.json --log-key KEY

Needs Python 3.9 and one library for signatures: `pip install cryptography`. For every log it recomputes each event's hash
from the stored bytes and follows each stream from revision 0; the leaf of every event and the root of the tree at every
checkpoint; every signature; that each ledger event sums to zero by asset and issuer; every balance. Checkpoints kept
elsewhere (`--notes`: by a witness, in the data folder, by yourself) are held against the same tree. What is wrong is
printed with the stream and revision where it begins.

Give the keys as you got them when the installation was set up; keys of the export prove nothing to you. Exits 0 where
nothing is wrong, 1 where something is, 2 where the export cannot be read. docs/auditors-guide.md says what to do then.
"""
import argparse
import base64
import csv
import glob
import hashlib
import json
import os
import sys
from collections import defaultdict

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit('cryptography is missing: pip install cryptography')

NOTE_KEY, COSIGNATURE_KEY = 1, 4
BOOKS = ('available', 'pending', 'held')


def sha256(data):
    return hashlib.sha256(data).digest()


def framed(*fields):
    """Each field behind its length in 4 bytes, big endian: docs/decisions/0003-event-and-hash-format.md."""
    parts = bytearray()
    for field in fields:
        data = field if isinstance(field, bytes) else str(field).encode()
        parts += len(data).to_bytes(4, 'big') + data
    return bytes(parts)


def event_hash(event):
    fields = ('stream', 'revision', 'id', 'type', 'version', 'data', 'metadata', 'prevHash')
    return sha256(framed('tallystick/1', *(event[field] for field in fields)))


def leaf_hash(leaf):
    fields = ('position', 'recordedAt', 'stream', 'revision', 'hash')
    return sha256(b'\0' + framed('tallystick-leaf/1', *(leaf[field] for field in fields)))


def node_hash(left, right):
    return sha256(b'\1' + left + right)


class Tree:
    """The root of RFC 6962 section 2.1 over leaves that come one by one."""

    def __init__(self):
        self.size = 0
        self.peaks = []

    def append(self, leaf):
        size, self.size = self.size, self.size + 1
        while size & 1:
            leaf, size = node_hash(self.peaks.pop(), leaf), size >> 1
        self.peaks.append(leaf)

    def root(self):
        root = self.peaks[-1] if self.peaks else sha256(b'')
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def climbed(node, last, start, parts):
    """Where a path leads from a node: (the old tree's root, the whole tree's) or None (RFC 9162 section 2.1)."""
    old = new = start
    for part in parts:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, part)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def includes(index, leaf, size, root, proof):
    return 0 <= index < size and (climbed(index, size - 1, leaf, proof) or (None, None))[1] == root


def extends(old_size, old_root, size, root, proof):
    if old_size in (0, size):
        return not proof and (old_size == 0 or old_root == root)
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    parts = list(proof) if node else [old_root, *proof]
    return old_size < size and parts != [] and climbed(node, last, parts[0], parts[1:]) == (old_root, root)


class Key:
    """A verifier key of C2SP signed-note: <name>+<id>+<base64 of type and Ed25519 key>."""

    def __init__(self, text):
        # The base64 part may hold a plus itself: the name ends at the first one, the id at the second.
        self.name, number, encoded = text.split('+', 2)
        raw = base64.b64decode(encoded)
        self.type, self.number = raw[0], bytes.fromhex(number)
        if self.number != sha256(self.name.encode() + b'\n' + raw)[:4]:
            raise ValueError(f'the id of the key is not that of its name: {text}')
        self.key = Ed25519PublicKey.from_public_bytes(raw[1:])

    def signed(self, note):
        """True where the note carries a good signature of this key; raises InvalidSignature where it carries a bad one."""
        found = False
        for name, number, signature in note.signatures:
            if name != self.name or number != self.number:
                continue
            if self.type == COSIGNATURE_KEY:
                seconds = int.from_bytes(signature[:8], 'big')
                self.key.verify(signature[8:], f'cosignature/v1\ntime {seconds}\n{note.text}'.encode())
            else:
                self.key.verify(signature, note.text.encode())
            found = True
        return found


class Note:
    """A signed checkpoint: C2SP signed-note and tlog-checkpoint."""

    def __init__(self, note):
        text, _, signatures = note.rpartition('\n\n')
        self.text = text + '\n'
        self.signatures = []
        for line in signatures.splitlines():
            name, encoded = line.removeprefix('\u2014 ').split(' ')
            raw = base64.b64decode(encoded)
            self.signatures.append((name, raw[:4], raw[4:]))
        self.origin, size, root = self.text.split('\n')[:3]
        self.size, self.root = int(size), base64.b64decode(root)


def is_signed(note, keys):
    """True where one of the keys signed the note, and no signature of theirs is bad."""
    try:
        return any([key.signed(note) for key in keys])
    except InvalidSignature:
        return False


class Findings(list):
    """What is wrong, in the order of the logs; `seq` is the place in the log where it begins."""

    def add(self, log, kind, what, seq=None, stream=None, revision=None, through=None):
        self.append(dict(log=log, kind=kind, seq=seq, stream=stream, revision=revision, through=through, what=what))

    def first(self):
        """The one that begins first in its log; balances and stretches of events tell less than an event itself."""
        return min(self, key=lambda f: (f['kind'] == 'balance', f['seq'] is None, f['through'] or f['seq']), default=None)


class Ledger:
    """Double entry and balances, from the postings [book, asset, issuer, amount] of the events."""

    def __init__(self, export, findings):
        self.findings = findings
        self.sums = defaultdict(int)
        self.last = {}
        self.rows = {}
        path = os.path.join(export, 'balances.csv')
        if os.path.exists(path):
            with open(path, newline='') as file:
                self.rows = {(row['account'], row['asset']): row for row in csv.DictReader(file)}

    def take(self, seq, event):
        place = (seq, event['stream'], event['revision'])
        try:
            postings = json.loads(event['data'].decode()).get('postings', [])
            legs = [(book, asset, issuer, int(amount)) for book, asset, issuer, amount in postings]
        except (ValueError, TypeError, AttributeError):
            self.findings.add('ledger', 'unreadable', 'the data cannot be read', *place)
            return
        sums = defaultdict(int)
        account = event['stream'].rpartition('_')[2]
        for book, asset, issuer, amount in legs:
            sums[asset, issuer] += amount
            self.sums[account, asset, book] += amount
            self.last[account, asset] = place
        for (asset, issuer), total in sums.items():
            if total != 0:
                what = f'the postings of {asset}, issuer {issuer}, sum to {total} and not to 0'
                self.findings.add('ledger', 'double-entry', what, *place)

    def compare(self):
        """Holds the exported balances against the sums; they are said as of the last event that moved them."""
        for account, asset in sorted(set(self.rows) | set(self.last)):
            row, place = self.rows.get((account, asset)), self.last.get((account, asset), ())
            for book in BOOKS:
                said, summed = int(row[book]) if row else 0, self.sums.get((account, asset, book), 0)
                if said != summed:
                    what = f'{book} {asset} of account {account}: the balance says {said}, the events sum to {summed}'
                    self.findings.add('ledger', 'balance', what, *place)


def lines_of(path):
    if not os.path.exists(path):
        return
    with open(path, encoding='utf-8') as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def events_of(path):
    for event in lines_of(path):
        for field in ('data', 'metadata'):
            event[field] = base64.b64decode(event[field])
        for field in ('prevHash', 'hash'):
            event[field] = bytes.fromhex(event[field])
        yield event


class LogAudit:
    """One log of the export, read once from its first event to its last."""

    def __init__(self, export, log, keys, kept, findings):
        self.log, self.findings = log, findings
        self.path = lambda part: os.path.join(export, f'{log}.{part}.ndjson')
        self.sealed = list(lines_of(self.path('sealed')))
        self.tree, self.heads, self.places = Tree(), {}, []
        self.good, self.cosigned, self.notes = 0, 0, defaultdict(list)
        self.is_witnessed = any(key.type == COSIGNATURE_KEY for key in keys)
        rows = [row['note'] for row in lines_of(self.path('checkpoints'))]
        self.checkpoints = len(rows)
        for source, text in [('the export', text) for text in rows] + kept:
            self.expect(text, keys, source)

    def expect(self, text, keys, source):
        """Takes a checkpoint whose root the tree must have at its size; one that the log never signed is a finding."""
        try:
            note = Note(text)
            if source != 'the export' and note.origin.rpartition('/')[2] != self.log:
                return
        except (ValueError, IndexError):
            self.findings.add(self.log, 'signature', f'a checkpoint of {source} is not well formed')
            return
        if not is_signed(note, [key for key in keys if key.type == NOTE_KEY and key.name == note.origin]):
            self.findings.add(self.log, 'signature', f'a checkpoint of {source} ({note.size}) is not signed by the log')
        else:
            self.notes[note.size].append((note.root, source))
            self.cosigned += is_signed(note, [key for key in keys if key.type == COSIGNATURE_KEY])

    def run(self, take):
        for event in events_of(self.path('events')):
            seq = self.tree.size
            self.places.append((event['stream'], event['revision']))
            self.check_chain(seq, event)
            leaf = leaf_hash(event)
            self.check_sealed(seq, event, leaf)
            self.tree.append(leaf)
            self.check_root()
            take(seq, event)
        self.check_end()

    def check_chain(self, seq, event):
        stream, revision = event['stream'], event['revision']
        before, hash_before = self.heads.get(stream, (-1, bytes(32)))
        self.heads[stream] = (revision, event['hash'])
        broken = [what for holds, what in (
            (revision == before + 1, f'revision {before} is followed by revision {revision}'),
            (event['prevHash'] == hash_before, 'it does not name the hash of the event before it'),
            (event_hash(event) == event['hash'], 'its hash is not that of its bytes'),
        ) if not holds]
        for what in broken[:1]:
            self.findings.add(self.log, 'chain', what, seq, stream, revision)

    def check_sealed(self, seq, event, leaf):
        if seq >= len(self.sealed):
            return
        row = self.sealed[seq]
        place = (row['stream'], row['revision'])
        if place != (event['stream'], event['revision']):
            what = f'another event stands here: {event["stream"]} revision {event["revision"]}'
            self.findings.add(self.log, 'place', what, seq, *place)
        elif leaf != bytes.fromhex(row['leafHash']):
            self.findings.add(self.log, 'leaf', 'it is not the event that was sealed', seq, *place)

    def check_root(self):
        size = self.tree.size
        bad = [source for root, source in self.notes.get(size, ()) if root != self.tree.root()]
        for source in bad:
            what = f'the tree of {size} events has another root than the checkpoint of {source}: ' \
                   f'the first fault is one of the events {self.good} to {size - 1}'
            self.findings.add(self.log, 'root', what, self.good, *self.places[self.good], through=size - 1)
        if size in self.notes and not bad:
            self.good = size

    def check_end(self):
        if self.is_witnessed and self.checkpoints and not self.cosigned:
            self.findings.add(self.log, 'cosignature', 'no checkpoint is cosigned by a witness whose key you gave')
        size = self.tree.size
        furthest = max([len(self.sealed), *self.notes])
        if furthest > size:
            lost = self.sealed[size:size + 1] or [{'stream': None, 'revision': None}]
            what = f'the log ends after {size} events; {furthest} were sealed'
            self.findings.add(self.log, 'tail', what, size, lost[0]['stream'], lost[0]['revision'])


def audit(export, key_texts=(), notes=()):
    """Audits an export; answers (findings, a summary of each log). Raises OSError or ValueError where it cannot be read."""
    findings = Findings()
    ledger = Ledger(export, findings)
    kept = [(path, line['note']) for path in notes for line in lines_of(path)]
    given = [Key(text) for text in key_texts]
    summary = []
    for path in sorted(glob.glob(os.path.join(glob.escape(export), '*.events.ndjson'))):
        log = os.path.basename(path).split('.')[0]
        keys = list(given)
        if not any(key.type == NOTE_KEY for key in given):
            keys += [Key(text) for text in {row['key'] for row in lines_of(os.path.join(export, f'{log}.checkpoints.ndjson'))}]
        one = LogAudit(export, log, keys, kept, findings)
        one.run(ledger.take if log == 'ledger' else lambda *_: None)
        summary.append({'log': log, 'events': one.tree.size, 'streams': len(one.heads), 'sealed': max(one.notes, default=0),
                        'checkpoints': one.checkpoints, 'cosigned': one.cosigned})
    if not summary:
        raise ValueError(f'there is no log in {export}')
    ledger.compare()
    return findings, {'logs': summary, 'balances': len(ledger.rows), 'keysGiven': any(key.type == NOTE_KEY for key in given)}


def check_proof(answer, key_texts):
    """What is wrong with an answer of /v1/audit/<service>/proof/<stream>/<revision> or /consistency; an empty list where it holds."""
    proof, faults = [base64.b64decode(part) for part in answer['proof']], []
    checkpoints = [answer[name] for name in ('checkpoint', 'from', 'to') if name in answer]
    for checkpoint in checkpoints:
        note = Note(checkpoint['note'])
        signed = is_signed(note, [key for key in map(Key, key_texts) if key.type == NOTE_KEY])
        if not signed or (note.size, note.root) != (checkpoint['size'], base64.b64decode(checkpoint['root'])):
            faults.append(f'the checkpoint of {checkpoint["size"]} is not signed by the given key')
    heads = [(c['size'], base64.b64decode(c['root'])) for c in checkpoints]
    if 'leaf' in answer:
        leaf = {**answer['leaf'], 'hash': base64.b64decode(answer['leaf']['hash'])}
        holds = includes(answer['seq'], leaf_hash(leaf), *heads[0], proof)
    else:
        holds = extends(*heads[0], *heads[1], proof)
    return faults if holds else faults + ['the hashes do not lead to the root of the checkpoint']


def report(findings, summary):
    for log in summary['logs']:
        print('{log}: {events} events of {streams} streams, {sealed} sealed, {cosigned} checkpoints cosigned'.format(**log))
    print(f'{summary["balances"]} balances compared')
    if not summary['keysGiven']:
        print('NOTE: no --log-key: the keys are those of the export itself, so signatures prove nothing')
    for one in findings[:20]:  # the rest of a broken log is repeats; --json has all of them
        print('FAULT {log} {kind} at {stream} revision {revision} (event {seq}): {what}'.format(**one))
    print(f'{len(findings)} faults' if findings else 'nothing is wrong')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('export', nargs='?', default='.', help='folder that `tally export` wrote; default: this one')
    parser.add_argument('--log-key', action='append', default=[], help='verifier key of a log; once for each log')
    parser.add_argument('--witness-key', action='append', default=[], help='verifier key of a witness')
    parser.add_argument('--notes', action='append', default=[], metavar='FILE', help='checkpoints kept elsewhere, a JSON line each')
    parser.add_argument('--proof', metavar='FILE', help='check one answer of the audit API instead of an export')
    parser.add_argument('--json', action='store_true', help='print what a machine may read')
    arguments = parser.parse_args()
    keys = arguments.log_key + arguments.witness_key
    try:
        if arguments.proof:
            with open(arguments.proof, encoding='utf-8') as file:
                faults = check_proof(json.load(file), keys)
            print(json.dumps({'ok': not faults, 'faults': faults}) if arguments.json else '\n'.join(faults or ['the proof holds']))
            sys.exit(1 if faults else 0)
        findings, summary = audit(arguments.export, keys, arguments.notes)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f'audit: {error}', file=sys.stderr)
        sys.exit(2)
    if arguments.json:
        print(json.dumps({'ok': not findings, 'first': findings.first(), 'findings': findings, **summary}))
    else:
        report(findings, summary)
    sys.exit(1 if findings else 0)


if __name__ == '__main__':
    main()
