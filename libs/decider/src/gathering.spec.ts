import { Gathering } from './gathering';

/** Work that ends when it is told to, so that items can come meanwhile. */
class Work {
  readonly batches: (readonly number[])[] = [];
  private readonly ends: ((fault?: Error) => void)[] = [];
  private readonly starts: (() => void)[] = [];

  readonly run = (items: readonly number[]): Promise<readonly number[]> => {
    this.batches.push(items);
    this.starts.shift()?.();
    return new Promise((resolve, reject) => {
      this.ends.push((fault) => (fault ? reject(fault) : resolve(items.map((item) => item * 10))));
    });
  };

  begun(): Promise<void> {
    return new Promise((resolve) => this.starts.push(resolve));
  }

  end(fault?: Error): void {
    this.ends.shift()!(fault);
  }
}

describe('gathering', () => {
  it('makes one batch of what comes at the same moment, and the next of what comes while it is under way', async () => {
    const work = new Work();
    const gathering = new Gathering(work.run);
    const first = work.begun();
    const together = Promise.all([gathering.add(1), Promise.resolve().then(() => gathering.add(2))]);
    await first;
    const second = work.begun();
    const later = Promise.all([gathering.add(3), gathering.add(4)]);
    work.end();
    expect(await together).toEqual([10, 20]);
    await second;
    work.end();
    expect(await later).toEqual([30, 40]);
    expect(work.batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('gives what the work throws to every item of its batch, and goes on with the next', async () => {
    const work = new Work();
    const gathering = new Gathering(work.run);
    const first = work.begun();
    const broken = Promise.allSettled([gathering.add(1), gathering.add(2)]);
    await first;
    const second = work.begun();
    const sound = gathering.add(3);
    const fault = new Error('no');
    work.end(fault);
    expect(await broken).toEqual([
      { status: 'rejected', reason: fault },
      { status: 'rejected', reason: fault },
    ]);
    await second;
    work.end();
    expect(await sound).toBe(30);
  });

  it('is drained when everything added has its result', async () => {
    const work = new Work();
    const gathering = new Gathering(work.run);
    const begun = work.begun();
    const results: number[] = [];
    void gathering.add(1).then((result) => results.push(result));
    await begun;
    work.end();
    await gathering.drain();
    expect(results).toEqual([10]);
  });
});
