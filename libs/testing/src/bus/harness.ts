import type { BatchHandler, DeadLetters, Lag, OutgoingRecord, Publisher } from '@tallystick/messaging';
import type { Pool } from '@tallystick/postgres';
import type { Effects } from './effects';

export interface MemberOptions {
  readonly consumer: string;
  readonly topic: string;
  readonly handler: BatchHandler;
  /** Default 100. */
  readonly batchSize?: number;
  /** Called when a loop dies. */
  readonly onFatal?: (error: unknown) => void;
}

/** One member of a consumer's group, in this process. */
export interface BusMember {
  /** The partitions that it holds. */
  lag(): Lag[];
  /** Every partition, whoever holds it. */
  groupLag(): Promise<Lag[]>;
  healthy(): boolean;
  /** Records in memory that are not settled. */
  buffered(): number;
  pause(topic: string): void;
  resume(topic: string): void;
  readonly deadLetters: DeadLetters;
  close(): Promise<void>;
}

/** A member in a process of its own: applies half of its first batch, says `half`, and goes on when told. */
export interface MemberProcess {
  readonly pid: number;
  /** Resolves when the process has printed that line. */
  said(line: string): Promise<void>;
  tell(line: string): void;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** A bus to be held to the contract, seen from a test. Whatever it opens it closes itself at the end. */
export interface BusHarness {
  /** How long a silent member keeps its partitions, in ms. */
  readonly leaseMs: number;
  readonly pool: Pool;
  readonly effects: Effects;
  /** A topic that publishers outside may write; its records are JSON objects, anything else is `invalid-json`. */
  createTopic(): Promise<string>;
  readonly publisher: Publisher;
  member(options: MemberOptions): Promise<BusMember>;
  memberProcess(options: { readonly consumer: string; readonly topic: string }): Promise<MemberProcess>;
  /** The consumer's settled position by partition, as stored; partitions that never moved are absent. */
  positions(consumer: string, topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** Puts a consumer without members back to a position of every partition. */
  rewind(consumer: string, topic: string, position: string): Promise<void>;
  /** Nobody reaches the bus until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** What the records of the contract's cases say. */
export interface Mark {
  readonly seq: number;
  readonly text?: string;
}

export function markRecord(key: string, seq: number, text?: string): OutgoingRecord {
  const mark: Mark = text === undefined ? { seq } : { seq, text };
  return { key, value: Buffer.from(JSON.stringify(mark)) };
}

/** `count` records over `keys` keys, each key counting from `from`. */
export function marks(count: number, keys: number, from = 0): OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) =>
    markRecord(`key-${index % keys}`, from + Math.floor(index / keys)),
  );
}

/** Resolves when the condition holds; throws with what it was waiting for when it does not hold in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A promise with its handle outside. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
