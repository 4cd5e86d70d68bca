import { randomUUID } from 'node:crypto';
import { type Pool, PositionLeases } from '@tallystick/postgres';

const LEASE_MS = 10_000;
const CONSUMER = 'clock';

/** One clock per program leads at a time: who holds the lease. */
export class Leading {
  private readonly leases: PositionLeases;

  constructor(
    pool: Pool,
    private readonly topic: string,
  ) {
    this.leases = new PositionLeases(pool, `clock-${randomUUID()}`);
  }

  /** True while this process leads; to be asked at each turn, since that renews the lease. */
  async isOurs(): Promise<boolean> {
    return (await this.leases.claim(CONSUMER, this.topic, [0], { leaseMs: LEASE_MS })).length > 0;
  }

  /** Lets another lead at once. */
  release(): Promise<void> {
    return this.leases.close();
  }
}
