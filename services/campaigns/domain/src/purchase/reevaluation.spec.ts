import { scenario } from '@tallystick/decider';
import { LATER, giveBack, pointPerYuan, record, reevaluation, rulesOf } from '../examples/examples';
import { byTier, gold, silver, two, subject, story, lastEvaluation, takenBack } from '../examples/purchase-stories';
import { purchaseDecider } from './purchase.decider';

const purchases = scenario(purchaseDecider);

describe('re-evaluate', () => {
  it('evaluates by the tier that turned out to hold, returns included', () => {
    const history = story(
      record(two, byTier),
      giveBack('b-1', [{ line: '1', amount: '10000' }], byTier),
      reevaluation(gold, 4, byTier),
    );
    expect(history[2]).toMatchObject({
      type: 'PurchaseReevaluated',
      data: { cause: 'tier-changed', heard: '4', subject },
    });
    expect(lastEvaluation(history)).toEqual(
      lastEvaluation(
        story(record(two, byTier, { tier: gold, heard: 4 }), giveBack('b-1', [{ line: '1', amount: '10000' }], byTier)),
      ),
    );
    expect(takenBack(history)).toEqual([{ POINTS: '150', GROWTH: '100' }]);
  });

  it('says that a purchase which earned something now earns nothing', () => {
    const book = rulesOf({ ...pointPerYuan, tierFactors: { silver: '0' } });
    const history = story(record(two, book), reevaluation(silver, 1, book));
    expect(lastEvaluation(history)).toMatchObject({ grants: [], qualified: true });
  });

  it('is quiet where the tier is the one of the receipt', () => {
    purchases
      .given(...story(record(two, byTier, { tier: gold, heard: 3 })))
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });

  it('is quiet where no rule tells the tiers apart', () => {
    const book = rulesOf({ ...pointPerYuan, tierFactors: { gold: '3/2', diamond: '1.5' } });
    const diamond = { tier: 'diamond', validFrom: gold.validFrom };
    purchases
      .given(...story(record(two, book, { tier: gold, heard: 3 })))
      .when(reevaluation(diamond, 4, book))
      .thenNothing();
  });

  it('is quiet for a history that is older than the one the receipt knew', () => {
    purchases
      .given(...story(record(two, byTier, { tier: gold, heard: 4 })))
      .when(reevaluation(silver, 3, byTier))
      .thenNothing();
  });

  it('is quiet for a purchase without member', () => {
    const anonymous = story(record(two, byTier, { member: undefined, account: undefined }));
    purchases
      .given(...anonymous)
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });

  it('is quiet for a purchase that is not recorded', () => {
    purchases
      .given(...story(giveBack('b-1', [{ line: '1', amount: '1' }], byTier, { occurredAt: LATER })))
      .when(reevaluation(gold, 4, byTier))
      .thenNothing();
  });
});
