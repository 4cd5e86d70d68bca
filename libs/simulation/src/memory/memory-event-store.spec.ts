import { type EventStore, EventStoreError } from '@tallystick/decider';
import { eventStoreContract, type StoreFaults } from '@tallystick/testing';
import type { Instant } from '@tallystick/vocabulary';
import type { Calls } from './calls';
import { MemoryEventStore, MemorySnapshots } from './memory-event-store';
import { MemoryLog } from './memory-log';

/** A way to the store that the contract's cases break. */
class FaultyCalls implements Calls, StoreFaults {
  private cut: 'before' | 'after' | undefined;
  private isSilent = false;
  private readonly asked = new Set<(error: Error) => void>();

  constructor(private readonly deadline: number) {}

  async call<Answer>(what: string, effect: () => Answer): Promise<Answer> {
    await Promise.resolve();
    if (this.isSilent) return this.unanswered();
    const { cut } = this;
    if (cut === undefined || what !== 'append') return effect();
    this.cut = undefined;
    if (cut === 'before') throw new EventStoreError('unavailable', 'cut before the commit');
    effect();
    throw new EventStoreError('unknown', 'cut after the commit');
  }

  cutAfterCommit(): void {
    this.cut = 'after';
  }

  cutBeforeCommit(): void {
    this.cut = 'before';
  }

  silence(): void {
    this.isSilent = true;
  }

  cutAll(): void {
    for (const fail of [...this.asked]) fail(new EventStoreError('unknown', 'the connection broke'));
  }

  heal(): void {
    this.isSilent = false;
  }

  private unanswered(): Promise<never> {
    return new Promise((_, reject) => {
      const fail = (error: Error): void => {
        clearTimeout(timer);
        this.asked.delete(fail);
        reject(error);
      };
      const timer = setTimeout(fail, this.deadline, new EventStoreError('unavailable', 'nobody answered'));
      this.asked.add(fail);
    });
  }
}

eventStoreContract(
  'memory',
  async () => {
    const log = new MemoryLog({ now: () => Date.now() as Instant });
    const snapshots = new MemorySnapshots();
    const opened: EventStore[] = [];
    const open = (calls?: Calls): MemoryEventStore => {
      const store = new MemoryEventStore(log, calls);
      opened.push(store);
      return store;
    };
    return {
      kinds: ['account', 'member'],
      snapshots: snapshots.port(),
      open: () => Promise.resolve(open()),
      openFaulty: ({ deadline = 5_000 } = {}) => {
        const faults = new FaultyCalls(deadline);
        return Promise.resolve({ store: open(faults), faults });
      },
      openCalls: () => Promise.resolve(0),
      close: async () => {
        await Promise.all(opened.map((store) => store.close()));
      },
    };
  },
  { recordedInOrder: true, positionOnRetry: true, volume: 4_000 },
);
