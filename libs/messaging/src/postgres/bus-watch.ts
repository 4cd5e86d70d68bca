import type { Pool } from '@tallystick/postgres';
import { Client } from 'pg';

const CHANNEL = 'tallystick_bus';
const RECONNECT_MS = 2_000;

/** Hears of appends to outside topics over a connection of its own; where it is away, waiting falls back to polling. */
export class BusWatch {
  private client: Client | undefined;
  private retryAt = 0;
  private connecting: Promise<void> | undefined;
  private closed = false;
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly pool: Pool) {}

  /** Resolves with the next append to the topic, at the latest after `ms`. */
  changed(topic: string, ms: number): Promise<void> {
    if (this.closed) return Promise.resolve();
    if (!this.client && !this.connecting && Date.now() >= this.retryAt) this.connecting = this.listen();
    return new Promise((resolve) => {
      const waiting = this.waiting.get(topic) ?? new Set();
      const done = (): void => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.set(topic, waiting.add(done));
    });
  }

  /** Wakes who waits for the topic: an append of this very process need not come back through the database. */
  wake(topic: string): void {
    for (const done of [...(this.waiting.get(topic) ?? [])]) done();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const topic of this.waiting.keys()) this.wake(topic);
    await this.connecting;
    await this.client?.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    const client = new Client({ ...this.pool.options, application_name: CHANNEL });
    const lost = (): void => {
      if (this.client === client) this.client = undefined;
      this.retryAt = Date.now() + RECONNECT_MS;
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.wake(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.client = client;
    } catch {
      lost();
      await client.end().catch(lost);
    } finally {
      this.connecting = undefined;
    }
  }
}
