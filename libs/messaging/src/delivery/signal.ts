/** Lets one loop wait for another: a call of {@link raise} ends the wait that runs, or the next one. */
export class Signal {
  private raised = false;
  private wake: (() => void) | undefined;

  raise(): void {
    this.raised = true;
    this.wake?.();
  }

  /** Resolves when raised since the last wait, at the latest after `ms`. */
  async wait(ms: number): Promise<void> {
    if (!this.raised && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, 60_000));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    this.raised = false;
  }
}

/** Exponential backoff with full jitter above a floor: attempt 1 about 20 ms, at most `capMs`. */
export function backoffMs(attempt: number, capMs = 1_000): number {
  const ceiling = Math.min(capMs, 20 * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}
