import { bodyOf, type EventStore } from '@tallystick/decider';
import type { Command } from 'commander';
import { instant } from '@tallystick/vocabulary';
import { foldAccounts } from '../audit/account-fold';
import { boundOf, replayRange } from '../audit/replay-range';
import { inSession } from './session';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly asOf?: string;
}

/**
 * One stream: its events as they are stored. A range, or an instant: what every account held then, its digest and the counts of
 * the range. All: how much every account holds together.
 */
export async function runReplay(stream: string | undefined, options: Options, command: Command): Promise<void> {
  const isRange = options.from !== undefined || options.to !== undefined || options.asOf !== undefined;
  if (isRange && stream !== undefined)
    throw new Error('--from, --to and --as-of are about every account, not a stream');
  if (isRange) return runRange(options, command);
  await inSession(command, async ({ suite, progress, tell }) => {
    if (stream !== undefined) return tell(...(await oneStream(await suite.log(serviceOf(stream)), stream)));
    const ledger = await suite.log('ledger');
    const started = performance.now();
    const bar = progress('replaying', Number(await ledger.logHead()));
    let events = 0;
    const fold = await foldAccounts(ledger, (count) => {
      events += count;
      bar.advance(count);
    });
    bar.stop();
    const seconds = (performance.now() - started) / 1000;
    const totals = new Map<string, bigint>();
    for (const [key, amount] of fold.available()) {
      const asset = key.slice(key.indexOf('/') + 1);
      totals.set(asset, (totals.get(asset) ?? 0n) + amount);
    }
    const rate = Math.round(events / seconds);
    const report = {
      events,
      accounts: fold.accounts,
      rate,
      totals: Object.fromEntries([...totals].map(([asset, sum]) => [asset, String(sum)])),
    };
    return tell(report, [
      `${events} events of ${fold.accounts} accounts in ${seconds.toFixed(1)} s (${rate}/s)`,
      ...[...totals].map(([asset, sum]) => `${asset} available: ${sum}`),
    ]);
  });
}

const KINDS: Readonly<Record<string, string>> = {
  account: 'ledger',
  assets: 'ledger',
  purchase: 'campaigns',
  return: 'campaigns',
  ruleset: 'campaigns',
  member: 'membership',
  tierpolicy: 'membership',
  tree: 'organization',
  program: 'organization',
  clock: 'organization',
};

function serviceOf(stream: string): string {
  const kind = stream.slice(0, stream.indexOf('-'));
  const service = KINDS[kind];
  if (!service) throw new Error(`no service has streams of the kind "${kind}"`);
  return service;
}

async function oneStream(log: EventStore, stream: string): Promise<[unknown, string[]]> {
  const { exists, events } = await log.readStream(stream);
  if (!exists) throw new Error(`there is no stream ${stream}`);
  const shown = events.map((event) => ({
    revision: event.revision,
    position: event.position,
    type: event.type,
    version: event.version,
    data: bodyOf<unknown>(event),
    hash: Buffer.from(event.hash).toString('hex'),
  }));
  return [shown, shown.map(({ revision, type, data }) => `${revision} ${type} ${JSON.stringify(data)}`)];
}

async function runRange({ from, to, asOf }: Options, command: Command): Promise<void> {
  const range = {
    from: from === undefined ? undefined : boundOf(from),
    to: to === undefined ? undefined : boundOf(to),
    asOf: asOf === undefined ? undefined : instant(asOf),
  };
  await inSession(command, async ({ suite, progress, tell }) => {
    const ledger = await suite.log('ledger');
    const bar = progress('replaying', Number(await ledger.logHead()));
    const report = await replayRange(ledger, range, (count) => bar.advance(count));
    bar.stop();
    const { through, events, types, touched, accounts, totals, digest } = report;
    tell(report, [
      `${events} events of ${touched} accounts in the range; ${accounts} accounts known at position ${Number(through ?? 0)}`,
      ...Object.entries(types).map(([type, count]) => `${type} ${count}`),
      ...Object.entries(totals).map(([asset, sum]) => `${asset} available: ${sum}`),
      `digest ${digest}`,
    ]);
  });
}
