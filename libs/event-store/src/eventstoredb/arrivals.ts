import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import type { Position, SubscriptionItem } from '@tallystick/decider';
import { placeOf } from './reads';

type Said = Exclude<SubscriptionItem, { readonly kind: 'event' }>;

/** What a subscription brings, in the order in which the server said it. */
export type Arrival =
  | { readonly kind: 'resolved'; readonly resolved: AllStreamResolvedEvent; readonly place: Position | undefined }
  | { readonly kind: 'ended' }
  | Said;

/**
 * Puts a subscription back in order: checkpoints and "caught up" come as callbacks while events before them still wait
 * in the stream's buffer. Each keeps the number of events that it stands behind, so that none is told too early. Events
 * are pulled one by one, so a slow consumer holds the server back.
 */
export class Arrivals {
  private taken = 0;
  private readonly said: { readonly behind: number; readonly item: Said }[] = [];
  private confirmed = false;
  private ended = false;
  private failure: { readonly error: unknown } | undefined;
  private awake: (() => void) | undefined;

  constructor(private readonly server: AllStreamSubscription) {
    const when = (event: string, act: () => void): void => {
      server.on(event, () => {
        act();
        this.wake();
      });
    };
    when('confirmation', () => (this.confirmed = true));
    when('end', () => (this.ended = true));
    when('close', () => (this.ended = true));
    when('readable', () => undefined);
    server.on('caughtUp', () => this.note({ kind: 'caught-up' }));
    server.on('error', (error) => {
      this.failure ??= { error };
      this.wake();
    });
  }

  /** Takes note of what the server said between events. Never throws: that would wedge the stream (trap 8). */
  note(item: Said): void {
    this.said.push({ behind: this.taken + this.server.readableLength, item });
    this.wake();
  }

  wake(): void {
    this.awake?.();
  }

  /** Resolves when the server has confirmed the subscription, or it has come to something else, or nobody waits. */
  async first(stop: AbortSignal): Promise<void> {
    while (!this.confirmed && !this.ended && !this.failure && !stop.aborted) await this.sleep();
  }

  /** What comes next, or `undefined` where it was woken for nothing; throws what the stream failed with. */
  async next(): Promise<Arrival | undefined> {
    const [said] = this.said;
    if (said && said.behind <= this.taken) return this.said.shift()!.item;
    const resolved = this.server.read() as AllStreamResolvedEvent | null;
    if (resolved) {
      this.taken += 1;
      return { kind: 'resolved', resolved, place: placeOf(resolved) };
    }
    if (this.failure) throw this.failure.error;
    if (this.ended) return { kind: 'ended' };
    if (this.said[0]?.behind !== this.taken) await this.sleep();
    return undefined;
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => (this.awake = resolve));
  }
}
