import { readdirSync, readFileSync } from 'node:fs';

/** Processor time in seconds up to one moment: of the whole machine, and of a process with all that it started. */
export interface ProcessorTime {
  readonly at: number;
  readonly machine: number;
  readonly own: number;
}

/** One process as `/proc/<pid>/stat` tells it; `ticks` includes those of children that have ended. */
export interface ProcessTicks {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** `/proc` counts in hundredths of a second on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Reads both clocks now; `undefined` where there is no `/proc`. */
export function processorTime(root: number): ProcessorTime | undefined {
  try {
    const machine = machineTicks(readFileSync('/proc/stat', 'utf8'));
    const own = ticksOfTree(root, allProcesses());
    return { at: performance.now(), machine: machine / TICKS_PER_SECOND, own: own / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

/** Cores that others kept busy between two readings, never below 0; `undefined` where one is missing. */
export function foreignCores(before: ProcessorTime | undefined, after: ProcessorTime | undefined): number | undefined {
  if (!before || !after) return undefined;
  const busy = after.machine - before.machine - (after.own - before.own);
  return Math.max(0, busy) / ((after.at - before.at) / 1000);
}

/** Ticks that the machine was busy: user, nice, system, irq and softirq of the first line of `/proc/stat` (proc(5)). */
export function machineTicks(stat: string): number {
  const [, user, nice, system, , , irq, softirq] = stat.split('\n', 1)[0]!.trim().split(/ +/).map(Number);
  return user! + nice! + system! + irq! + softirq!;
}

/** Reads one `/proc/<pid>/stat`; the name in parentheses may hold anything. */
export function processTicks(stat: string): ProcessTicks {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent] = fields;
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15);
  return { pid: Number.parseInt(stat, 10), parent: parent!, ticks: user! + system! + childrenUser! + childrenSystem! };
}

/** Ticks of a process and all that descend from it. A child that has ended is counted by its parent. */
export function ticksOfTree(root: number, processes: readonly ProcessTicks[]): number {
  const children = new Map<number, ProcessTicks[]>();
  for (const one of processes) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  let ticks = 0;
  const open = processes.filter(({ pid }) => pid === root);
  for (let one = open.pop(); one; one = open.pop()) {
    ticks += one.ticks;
    open.push(...(children.get(one.pid) ?? []));
  }
  return ticks;
}

function allProcesses(): ProcessTicks[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [processTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        return [];
      }
    });
}
