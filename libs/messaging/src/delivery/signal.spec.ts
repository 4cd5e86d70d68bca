import { backoffMs, Signal } from './signal';

describe('Signal', () => {
  it('ends the waits that run', async () => {
    const signal = new Signal();
    const waits = [signal.wait(60_000), signal.wait(60_000)];
    signal.raise();
    await Promise.all(waits);
  });

  it('is not lost where nobody waits: the next wait ends at once, the one after it does not', async () => {
    const signal = new Signal();
    signal.raise();
    signal.raise();
    await signal.wait(60_000);
    const order: string[] = [];
    const second = signal.wait(60_000).then(() => order.push('second'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('raised');
    signal.raise();
    await second;
    expect(order).toEqual(['raised', 'second']);
  });

  it('ends a wait by itself when its time is over', async () => {
    await new Signal().wait(1);
  });
});

describe('backoffMs', () => {
  it('grows to its cap and never falls below half of its step', () => {
    for (let attempt = 1; attempt <= 30; attempt++) {
      const ceiling = Math.min(1_000, 20 * 2 ** attempt);
      const wait = backoffMs(attempt);
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
      expect(wait).toBeLessThanOrEqual(ceiling);
    }
  });
});
