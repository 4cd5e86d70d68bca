/** A pause that can be cut short; a call that comes before the pause cuts the next one. */
export class Wake {
  private isAsked = false;
  private end: (() => void) | undefined;

  now(): void {
    this.isAsked = true;
    this.end?.();
  }

  /** Resolves when asked, at the latest after `ms`. */
  async after(ms: number): Promise<void> {
    if (!this.isAsked) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isAsked = false;
    this.end = undefined;
  }
}
