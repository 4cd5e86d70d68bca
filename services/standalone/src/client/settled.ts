import type { SuiteClient } from './suite-client';

/** One hop of the way from a topic to rows or events, as `GET /v1/status` tells it. */
export interface Hop {
  readonly consumer: string;
  readonly topic: string;
  readonly position?: string;
  readonly behind: number;
}

export interface SuiteStatus {
  readonly services: readonly {
    readonly service: string;
    /** Last position of the service's log. */
    readonly head: string;
    readonly hops: readonly Hop[];
  }[];
}

const POLL_MS = 100;

/**
 * Resolves when every hop has passed all that was published before the call. A hop may write what the next one reads,
 * so it waits until two looks in a row see every hop at its head and no log grown in between.
 */
export async function waitUntilSettled(
  suite: SuiteClient,
  options: { readonly timeoutMs: number; readonly onLook?: (behind: number) => void },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (let before: string | undefined; ;) {
    const status = await suite.get<SuiteStatus>('/v1/status');
    const behind = hopsOf(status).reduce((sum, hop) => sum + hop.behind, 0);
    options.onLook?.(behind);
    const heads = JSON.stringify(status.services.map(({ service, head }) => [service, head]));
    if (behind === 0 && heads === before) return;
    before = behind === 0 ? heads : undefined;
    if (performance.now() > deadline) throw new Error(`not settled after ${options.timeoutMs} ms: ${lagging(status)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function hopsOf({ services }: SuiteStatus): Hop[] {
  return services.flatMap(({ hops }) => hops);
}

function lagging(status: SuiteStatus): string {
  const behind = hopsOf(status).filter((hop) => hop.behind > 0);
  return behind.map((hop) => `${hop.consumer} is ${hop.behind} behind on ${hop.topic}`).join(', ') || 'logs still grow';
}
