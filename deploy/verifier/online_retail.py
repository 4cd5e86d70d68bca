#!/usr/bin/env python3
"""Recomputes the balances of the UCI "Online Retail" file from the file alone.

Independent of Tallystick: Python 3 standard library, no import of ours. One point per whole pound of each invoice's
net (floor); a C… invoice takes floor(|net|) back but never below zero; an invoice that is no C… but has a negative
quantity or net is no sale. Order: time of the first row, purchases before returns, InvoiceNo.

Prints `identifier,balance` of every customer, sorted bytewise, as `tally balance --all` does.
"""
import argparse
import csv
import gzip
import sys
from collections import OrderedDict
from decimal import ROUND_HALF_UP, Decimal


def pence(quantity, price):
    """quantity x price in pence, halves away from zero."""
    return int((Decimal(quantity) * Decimal(price) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def read_invoices(path):
    opener = gzip.open if path.endswith('.gz') else open
    invoices = OrderedDict()
    with opener(path, 'rt', encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            invoice = invoices.setdefault(
                row['InvoiceNo'],
                {'at': row['InvoiceDate'], 'customer': customer(row['CustomerID']), 'net': 0, 'negative': False},
            )
            quantity = int(row['Quantity'])
            invoice['net'] += pence(quantity, row['UnitPrice'])
            invoice['negative'] |= quantity < 0
    return invoices


def customer(text):
    return text[:-2] if text.endswith('.0') else text


def balances(invoices):
    counts = {'purchases': 0, 'returns': 0, 'not-a-sale': 0, 'without-customer': 0}
    facts = []
    result = {}
    for number, invoice in invoices.items():
        is_return = number.startswith('C')
        if not is_return and (invoice['negative'] or invoice['net'] < 0):
            counts['not-a-sale'] += 1
            continue
        counts['returns' if is_return else 'purchases'] += 1
        if not invoice['customer']:
            counts['without-customer'] += 1
            continue
        result[invoice['customer']] = 0
        facts.append((invoice['at'], is_return, number, invoice['customer'], abs(invoice['net']) // 100))
    for _, is_return, _, who, points in sorted(facts):
        result[who] = max(0, result[who] - points) if is_return else result[who] + points
    return result, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('file', help='online_retail.csv or .csv.gz')
    parser.add_argument('--counts', action='store_true', help='print what was counted to standard error')
    arguments = parser.parse_args()
    result, counts = balances(read_invoices(arguments.file))
    print('identifier,balance')
    for who in sorted(result, key=lambda text: text.encode()):
        print(f'{who},{result[who]}')
    if arguments.counts:
        counts['customers'] = len(result)
        counts['points'] = sum(result.values())
        print(' '.join(f'{key}={value}' for key, value in counts.items()), file=sys.stderr)


if __name__ == '__main__':
    main()
