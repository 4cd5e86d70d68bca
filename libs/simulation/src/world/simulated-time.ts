import { type Clock, withGlobal } from '@sinonjs/fake-timers';
import type { Instant } from '@tallystick/vocabulary';
import type { Random } from './random';

const timers = withGlobal(globalThis);

/**
 * The clock and the chance that code sees which asks the platform for them: `Date`, `performance.now`, timers and
 * `Math.random`. Time stands still until somebody lets the next timer fire. Everything is as before after `end`.
 */
export class SimulatedTime {
  private readonly clock: Clock;
  private readonly random = Math.random;

  constructor(start: Instant, random: Random) {
    this.clock = timers.install({
      now: start,
      toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'],
    });
    Math.random = () => random.fraction();
  }

  get now(): Instant {
    return this.clock.now as Instant;
  }

  get timers(): number {
    return this.clock.countTimers();
  }

  /** Lets time pass until the next timer, and that fire. */
  next(): void {
    this.clock.next();
  }

  /** Lets time pass without any timer. */
  pass(ms: number): void {
    this.clock.setSystemTime(this.clock.now + ms);
  }

  /**
   * Resolves when nobody goes on without a call or a timer: nothing here waits for anything but promises, and a tick comes
   * when those are through. The turn of the event loop that an immediate would cost is spared at every step.
   */
  quiet(): Promise<void> {
    return new Promise((resolve) => process.nextTick(resolve));
  }

  end(): void {
    Math.random = this.random;
    this.clock.uninstall();
  }
}
