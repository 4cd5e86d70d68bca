import type { EventStore } from '@tallystick/decider';
import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import { startSuite } from '@tallystick/standalone';
import { copyOut } from '../../adapters/copying';
import { AccountFold } from '../../audit/account-fold';
import { verifyChain } from '../../audit/chain';
import { rebuildProjection } from '../../audit/rebuild-projection';
import { environmentOf } from './prepare';
import { type Place, type Timed, timed, withPool } from './place';

export interface ReplayRun {
  readonly events: number;
  /** Whole rows in log order, nothing done with them. */
  readonly copyOut: Timed;
  /** The data alone in log order, parsed. */
  readonly copyOutAndParse: Timed;
  /** Through the port: every hash recomputed, every account folded by the ledger's rules. */
  readonly replay: Timed;
  readonly rebuilds: readonly Rebuilt[];
}

/** One projection made anew beside the live one. */
export interface Rebuilt extends Timed {
  /** `<service>/<projection>` */
  readonly name: string;
  /** Events or records that it took. */
  readonly applied: number;
}

/** Reads a whole ledger log in three ways, then makes every projection of the suite anew. */
export async function replay(place: Place): Promise<ReplayRun> {
  const { databaseUrl, rootPid } = place;
  return withPool(databaseUrl, 2, async (pool) => {
    const whole = '(select * from ledger.event order by position)';
    const copied = await timed(rootPid, () => copyOut(pool, whole, 'binary', () => undefined));
    const data = "(select convert_from(data, 'UTF8') from ledger.event order by position)";
    let parsed = 0;
    const copiedAndParsed = await timed(rootPid, async () => {
      const lines = new Lines((line) => (parsed += JSON.parse(line) === null ? 0 : 1));
      await copyOut(pool, data, 'text', (piece) => lines.take(piece));
    });
    const log = await openPostgresLogReader({ pool, schema: 'ledger' });
    try {
      const fold = new AccountFold();
      const replayed = await timed(rootPid, async () => {
        const report = await verifyChain('ledger', log, { onEvents: (events) => fold.take(events) });
        if (report.faults.length > 0) throw new Error(`the chain does not hold: ${JSON.stringify(report.faults[0])}`);
      });
      if ([...fold.broken()].length > 0) throw new Error('an invariant of an account is broken');
      return {
        events: parsed,
        copyOut: copied,
        copyOutAndParse: copiedAndParsed,
        replay: replayed,
        rebuilds: await rebuildAll(place),
      };
    } finally {
      await log.close();
    }
  });
}

/** As an operator would: the suite runs, the new rows of each projection are made beside the live ones, compared and switched. */
async function rebuildAll({ databaseUrl, dataDir, rootPid }: Place): Promise<readonly Rebuilt[]> {
  const suite = await startSuite({ dataDir, port: 0, environment: environmentOf(databaseUrl) });
  const stores = new Map(suite.booted.services.map(({ name, resources }) => [name, resources.store]));
  const logOf = (service: string): Promise<EventStore> => Promise.resolve(stores.get(service)!);
  const all = suite.booted.services.flatMap(({ definition }) =>
    definition.projections().map((projection) => ({ definition, projection })),
  );
  try {
    return await withPool(databaseUrl, 2, async (pool) => {
      const rebuilt: Rebuilt[] = [];
      for (const { definition, projection } of all) {
        const name = `${definition.name}/${projection.name}`;
        let applied = 0;
        const took = await timed(rootPid, async () => {
          const report = await rebuildProjection(definition, projection, { pool, logOf });
          if (!report.equal) throw new Error(`${name} was rebuilt to other rows than it had`);
          ({ applied } = report);
        });
        rebuilt.push({ name, applied, ...took });
      }
      return rebuilt;
    });
  } finally {
    await suite.stop();
  }
}

/** Whole lines of a stream of COPY's text format; backslashes of the data stand doubled there. */
class Lines {
  private rest = '';
  private readonly decoder = new TextDecoder();

  constructor(private readonly onLine: (line: string) => void) {}

  take(piece: Buffer): void {
    const lines = (this.rest + this.decoder.decode(piece, { stream: true })).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.onLine(line.includes('\\') ? line.replaceAll('\\\\', '\\') : line);
  }
}
