"""Compares the ledger's rows with the fold of its events. Part of invariants.py; no import of Tallystick's code."""
from collections import defaultdict

from books import PARTS

BALANCES = ('available', 'pending', 'held')
OWED = ('uncollectable', 'deficit')


def check_ledger(database, report, books):
    report.check('I1 events: entries sum to zero per asset and issuer', books.journal, books.faults['I1'])
    rows = database.rows(
        'select account::text, revision, asset, sum(amount) from ledger.posting group by 1, 2, 3 having sum(amount) <> 0'
    )
    report.check('I1 journal rows sum to zero', books.journal, [f'{row}' for row in rows])
    check_balances(database, report, books)
    check_lots(database, report, books)
    check_holds(database, report, books)
    report.check(
        'I4 a purchase accrues once', len(books.accrued), [f'{key}: {n} times' for key, n in books.accrued.items() if n != 1]
    )
    reversals = sum(len(account.reversals) for account in books.accounts.values())
    report.check('I13 a return reverses once, and what it asked is all explained', reversals, books.faults['I13'])
    report.check('I14 draws in order of lots, expiries at their instants', books.draws + books.expiries, books.faults['I14'])


def check_balances(database, report, books):
    """Rows, postings as rows, lots as rows, and both folds of the events; a score has no lots."""
    names = BALANCES + OWED
    balance = {}
    for account, asset, *amounts in database.rows(f'select account::text, asset, {", ".join(names)} from ledger.balance'):
        balance.update({(account, asset, book): int(n) for book, n in zip(names, amounts)})
    posted = {
        (account, asset, book): int(n)
        for account, asset, book, n in database.rows(
            'select account::text, asset, book, sum(amount) from ledger.posting group by 1, 2, 3'
        )
        if book in names
    }
    lots = {}
    for account, asset, *amounts in database.rows(
        'select account::text, asset, sum(available), sum(pending), sum(held) from ledger.lot group by 1, 2'
    ):
        lots.update({(account, asset, book): int(n) for book, n in zip(BALANCES, amounts)})
    folded = defaultdict(int)
    for (account, _), lot in books.lots().items():
        for book in BALANCES:
            folded[account, lot.asset, book] += lot.parts[book]
    with_lots = {(account, asset) for account, asset, _ in lots} | {(account, asset) for account, asset, _ in folded}
    of_events = {key: n for key, n in books.posted.items() if key[2] in names}
    faults = []
    keys = set(balance) | set(posted) | set(lots) | set(of_events)
    for key in keys:
        account, asset, book = key
        sign = -1 if book in OWED else 1
        ways = {'balance': balance.get(key, 0), 'postings': sign * posted.get(key, 0), 'events': sign * of_events.get(key, 0)}
        if book in BALANCES and (account, asset) in with_lots:
            ways |= {'lots': lots.get(key, 0), 'folded lots': folded.get(key, 0)}
        if len(set(ways.values())) != 1 or ways['balance'] < 0:
            faults.append(f'{key}: {ways}')
    report.check('I2 available, pending, held and owed, five ways', len(keys), faults)


def check_lots(database, report, books):
    rows = database.rows(
        f'select account::text, lot from ledger.lot where granted <> {" + ".join(PARTS)} or least({", ".join(PARTS)}) < 0'
    )
    (count,) = database.rows('select count(*) from ledger.lot')[0]
    report.check('I3 lots are conserved', count, [f'{row}' for row in rows] + books.faults['I3'])
    rows = {
        (account, name): tuple(map(int, amounts))
        for account, name, *amounts in database.rows(f'select account::text, lot, granted, {", ".join(PARTS)} from ledger.lot')
    }
    faults = []
    lots = books.lots()
    for key in set(rows) | set(lots):
        expected = (lots[key].granted, *lots[key].parts.values()) if key in lots else None
        if rows.get(key) != expected:
            faults.append(f'lot {key}: row {rows.get(key)}, events {expected}')
    report.check('I9 lot rows = events, part by part', len(lots), faults)


def check_holds(database, report, books):
    holds = books.holds()
    report.check('I5 a hold ends once, and slices sum up', len(holds), books.faults['I5'])
    rows = {
        (account, name): (state, int(amount), int(captured), int(cancelled))
        for account, name, state, amount, captured, cancelled in database.rows(
            'select account::text, hold, state, amount, captured, cancelled from ledger.hold'
        )
    }
    faults = []
    for key in set(rows) | set(holds):
        hold = holds.get(key)
        expected = (hold['state'], int(hold.get('amount', 0)), hold['captured'], hold['cancelled']) if hold else None
        if rows.get(key) != expected:
            faults.append(f'hold {key}: row {rows.get(key)}, events {expected}')
    report.check('I9 hold rows = events', len(holds), faults)


def check_liability(database, report, books):
    """I6: what units owe, and what became of the rest, is what the lots say, unit by unit."""
    expected = defaultdict(lambda: [0, 0, 0, 0])
    for lot in books.lots().values():
        amounts = lot.kept, -lot.parts['reversed'], -lot.parts['spent'], -lot.parts['expired']
        expected[lot.issuer] = [sum(pair) for pair in zip(expected[lot.issuer], amounts)]
    rows = {
        issuer: [int(n) for n in amounts]
        for issuer, *amounts in database.rows(
            'select issuer, sum(points), sum(reversed), sum(redeemed), sum(expired) from settlement.liability group by 1'
        )
    }
    faults = [
        f'{unit}: settlement {rows.get(unit)}, lots {expected.get(unit)}'
        for unit in set(rows) | set(expected)
        if rows.get(unit, [0] * 4) != expected.get(unit, [0] * 4)
    ]
    report.check('I6 owed, reversed, redeemed and expired by unit = lots', len(expected), faults)
    rows = database.rows(
        'select issuer, asset, day from settlement.liability_day'
        ' where closing <> opening + issued + reversed + redeemed + expired + adjusted + transferred'
    )
    (days,) = database.rows('select count(*) from settlement.liability_day')[0]
    report.check('I6 opening and what a day brought = closing', days, [f'{row}' for row in rows])
