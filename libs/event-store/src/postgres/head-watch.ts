import type { Pool } from '@tallystick/postgres';
import { Client } from 'pg';

const POLL_MS = 1_000;
/** A connection that is being made may hang; nobody waits for it at the end, and it is hung up when it comes. */
const CLOSE_WITHIN_MS = 1_000;
const RECONNECT_MS = [200, 400, 800, 1_600, 3_200, 5_000];

interface HeadWatchOptions {
  readonly pool: Pool;
  readonly channel: string;
  /** Asks the log how far it is; the fallback where notifications cannot come through. */
  readonly logHead: () => Promise<string>;
}

/**
 * Knows how far a log has come: from this process's own commits, from notifications on a connection of its own, and
 * once a second by asking. It begins to listen when somebody first waits.
 */
export class HeadWatch {
  private highest = 0;
  private listener: Client | undefined;
  private loop: Promise<void> | undefined;
  private closed = false;
  private readonly waiting = new Set<() => void>();
  private stopPause: (() => void) | undefined;

  constructor(private readonly options: HeadWatchOptions) {}

  /** The last position that this process has heard of. */
  get head(): number {
    return this.highest;
  }

  /** True while notifications of other processes' commits arrive. */
  get listening(): boolean {
    return this.listener !== undefined;
  }

  /** Takes note of a commit; wakes everyone who waits. */
  note(head: number): void {
    if (head <= this.highest) return;
    this.highest = head;
    this.wake();
  }

  /** Resolves at once where the head is beyond `after`, else with the next commit, else after `ms`. */
  beyond(after: number, ms: number): Promise<void> {
    return this.highest > after ? Promise.resolve() : this.changed(ms);
  }

  changed(ms: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.loop ??= this.run();
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

  wake(): void {
    for (const done of [...this.waiting]) done();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    this.stopPause?.();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)));
    await Promise.race([this.loop, late]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closed) {
      try {
        await this.listen();
        failures = 0;
      } catch {
        failures += 1;
      }
      await this.ask();
      await this.pause(failures === 0 ? POLL_MS : RECONNECT_MS[Math.min(failures, RECONNECT_MS.length) - 1]!);
    }
    await this.hangUp();
  }

  private async listen(): Promise<void> {
    if (this.listener) return;
    const client = new Client(this.options.pool.options);
    const lost = (): void => {
      if (this.listener === client) this.listener = undefined;
      this.stopPause?.();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.note(Number(payload)));
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(this.options.channel)}`);
      this.listener = client;
    } catch (error) {
      await client.end().catch(lost);
      throw error;
    }
  }

  private async ask(): Promise<void> {
    try {
      this.note(Number(await this.options.logHead()));
    } catch {
      // The log is away; whoever reads it hears so, and the next round asks again.
    }
  }

  private pause(ms: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.stopPause = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.stopPause = done;
    });
  }

  private async hangUp(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    await listener?.end().catch(() => undefined);
  }
}
