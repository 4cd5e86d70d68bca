import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendCases } from './append.cases';
import { batchCases } from './batch.cases';
import { dataCases } from './data.cases';
import { failureCases } from './failure.cases';
import { Bench, type EventStoreCapabilities, type EventStoreHarness } from './harness';
import { idempotencyCases } from './idempotency.cases';
import { integrityCases } from './integrity.cases';
import { readCases } from './read.cases';
import { subscribeCases } from './subscribe.cases';

const GROUPS = [
  appendCases,
  idempotencyCases,
  failureCases,
  batchCases,
  readCases,
  dataCases,
  subscribeCases,
  integrityCases,
];

/**
 * The contract of the event store port (event-store-contract.md §2): every adapter passes the same cases. Case numbers
 * of that page begin each name. What only one store can show stands beside it in that store's own spec.
 */
export function eventStoreContract(
  name: string,
  makeHarness: () => Promise<EventStoreHarness>,
  capabilities: EventStoreCapabilities,
): void {
  jest.setTimeout(60_000);

  describe(`event store contract on ${name}`, () => {
    const bench = new Bench(capabilities);

    beforeAll(async () => {
      bench.harness = await makeHarness();
      bench.store = await bench.harness.open();
    }, 60_000);

    afterAll(async () => {
      await bench.harness?.close();
    }, 60_000);

    for (const cases of GROUPS) cases(bench);
  });
}

/** How many cases the contract has, counted in its own files, for whoever must say that they were not run. */
export function contractCases(): number {
  const files = readdirSync(__dirname).filter((name) => name.includes('.cases.'));
  const texts = files.map((name) => readFileSync(join(__dirname, name), 'utf8'));
  return texts.reduce((sum, text) => sum + (text.match(/^\s*'?(it\(')?es-[0-9]+ /gm)?.length ?? 0), 0);
}
