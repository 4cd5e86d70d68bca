import { position } from '@tallystick/decider';
import { Health } from '@tallystick/http';
import type { Lag } from '@tallystick/messaging';
import { Metrics, renderMetrics } from '@tallystick/observability';
import { hopsOf, watchProgress } from './progress';

const heard = { consumer: 'ledger', topic: 'campaigns.purchase-qualified.v1' };
const here: Lag = { ...heard, partition: 0, position: position(9), behind: 0 };
const elsewhere: Lag = { ...heard, partition: 1, position: position(2), behind: 7, isElsewhere: true };

describe('The progress of a consumer that shares a topic with others', () => {
  it('is as far behind as the slowest partition, whoever holds it, and counts those held here', () => {
    expect(hopsOf([here, elsewhere], [heard])).toEqual([{ ...heard, position: position(2), behind: 7, partitions: 1 }]);
  });

  it('is told in two figures: of all partitions, and of those that this process works on', async () => {
    const metrics = new Metrics('ledger');
    watchProgress(
      'bus',
      { healthy: () => true, lag: () => [here, elsewhere], heldLag: () => [here] },
      new Health(),
      metrics,
    );
    const page = await renderMetrics([metrics]);
    expect(page).toMatch(/^tally_bus_behind\{.*\} 7$/m);
    expect(page).toMatch(/^tally_bus_held_behind\{.*\} 0$/m);
  });

  it('does not make a process unready for a partition that another does not move', async () => {
    let now = 0;
    const health = new Health(() => now);
    const stuck = { healthy: () => true, lag: () => [here, elsewhere] };
    watchProgress('bus', { ...stuck, heldLag: () => [here] }, health, new Metrics('ledger'));
    const alone = new Health(() => now);
    watchProgress('bus', stuck, alone, new Metrics('ledger'));
    const both = async () => [(await health.ready()).ok, (await alone.ready()).ok];
    expect(await both()).toEqual([true, true]);
    now = 60_000;
    expect(await both()).toEqual([true, false]);
  });
});
