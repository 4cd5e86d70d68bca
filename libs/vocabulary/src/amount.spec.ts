import { assert, bigInt, property, string } from 'fast-check';
import { amountFault, greatest, least, MAX_AMOUNT, money, points } from './amount';

describe('an amount’s wire text', () => {
  it.each(['0', '5', '100', '9000000000000000'])('"%s" is good', (text) => {
    expect(amountFault(text)).toBeUndefined();
    expect(points(text)).toBe(BigInt(text));
  });

  it.each([
    ['-5', 'amount-invalid'],
    ['9223372036854775808', 'amount-out-of-range'],
    ['9000000000000001', 'amount-out-of-range'],
    ['10000000000000000', 'amount-out-of-range'],
    ['9'.repeat(400), 'amount-out-of-range'],
    ['NaN', 'amount-invalid'],
    ['Infinity', 'amount-invalid'],
    ['1.0', 'amount-scale'],
    ['.5', 'amount-scale'],
    ['5.', 'amount-scale'],
    ['-1.5', 'amount-scale'],
    ['.', 'amount-invalid'],
    ['', 'amount-invalid'],
    [' 12 ', 'amount-invalid'],
    ['12\n', 'amount-invalid'],
    ['0x10', 'amount-invalid'],
    ['１２', 'amount-invalid'],
    ['١٢', 'amount-invalid'],
    ['007', 'amount-invalid'],
    ['+7', 'amount-invalid'],
    ['-0', 'amount-invalid'],
    ['1e3', 'amount-invalid'],
    ['1_000', 'amount-invalid'],
    ['1,000', 'amount-invalid'],
  ])('"%s" is refused as %s', (text, fault) => {
    expect(amountFault(text)).toBe(fault);
  });

  it('may bear a minus sign only where it is signed, and keeps the same bound', () => {
    expect(amountFault('-5', true)).toBeUndefined();
    expect(amountFault(`-${MAX_AMOUNT}`, true)).toBeUndefined();
    expect(amountFault(`-${MAX_AMOUNT + 1n}`, true)).toBe('amount-out-of-range');
    expect(amountFault('-00', true)).toBe('amount-invalid');
  });

  it('is good for every amount in range and for no other', () => {
    assert(
      property(bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (value) => {
        const size = value < 0n ? -value : value;
        expect(amountFault(String(value), true)).toBe(size <= MAX_AMOUNT ? undefined : 'amount-out-of-range');
      }),
    );
  });

  it('is never read as something else', () => {
    assert(
      property(string(), (text) => {
        if (amountFault(text) === undefined) expect(String(money(text))).toBe(text);
      }),
    );
    expect(() => points('0x10')).toThrow(SyntaxError);
    expect(() => money('')).toThrow(SyntaxError);
  });
});

describe('two amounts', () => {
  it('have a smaller and a larger one', () => {
    expect([least(points('3'), points('5')), greatest(points('3'), points('5'))]).toEqual([3n, 5n]);
    expect([least(points('5'), points('3')), greatest(points('5'), points('3'))]).toEqual([3n, 5n]);
  });
});
