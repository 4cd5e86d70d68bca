import type { Position } from '@tallystick/decider';
import { problem } from '@tallystick/http';
import { log } from '@tallystick/observability';
import type { Hop } from './progress';
import type { RunningService, ServiceStatus } from './running-service';

/** Where the progress of services is asked for. */
export interface StatusPlaces {
  readonly services: readonly RunningService[];
  /** Base addresses of other processes of the suite (`TALLY_STATUS_OF`). */
  readonly elsewhere: readonly string[];
}

interface StatusPage {
  readonly services: readonly ServiceStatus[];
}

/** Longest wait for another process. */
const ANSWER_MS = 5_000;

/**
 * How far services are, those of other processes included: a service that runs in several has the highest head, and a
 * hop the sum of the partitions that its replicas hold. Refuses with `dependency-unavailable` while one of the processes
 * does not answer: what it has not done is not known.
 */
export async function statusOf(
  { services, elsewhere }: StatusPlaces,
  authorization: string | undefined,
): Promise<StatusPage> {
  const [own, pages] = await Promise.all([
    Promise.all(services.map((service) => service.status())),
    Promise.all(elsewhere.map((address) => askedElsewhere(address, authorization))),
  ]);
  return { services: mergedStatus([...own, ...pages.flatMap((page) => page.services)]) };
}

async function askedElsewhere(address: string, authorization: string | undefined): Promise<StatusPage> {
  try {
    const answer = await fetch(`${address.replace(/\/$/, '')}/v1/status`, {
      headers: authorization === undefined ? {} : { authorization },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.ok) return (await answer.json()) as StatusPage;
    log().warn({ address, status: answer.status }, 'another process does not tell its progress');
  } catch (error) {
    log().warn({ address, err: error }, 'another process does not tell its progress');
  }
  throw problem('dependency-unavailable');
}

/** One status for each service. */
export function mergedStatus(parts: readonly ServiceStatus[]): readonly ServiceStatus[] {
  const merged = new Map<string, ServiceStatus>();
  for (const part of parts) {
    const known = merged.get(part.service);
    const head: Position = known !== undefined && known.head > part.head ? known.head : part.head;
    // A fault is told by the process that met it alone.
    const sealing = part.sealing?.fault === undefined ? (known?.sealing ?? part.sealing) : part.sealing;
    const hops = mergedHops([...(known?.hops ?? []), ...part.hops]);
    merged.set(part.service, { ...part, head, hops, ...(sealing && { sealing }) });
  }
  return [...merged.values()];
}

function mergedHops(hops: readonly Hop[]): readonly Hop[] {
  const merged = new Map<string, Hop>();
  for (const hop of hops) {
    const name = `${hop.consumer}\0${hop.topic}`;
    const known = merged.get(name);
    const positions = [known?.position, hop.position].filter((position) => position !== undefined).sort();
    merged.set(name, {
      ...hop,
      ...(positions[0] !== undefined && { position: positions[0] }),
      behind: Math.max(known?.behind ?? 0, hop.behind),
      partitions: (known?.partitions ?? 0) + hop.partitions,
    });
  }
  return [...merged.values()];
}
