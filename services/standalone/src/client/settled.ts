import { RefusedRequest, type SuiteClient } from './suite-client';

/** One hop of the way from a topic to rows or events, as `GET /v1/status` tells it. */
export interface Hop {
  readonly consumer: string;
  readonly topic: string;
  /** The last position that every partition has settled; absent where nobody tells. */
  readonly position?: string;
  readonly behind: number;
  /** How many partitions of the topic somebody holds just now, of 12; a log has one. */
  readonly partitions: number;
}

export interface SuiteStatus {
  readonly services: readonly {
    readonly service: string;
    /** Last position of the service's log. */
    readonly head: string;
    readonly hops: readonly Hop[];
    /** How far its log is sealed; absent where no process of the suite may seal it. */
    readonly sealing?: { readonly size: number; readonly behind: number; readonly fault?: string };
  }[];
}

const POLL_MS = 100;

/**
 * Resolves when every hop has passed all that was published before the call. A hop may write what the next one reads,
 * so it waits until two looks in a row see every partition at its head, whoever holds it, and no log grown in between. While a
 * process of the suite does not answer, nothing is settled.
 */
export async function waitUntilSettled(
  suite: SuiteClient,
  options: { readonly timeoutMs: number; readonly onLook?: (behind: number) => void },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (let before: string | undefined; ;) {
    const status = await look(suite);
    if (status) options.onLook?.(hopsOf(status).reduce((sum, hop) => sum + hop.behind, 0));
    const heads = status && lagging(status) === undefined ? JSON.stringify(headsOf(status)) : undefined;
    if (heads !== undefined && heads === before) return;
    before = heads;
    if (performance.now() > deadline) throw new Error(`not settled after ${options.timeoutMs} ms: ${reasonOf(status)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function look(suite: SuiteClient): Promise<SuiteStatus | undefined> {
  try {
    return await suite.get<SuiteStatus>('/v1/status');
  } catch (error) {
    if (error instanceof RefusedRequest && error.problem.status === 503) return undefined;
    throw error;
  }
}

function headsOf({ services }: SuiteStatus): unknown {
  return services.map(({ service, head }) => [service, head]);
}

function reasonOf(status: SuiteStatus | undefined): string {
  if (status === undefined) return 'a process of the suite does not answer';
  return lagging(status) ?? 'logs still grow';
}

export function hopsOf({ services }: SuiteStatus): Hop[] {
  return services.flatMap(({ hops }) => hops);
}

/** What keeps the suite from being settled, as far as one look shows it. */
export function lagging(status: SuiteStatus): string | undefined {
  const hops = hopsOf(status);
  if (hops.length === 0) return 'nothing consumes here: does TALLY_STATUS_OF name the processes that do?';
  const reasons = hops.flatMap(({ consumer, topic, behind, position }) => {
    if (position === undefined) return [`nobody tells how far ${consumer} is on ${topic}`];
    return behind > 0 ? [`${consumer} is ${behind} behind on ${topic}`] : [];
  });
  return reasons.length > 0 ? reasons.join(', ') : undefined;
}
