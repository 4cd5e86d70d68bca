import type { Position } from '@tallystick/decider';

/** What one part of a service says of itself. */
export interface ProbeAnswer {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** A loop that must move while there is work: a consumer, a projection, the relay. */
export interface WatchedLoop {
  readonly name: string;
  /** False once its loop has ended without being asked to. */
  alive(): boolean;
  position(): Position | undefined | Promise<Position | undefined>;
  /** Records it has yet to take; 0 where it is at the head. */
  behind(): number | Promise<number>;
}

const STALLED_AFTER_MS = 30_000;

/**
 * Readiness measures progress, not connection (design §6 "Bus port"): a loop that died, or that has not moved for 30 s
 * although it is behind, makes its service unready.
 */
export class Health {
  private readonly probes: (() => Promise<ProbeAnswer>)[] = [];
  private draining = false;

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** Registers a probe; a throw counts as not ok. */
  register(name: string, probe: () => Promise<string | undefined>): void {
    this.probes.push(() =>
      probe().then(
        (detail) => ({ name, ok: true, ...(detail !== undefined && { detail }) }),
        () => ({ name, ok: false, detail: 'not answering' }),
      ),
    );
  }

  /** Registers a loop whose progress is measured from check to check. */
  watch(loop: WatchedLoop): void {
    let seen: { readonly position: Position | undefined; readonly at: number } | undefined;
    this.probes.push(async () => {
      const { name } = loop;
      if (!loop.alive()) return { name, ok: false, detail: 'its loop has ended' };
      try {
        const [position, behind] = await Promise.all([loop.position(), loop.behind()]);
        const now = this.clock();
        if (!seen || behind === 0 || seen.position !== position) seen = { position, at: now };
        const ok = now - seen.at < STALLED_AFTER_MS;
        return { name, ok, detail: ok ? `behind ${behind}` : `no progress, behind ${behind}` };
      } catch {
        return { name, ok: false, detail: 'not answering' };
      }
    });
  }

  /** From now on not ready: no new work should come. */
  drain(): void {
    this.draining = true;
  }

  async ready(): Promise<{ readonly ok: boolean; readonly probes: readonly ProbeAnswer[] }> {
    const probes = await Promise.all(this.probes.map((probe) => probe()));
    return { ok: !this.draining && probes.every(({ ok }) => ok), probes };
  }
}
