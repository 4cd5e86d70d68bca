import { EventStoreDBClient } from '@eventstore/db-client';
import { EventStoreError } from '@tallystick/decider';

/** Kestrel allows 100 calls a connection; reads and subscriptions need some of them (trap 2). */
const MAX_APPENDS = 50;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * One client at a time and what every call needs. A call that is not answered in time is given up and its client
 * replaced, since neither reads nor the feature query of this client have a deadline (traps 2 and 6); so is one whose node
 * is gone.
 */
export class EsdbConnection {
  /**
   * Passed with every call: that forces the plain Append RPC, whose faults stay within its client and which heeds its
   * deadline (traps 1, 2 and 10).
   */
  readonly credentials: Credentials;
  private current: EventStoreDBClient | undefined;
  private readonly retired = new Set<NodeJS.Timeout>();
  private free = MAX_APPENDS;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly connectionString: string,
    readonly deadline: number,
  ) {
    this.credentials = credentialsOf(connectionString);
  }

  get client(): EventStoreDBClient {
    return (this.current ??= EventStoreDBClient.connectionString(this.connectionString));
  }

  /** Lets at most 50 appends be in flight; the others wait in order. */
  async withSlot<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }

  /** Waits for an answer as long as the deadline allows; a later one meets nobody. */
  answered<T>(work: Promise<T>, client: EventStoreDBClient, code: 'unknown' | 'unavailable'): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.discard(client);
        reject(new EventStoreError(code, `no answer within ${this.deadline} ms`));
      }, this.deadline);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Takes a new client for the next call; what the old one still carries has one more deadline to end. */
  discard(client: EventStoreDBClient): void {
    if (this.current !== client) return;
    this.current = undefined;
    const timer = setTimeout(() => {
      this.retired.delete(timer);
      void dispose(client);
    }, this.deadline);
    timer.unref();
    this.retired.add(timer);
  }

  async close(): Promise<void> {
    for (const timer of this.retired) clearTimeout(timer);
    const client = this.current;
    this.current = undefined;
    if (client) await dispose(client);
  }
}

async function dispose(client: EventStoreDBClient): Promise<void> {
  try {
    await client.dispose();
  } catch {
    // Whatever it still carried is given up; its callers have their answers.
  }
}

function credentialsOf(connectionString: string): Credentials {
  const [, username, password] = /^[a-z+]+:\/\/([^:@/]+):([^@/]*)@/.exec(connectionString) ?? [];
  if (username !== undefined && password !== undefined) {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  }
  // The client drops credentials on an insecure channel; that they are passed is what counts.
  if (/[?&]tls=false/i.test(connectionString)) return { username: 'insecure', password: 'insecure' };
  throw new EventStoreError('denied', 'EVENTSTOREDB_URL names no user');
}
