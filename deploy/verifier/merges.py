"""Folds what merges of accounts, and their undoing, carry from one account to another. Part of books.py; no import of Tallystick's code.

What leaves an account must be what its own events have made of it, lot by lot and part by part, and as much of each asset and
issuer must come to the other account.
"""
from collections import defaultdict

USED = ('held', 'spent', 'expired', 'moved')


class Merges:
    def on_AccountMerged(self, account, data):
        self.leave(account, data)
        account.lots.clear()
        account.holds.clear()
        account.reversals.clear()

    def on_AccountAbsorbed(self, account, data):
        self.come(account, data)

    def on_AccountSplit(self, account, data):
        self.leave(account, data)

    def on_AccountRestored(self, account, data):
        self.come(account, data)

    def on_ReversalsPaid(self, account, data):
        """What a lot has paid for a return of the other side becomes a lot of that side, taken back whole."""
        for paid in data['paid']:
            self.move(account, paid['lot'], 'reversed', 'moved', int(paid['amount']))
            name = f'{paid["as"]["source"]}:{paid["as"]["id"]}:{paid["asset"]}'
            lot = account.lots[name] = self.new_lot(name, paid['asset'], paid['issuer'])
            self.terms(lot, paid, {'effectiveAt': paid['activatedAt']})
            lot.parts['reversed'] = int(paid['amount'])

    def leave(self, account, data):
        """Takes out of an account what leaves it; of a hold that drew of both sides, the part of this one."""
        for name, lot in self.carried(data):
            own = account.lots.pop(name, None)
            if own is None or own.parts != lot.parts or (own.asset, own.issuer) != (lot.asset, lot.issuer):
                self.fault('I3', f'{name} leaves as {lot.parts}, stated was {own and own.parts}')
        for key in self.reversed_in(data):
            account.reversals.discard(key)
        for hold in data['holds']:
            own = account.holds.get(hold['hold'])
            if own is None or own['state'] != hold['state']:
                self.fault('I5', f'hold {hold["hold"]} leaves as {hold["state"]}, stated was {own and own["state"]}')
                continue
            captured, cancelled = self.ends_of(hold)
            names = {row[0] for row in hold['slices']}
            own['slices'] = [row for row in own['slices'] if row[0] not in names]
            own['captured'] -= captured
            own['cancelled'] -= cancelled
            if not hold.get('parted'):
                del account.holds[hold['hold']]
                is_left = own['state'] in ('open', 'captured') and own['slices']
                if is_left or own['captured'] or own['cancelled']:
                    self.fault('I5', f'hold {hold["hold"]} leaves, and {own["captured"]} captured of it do not')
        self.on_the_way[data['merge']] = self.sums_of(data)

    def come(self, account, data):
        """Puts into an account what another one has given."""
        for name, lot in self.carried(data):
            if name in account.lots:
                self.fault('I3', f'{name} comes and is there already')
            account.lots[name] = lot
        account.reversals.update(self.reversed_in(data))
        for hold in data['holds']:
            if hold['hold'] in account.holds:
                self.fault('I5', f'hold {hold["hold"]} comes and is there already')
            captured, cancelled = self.ends_of(hold)
            account.holds[hold['hold']] = {**hold, 'captured': captured, 'cancelled': cancelled}
        given, taken = self.on_the_way.pop(data['merge'], None), self.sums_of(data)
        if given != taken:
            self.fault('I3', f'merge {data["merge"]} gave {given}, and {taken} came')

    def carried(self, data):
        """Names and lots of an event that carries some; a score has none."""
        revived = defaultdict(int)
        for item in (item for reversal in data['reversals'] for item in reversal['items']):
            for piece in item.get('slices', []):
                if piece.get('book') == 'breakage':
                    revived[piece['lot']] += int(piece['amount'])
        for accrual in data['accruals']:
            for one in accrual['lots']:
                if 'lot' in one:
                    yield one['lot'], self.carried_lot(one, accrual, revived[one['lot']])

    def carried_lot(self, one, accrual, revived):
        lot = self.new_lot(one['lot'], one['asset'], accrual['issuer'])
        self.terms(lot, one, accrual)
        lot.activated = self.at(one.get('activatedAt'))
        lot.extended, lot.freed = self.at(one.get('extendedTo')), self.at(one.get('freedAt'))
        lot.pending = one.get('pending', False)
        used = dict(zip(USED, map(int, one.get('used', [0] * 4))))
        used['expired'] -= revived
        lot.parts.update(used, **{'pending' if lot.pending else 'available': int(one['remaining'])})
        lot.parts['reversed'] = int(one['granted']) - int(one['remaining']) - sum(used.values())
        self.touched.add(lot)
        return lot

    def sums_of(self, data):
        sums = defaultdict(int)
        for _, lot in self.carried(data):
            for part, amount in lot.parts.items():
                sums[lot.asset, lot.issuer, part] += amount
        return {key: amount for key, amount in sums.items() if amount}

    @staticmethod
    def ends_of(hold):
        if hold['state'] != 'captured':
            return 0, 0
        captured = int(hold['captured'])
        return captured, captured - sum(int(row[3]) for row in hold['slices'])

    @staticmethod
    def reversed_in(data):
        for one in data['reversals']:
            purchase = one.get('purchase') or {}
            yield one['reversal']['source'], one['reversal']['id'], purchase.get('source'), purchase.get('id')
