/** Lets one loop wait for another: {@link raise} ends every wait that runs; where none runs, the next one ends at once. */
export class Signal {
  private raised = false;
  private readonly waiting = new Set<() => void>();

  raise(): void {
    this.raised = this.waiting.size === 0;
    for (const done of [...this.waiting]) done();
  }

  /** Resolves when raised, at the latest after `ms`. */
  wait(ms: number): Promise<void> {
    if (this.raised) {
      this.raised = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }
}

/** Exponential backoff with full jitter above a floor: attempt 1 about 20 ms, at most `capMs`. */
export function backoffMs(attempt: number, capMs = 1_000): number {
  const ceiling = Math.min(capMs, 20 * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
