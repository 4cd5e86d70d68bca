"""Folds the ledger's events by their postings and, apart from them, by lots and holds.

Part of invariants.py; no import of Tallystick's code. What is said twice (an amount by its legs and by its slices, a draw by
its slices and by the order of lots) is computed here and compared.
"""
from collections import defaultdict
from datetime import datetime, timedelta

from merges import Merges

PARTS = ('pending', 'available', 'held', 'spent', 'expired', 'reversed', 'moved')
# What a part of a lot is called where a fact moves it; absent: available.
BOOK_PARTS = {None: 'available', 'pending': 'pending', 'breakage': 'expired'}
NEVER = datetime.max
# What its holder may spend and not pass on.
BOUND = {'~principal', '~bonus', '~loan', '~credit', '~repayment'}
ENDS = {'HoldCaptured': 'captured', 'HoldReleased': 'released', 'HoldLapsed': 'lapsed'}


def instant(text):
    return None if text is None else datetime.fromisoformat(text.replace('Z', '+00:00')).replace(tzinfo=None)


class Lot:
    def __init__(self, name, asset, issuer):
        self.name, self.asset, self.issuer = name, asset, issuer
        self.parts = dict.fromkeys(PARTS, 0)
        self.priority = 0
        self.activated = self.expires = self.extended = self.freed = None
        self.pending = False

    @property
    def granted(self):
        return sum(self.parts.values())

    @property
    def kept(self):
        """What the holder has of it."""
        return self.parts['pending'] + self.parts['available'] + self.parts['held']

    @property
    def expiry(self):
        return self.extended or self.expires

    def drawn_at(self):
        """(priority, expires_at null last, activated_at, lot): I14."""
        return self.priority, self.expiry or NEVER, self.activated or NEVER, self.name.encode('utf-16-be')


class Account:
    def __init__(self):
        self.lots = {}
        self.holds = {}
        self.reversals = set()


class Books(Merges):
    # What merges.py reads, and makes.
    at = staticmethod(instant)
    new_lot = Lot

    def __init__(self):
        # By merge: what has left one account and not come to the other.
        self.on_the_way = {}
        self.posted = defaultdict(int)
        self.accounts = defaultdict(Account)
        self.accrued = defaultdict(int)
        self.journal = 0
        self.draws = 0
        self.expiries = 0
        self.faults = defaultdict(list)

    @property
    def available(self):
        return {(account, asset): n for (account, asset, book), n in self.posted.items() if book == 'available'}

    def lots(self):
        return {(account, name): lot for account, one in self.accounts.items() for name, lot in one.lots.items()}

    def holds(self):
        return {(account, name): hold for account, one in self.accounts.items() for name, hold in one.holds.items()}

    def take(self, stream, revision, kind, data):
        if not stream.startswith('account-'):
            return
        self.journal += 1
        name = stream.split('_', 1)[1]
        self.where = f'{stream} revision {revision}'
        sums = defaultdict(int)
        for book, asset, issuer, amount in data.get('postings', []):
            sums[asset, issuer] += int(amount)
            self.posted[name, asset, book] += int(amount)
        for key, total in sums.items():
            if total != 0:
                self.fault('I1', f'{key} sums to {total}')
        if kind == 'PointsAccrued':
            self.accrued[stream.split('-', 1)[1].split('_')[0], data['purchase']['source'], data['purchase']['id']] += 1
        fold = getattr(self, 'on_' + kind, None)
        self.touched = set()
        if fold:
            fold(self.accounts[name], data)
        for lot in self.touched:
            for part in PARTS:
                if lot.parts[part] < 0:
                    self.fault('I3', f'{lot.name} has {lot.parts[part]} {part}')

    def fault(self, number, text):
        self.faults[number].append(f'{self.where}: {text}')

    # Facts.

    def on_PointsAccrued(self, account, data):
        for grant in data['grants']:
            if 'lot' in grant:
                lot = account.lots[grant['lot']] = Lot(grant['lot'], grant['asset'], data['issuer'])
                lot.pending = 'activatesAt' in grant or 'activatesOn' in grant
                lot.parts['pending' if lot.pending else 'available'] = int(grant['amount'])
                self.terms(lot, grant, data)

    def on_AccrualAmended(self, account, data):
        for change in data['changes']:
            if 'lot' in change:
                lot = account.lots.setdefault(change['lot'], Lot(change['lot'], change['asset'], data['issuer']))
                lot.pending = change.get('book') == 'pending'
                self.add(lot, BOOK_PARTS[change.get('book')], int(change['to']) - int(change['from']))
        for grant in data['grants']:
            if 'lot' in grant:
                account.lots[grant['lot']].issuer = data['issuer']
                self.terms(account.lots[grant['lot']], grant, data)

    def terms(self, lot, grant, data):
        lot.priority = int(grant.get('priority', 0))
        lot.expires = instant(grant.get('expiresAt'))
        if 'activatesOn' not in grant:
            lot.activated = instant(grant.get('activatesAt', data['effectiveAt']))

    def on_PointsReversed(self, account, data):
        purchase = data.get('purchase') or {}
        key = (data['reversal']['source'], data['reversal']['id'], purchase.get('source'), purchase.get('id'))
        if key in account.reversals:
            self.fault('I13', f'{key} is reversed again')
        account.reversals.add(key)
        self.items(data)
        for item in data['items']:
            for piece in item.get('slices', []):
                self.move(account, piece['lot'], BOOK_PARTS[piece.get('book')], 'reversed', int(piece['amount']))

    def on_ReversalRecalculated(self, account, data):
        self.items(data)
        for change in data['changes']:
            if 'lot' in change:
                amount = int(change['to']) - int(change['from'])
                self.move(account, change['lot'], BOOK_PARTS[change.get('book')], 'reversed', amount)

    def items(self, data):
        for item in data['items']:
            got = [int(item.get(part, 0)) for part in ('taken', 'uncollectable', 'deficit', 'onHold')]
            if int(item['asked']) != sum(got) or min(got) < 0:
                self.fault('I13', f'{item["asset"]}: asked {item["asked"]} is not taken + uncollectable + deficit + on hold {got}')
            if 'slices' in item and sum(int(piece['amount']) for piece in item['slices']) != int(item['taken']):
                self.fault('I13', f'{item["asset"]}: slices are not what was taken')

    # Decisions.

    def on_PointsActivated(self, account, data):
        for name, _issuer, _cost, amount in data['slices']:
            lot = account.lots[name]
            if lot.parts['pending'] != int(amount):
                self.fault('I3', f'{name} has {lot.parts["pending"]} pending, {amount} became available')
            lot.pending = False
            lot.activated = lot.activated or instant(data['effectiveAt'])
        self.shift(account, data['slices'], 'pending', 'available')

    def on_HoldPlaced(self, account, data):
        if data['hold'] in account.holds:
            self.fault('I5', f'hold {data["hold"]} is placed again')
        if data.get('order') == 'pro_rata':
            self.whole(data)
        else:
            self.draw(account, data, data['slices'], int(data['amount']))
        asked = instant(data['effectiveAt']) + timedelta(seconds=int(data['ttlSeconds']))
        ends = [account.lots[row[0]].expiry or NEVER for row in data['slices']]
        alone = 'mixed' not in data  # Parts of a mixed hold end together.
        if alone and instant(data['until']) not in (asked, min(ends, default=asked)) or instant(data['until']) > asked:
            self.fault('I5', f'hold {data["hold"]} lapses neither when asked nor with a lot of it')
        account.holds[data['hold']] = {**data, 'state': 'open', 'captured': 0, 'cancelled': 0}
        self.shift(account, data['slices'], 'available', 'held')

    def on_HoldCaptured(self, account, data):
        hold = self.end(account, 'HoldCaptured', data)
        beyond = data.get('beyond', [])
        if beyond:
            if 'pro_rata' not in (data.get('order'), hold.get('order')):
                self.draw(account, data, beyond, sum(int(row[3]) for row in beyond))
        self.same(hold['slices'] + beyond, data['slices'] + data['released'], 'is not captured + released')
        self.whole(data)
        hold.update(captured=int(data['amount']), slices=data['slices'])
        self.shift(account, beyond, 'available', 'held')
        self.shift(account, data['slices'], 'held', 'spent')
        self.free(account, data, data['released'], 'held')

    def on_HoldReleased(self, account, data):
        hold = self.end(account, 'HoldReleased', data)
        self.same(hold['slices'], data['slices'], 'is not released')
        self.free(account, data, data['slices'], 'held')

    def on_HoldLapsed(self, account, data):
        hold = self.end(account, 'HoldLapsed', data)
        self.same(hold['slices'], data['slices'], 'has not lapsed')
        if data['effectiveAt'] != hold.get('until'):
            self.fault('I5', f'hold {data["hold"]} lapses at another instant than it was said')
        self.free(account, data, data['slices'], 'held')

    def end(self, account, kind, data):
        hold = account.holds.setdefault(data['hold'], {'state': 'never placed', 'slices': [], 'captured': 0, 'cancelled': 0})
        if hold['state'] != 'open':
            self.fault('I5', f'hold {data["hold"]} is {ENDS[kind]}, and it is {hold["state"]}')
        hold['state'] = ENDS[kind]
        return hold

    def same(self, held, ended, verb):
        by_lot = defaultdict(int)
        for name, _issuer, _cost, amount in held:
            by_lot[name] += int(amount)
        for name, _issuer, _cost, amount in ended:
            by_lot[name] -= int(amount)
        for name, left in by_lot.items():
            if left != 0:
                self.fault('I5', f'what is held of {name} {verb}: {left}')

    def on_RedemptionCancelled(self, account, data):
        hold = account.holds[data['hold']]
        open_ = int(data['amount'])
        left = list(hold['slices'])
        expected = []
        while open_ > 0 and left:
            name, issuer, cost, amount = left.pop()
            part = min(open_, int(amount))
            expected.append([name, issuer, cost, str(part)])
            if part < int(amount):
                left.append([name, issuer, cost, str(int(amount) - part)])
            open_ -= part
        if expected != data['slices']:
            self.fault('I14', f'cancelled {data["slices"]}, last drawn {expected}')
        hold.update(cancelled=hold['cancelled'] + int(data['amount']), slices=left)
        self.free(account, data, data['slices'], 'spent')
        for name in data.get('grace', {}).get('lots', []):
            account.lots[name].extended = instant(data['grace']['until'])

    def on_LotsExpired(self, account, data):
        if data.get('forfeited'):
            for name, _issuer, _cost, amount in data['slices']:
                if int(amount) > account.lots[name].parts['available'] or int(amount) <= 0:
                    self.fault('I5', f'{amount} of {name} are forfeited, {account.lots[name].parts["available"]} are there')
            self.shift(account, data.get('pending', []), 'pending', 'expired')
            self.shift(account, data['slices'], 'available', 'expired')
            return
        for name, _issuer, _cost, amount in data['slices']:
            self.expiries += 1
            lot = account.lots[name]
            ended = max(at for at in (lot.expiry, lot.activated, lot.freed) if at) if lot.expiry else None
            if instant(data['effectiveAt']) != ended:
                self.fault('I14', f'{name} expires at {data["effectiveAt"]}, stated was {ended}')
            if int(amount) != lot.parts['available'] or int(amount) <= 0:
                self.fault('I5', f'{amount} of {name} expire, {lot.parts["available"]} are neither held nor gone')
        self.shift(account, data['slices'], 'available', 'expired')

    def on_ExpiryExtended(self, account, data):
        for name, before, after in data['lots']:
            if account.lots[name].expiry != instant(before) or instant(after) <= instant(before):
                self.fault('I14', f'{name} is extended from {before} to {after}, stated was {account.lots[name].expiry}')
            account.lots[name].extended = instant(after)

    def on_PointsDebited(self, account, data):
        self.draw(account, data, data['slices'], int(data['amount']))
        self.shift(account, data['slices'], 'available', 'moved')

    def on_PointsSent(self, account, data):
        self.draw(account, data, data['slices'], int(data['amount']), passing=True)
        self.shift(account, data['slices'], 'available', 'moved')

    def on_PointsCredited(self, account, data):
        lot = account.lots[data['lot']] = Lot(data['lot'], data['asset'], data['unit'])
        lot.expires, lot.activated = instant(data.get('expiresAt')), instant(data['effectiveAt'])
        lot.parts['available'] = int(data['amount'])

    def on_PointsReceived(self, account, data):
        self.whole(data)
        for (name, issuer, _cost, amount), terms in zip(data['slices'], data['lots'], strict=True):
            lot = account.lots[name] = Lot(name, data['asset'], issuer)
            self.terms(lot, terms, {'effectiveAt': terms['activatedAt']})
            lot.parts['available'] = int(amount)

    on_PointsImported = on_PointsGranted = on_PointsReceived

    def on_PointsExchanged(self, account, data):
        self.whole(data)
        self.shift(account, data['slices'], 'available', 'moved')
        self.on_PointsReceived(account, {
            'asset': data['toAsset'], 'amount': data['toAmount'], 'slices': data['received'], 'lots': data['lots'],
        })

    def on_PointsWithdrawn(self, account, data):
        self.whole(data)
        self.shift(account, data['slices'], 'available', 'moved')
        self.shift(account, data.get('fallen', []), 'available', 'expired')

    def on_LotsReactivated(self, account, data):
        self.whole(data)
        self.free(account, data, data['slices'], 'expired')
        for name, before, after in data['lots']:
            if account.lots[name].expiry != instant(before):
                self.fault('I14', f'{name} is reactivated from {before}, stated was {account.lots[name].expiry}')
            account.lots[name].extended = instant(after)

    def draw(self, account, data, slices, amount, passing=False):
        """I14: the slices are those that the order of lots gives, of what may be spent, or passed on, at the instant."""
        self.draws += 1
        at = instant(data['effectiveAt'])
        expected = []
        for lot in sorted((one for one in account.lots.values() if one.asset == data['asset']), key=Lot.drawn_at):
            if lot.pending or lot.activated > at or (lot.expiry or NEVER) <= at:
                continue
            if passing and lot.name.split(':', 1)[0] in BOUND:
                continue
            part = min(amount, lot.parts['available'])
            if part > 0:
                expected.append((lot.name, lot.issuer, str(part)))
            amount -= part
        drawn = [(name, issuer, part) for name, issuer, _cost, part in slices]
        if drawn != expected or amount != 0:
            self.fault('I14', f'drawn {drawn}, in order {expected}')
        if slices is data['slices']:
            self.whole(data)

    def whole(self, data):
        if sum(int(row[3]) for row in data['slices']) != int(data['amount']):
            self.fault('I5', f'slices do not sum to {data["amount"]}')

    def free(self, account, data, slices, source):
        self.shift(account, slices, source, 'available')
        for name, *_ in slices:
            account.lots[name].freed = instant(data['effectiveAt'])

    def shift(self, account, slices, source, target):
        for name, _issuer, _cost, amount in slices:
            self.move(account, name, source, target, int(amount))

    def move(self, account, name, source, target, amount):
        lot = account.lots.get(name)
        if lot is None:
            return self.fault('I3', f'{name} was never granted')
        self.add(lot, source, -amount)
        self.add(lot, target, amount)

    def add(self, lot, part, amount):
        lot.parts[part] += amount
        self.touched.add(lot)
