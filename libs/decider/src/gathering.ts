interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const AT_ONCE = 500;

/** Makes batches of single items: those that come while a batch is under way, or at the same moment, are the next one. */
export class Gathering<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running: Promise<void> | undefined;

  /** `work` gives one result per item, in order; what it throws goes to every item of the batch. */
  constructor(private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>) {}

  /** Resolves with the item's result; rejects with what the work of its batch threw. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when everything added so far has its result. */
  async drain(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // Items of requests that were read from their sockets together arrive a few promises apart.
      await new Promise((resolve) => setImmediate(resolve));
      const turn = this.waiting.splice(0, AT_ONCE);
      try {
        const results = await this.work(turn.map(({ item }) => item));
        turn.forEach(({ resolve }, index) => resolve(results[index] as Result));
      } catch (error) {
        for (const { reject } of turn) reject(error);
      }
    }
    this.running = undefined;
  }
}
