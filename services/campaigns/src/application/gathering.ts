interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const AT_ONCE = 500;

/** Gathers single items that come while a batch is under way, or at the same moment, into the next one. */
export class Gathering<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private running: Promise<void> | undefined;

  /** `work` gives one result per item, in order; what it throws goes to every item of the batch. */
  constructor(private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>) {}

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
