import { type Connection, inTransaction, type Pool } from '@tallystick/postgres';

const GATE = "hashtextextended('tallystick/tier-review/' || current_schema(), 0)";

/**
 * Keeps reviews of recorded growth apart from growth that is being reviewed and is not recorded yet: each would carry out
 * a picture that lacks what the other knows, and the older one might win. Holds among all processes of the service; whoever
 * dies lets go.
 */
export class ReviewGate {
  /** Of those that want to be alone one asks at a time: the others would wait with a connection each. */
  private lastAlone: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: Pool) {}

  /** For batches of growth whose members nobody else serves: many may pass at a time. */
  together<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.under(`select pg_advisory_xact_lock_shared(${GATE})`, work);
  }

  /** Waits until nobody is inside and keeps everybody out meanwhile; to be short. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.lastAlone.then(() => this.under(`select pg_advisory_xact_lock(${GATE})`, work));
    this.lastAlone = turn.catch(() => undefined);
    return turn;
  }

  private under<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
    return inTransaction(this.pool, async (connection: Connection) => {
      await connection.query(lock);
      return work();
    });
  }
}
