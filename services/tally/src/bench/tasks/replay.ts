import { openPostgresLogReader } from '@tallystick/event-store/postgres';
import { rebuild } from '@tallystick/read-models';
import { startSuite } from '@tallystick/standalone';
import { copyOut } from '../../adapters/copying';
import { AccountFold } from '../../audit/account-fold';
import { verifyChain } from '../../audit/chain';
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
  readonly rebuild: Timed;
}

/** Reads a whole ledger log in four ways; the rebuild makes the account book anew beside the live one. */
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
        rebuild: await rebuildAccountBook(place),
      };
    } finally {
      await log.close();
    }
  });
}

/** As an operator would: the suite runs, the new rows are made beside the live ones, compared and switched. */
async function rebuildAccountBook({ databaseUrl, dataDir, rootPid }: Place): Promise<Timed> {
  const suite = await startSuite({ dataDir, port: 0, environment: environmentOf(databaseUrl) });
  try {
    const { definition, resources } = suite.booted.services.find(({ name }) => name === 'ledger')!;
    const projection = definition.projections().find((one) => one.source === 'log' && one.name === 'account-book');
    if (projection?.source !== 'log') throw new Error('the ledger has no account book');
    const { store, schema, service } = resources;
    return await withPool(databaseUrl, 2, (pool) =>
      timed(rootPid, async () => {
        const report = await rebuild({ pool, schema, projection, store, service });
        if (!report.equal) throw new Error('the account book was rebuilt to other rows than it had');
      }),
    );
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
