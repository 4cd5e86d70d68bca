import { BusBench } from './bench';
import { failureCases } from './failure.cases';
import { flowCases } from './flow.cases';
import type { BusHarness } from './harness';
import { outcomeCases } from './outcome.cases';

const GROUPS = [flowCases, outcomeCases, failureCases];

/** Cases of {@link busContract}, for whoever must say how many were not run. */
export const BUS_CONTRACT_CASES = 27;

/** Bound of one case on a busy machine: some start a process, some wait for a lease to run out. */
const CASE_MS = 90_000;

export interface BusCapabilities {
  /** Most records that a member may hold unsettled with batches of 100. */
  readonly boundedBy: number;
}

/** The contract of the bus port (design §6 "Bus port"): every adapter passes the same cases. */
export function busContract(
  name: string,
  makeHarness: () => Promise<BusHarness>,
  { boundedBy }: BusCapabilities,
): void {
  jest.setTimeout(CASE_MS);
  describe(`bus contract on ${name}`, () => {
    const bench = new BusBench(boundedBy);

    beforeAll(async () => {
      bench.harness = await makeHarness();
      const { consumer, topic } = await bench.fresh();
      const probe = await bench.member(topic, consumer, async ({ records }) => records.map(() => ({ kind: 'done' })));
      bench.deadLetters = probe.deadLetters;
      await bench.endCase();
    }, 120_000);

    afterEach(() => bench.endCase(), 60_000);

    afterAll(async () => {
      await bench.harness?.close();
    }, 60_000);

    for (const cases of GROUPS) cases(bench);
  });
}
