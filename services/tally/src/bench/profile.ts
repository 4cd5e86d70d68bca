import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What `--cpu-prof` writes, as far as it is read here: samples point to nodes, time deltas are microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Time spent in one function itself, callees not counted. */
export interface SelfTime {
  readonly what: string;
  readonly ms: number;
  /** Of the time that the process was not idle. */
  readonly share: number;
}

/** The functions that took most of a process's time, most first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, most: number): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  times.delete('(idle)');
  const busy = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  return [...times]
    .map(([what, ms]) => ({ what, ms, share: ms / busy }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, most);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  if (functionName.startsWith('(') || url === '') return functionName;
  const place = url.startsWith('node:') ? url : url.replace(/^.*\/(dist|node_modules)\//, '');
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}

/** The hottest functions of every profile of a folder, as lines. */
export function profileLines(folder: string, most: number): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  return files.sort().flatMap((file) => {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    const lines = selfTimes(profile, most).map(
      ({ what, ms, share }) => `${(share * 100).toFixed(1).padStart(6)} % ${ms.toFixed(0).padStart(7)} ms  ${what}`,
    );
    return ['', `self time in ${basename(file)}`, ...lines];
  });
}
