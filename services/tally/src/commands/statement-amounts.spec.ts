import { amountsOf } from './statement-amounts';

const leg = (book: string, amount: string, asset = 'POINTS') => ({ book, asset, amount });

describe('the amounts of a statement line', () => {
  it('are what the holder has more or less, not who owes for it', () => {
    expect(
      amountsOf([leg('issuer-obligation', '-100'), leg('available', '100'), leg('available', '7', 'GROWTH')]),
    ).toBe('100 POINTS, 7 GROWTH');
  });

  it('name what is held, pending or owed, after what is available', () => {
    expect(amountsOf([leg('held', '60'), leg('available', '-60')])).toBe('-60 POINTS, 60 POINTS held');
    expect(amountsOf([leg('pending', '30'), leg('deficit', '-20')])).toBe('30 POINTS pending, -20 POINTS deficit');
  });

  it('are one amount where lots of several issuers move', () => {
    expect(amountsOf([leg('available', '-60'), leg('redeemed', '60'), leg('available', '-15')])).toBe('-75 POINTS');
  });

  it('are none where nothing of the holder moves', () => {
    expect(amountsOf([leg('available', '5'), leg('available', '-5')])).toBe('');
  });
});
