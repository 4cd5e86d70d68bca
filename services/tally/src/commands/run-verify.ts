import { waitUntilSettled } from '@tallystick/standalone';
import type { Command } from 'commander';
import { AccountFold } from '../audit/account-fold';
import { type ChainReport, verifyChain } from '../audit/chain';
import { compareThreeWays } from '../audit/three-ways';
import { inSession } from './session';

const SETTLE_MS = 120_000;

/** Chains of every log, invariants of every account, and balances three ways. Exits 1 where anything is wrong. */
export async function runVerify(_options: unknown, command: Command): Promise<void> {
  await inSession(command, async ({ suite, progress, tell }) => {
    await waitUntilSettled(suite.client, { timeoutMs: SETTLE_MS });
    const fold = new AccountFold();
    const chains: ChainReport[] = [];
    for (const service of suite.services) {
      const log = await suite.log(service);
      const bar = progress(`verifying ${service}`, Number(await log.logHead()));
      chains.push(
        await verifyChain(service, log, {
          onEvents: (events) => {
            if (service === 'ledger') fold.take(events);
            bar.advance(events.length);
          },
        }),
      );
      bar.stop();
    }
    const broken = [...fold.broken()];
    const balances = await compareThreeWays(await suite.database(), fold);
    const faults = broken.length + balances.length + chains.reduce((sum, chain) => sum + chain.faults.length, 0);
    if (faults > 0) process.exitCode = 1;
    tell({ ok: faults === 0, chains, accounts: fold.accounts, broken, balances }, [
      ...chains.flatMap(chainLines),
      `accounts: ${fold.accounts}, invariants broken: ${broken.length}`,
      ...broken.slice(0, 20).map(({ account, what }) => `  ${account}: ${what}`),
      `balances three ways (projection, lots, fold): ${balances.length === 0 ? 'equal' : `${balances.length} differ`}`,
      ...balances.slice(0, 20).map((fault) => `  ${JSON.stringify(fault)}`),
      faults === 0 ? 'verified' : `NOT verified: ${faults} faults`,
    ]);
  });
}

function chainLines({ service, events, streams, faults }: ChainReport): string[] {
  const lines = [
    `${service}: ${events} events in ${streams} streams, ${faults.length === 0 ? 'chains hold' : 'CHAINS BROKEN'}`,
  ];
  return [...lines, ...faults.map(({ stream, revision, what }) => `  ${stream} revision ${revision}: ${what}`)];
}
