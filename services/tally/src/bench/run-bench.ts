import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Command } from 'commander';
import type { GlobalOptions } from '../commands/session';
import type { Figure } from './figures';
import { isAskedToStop, stopWhenAsked } from './children';
import { isMet, tableOf } from './figures';
import { Lab } from './lab';
import { type Bench, type Measurement, NotRun } from './measure';
import { MEASUREMENTS } from './measurements';
import { profileLines } from './profile';
import { MEMBERS } from './purchases';

/** The options of `tally bench`. */
interface BenchCommand {
  readonly repeats: number;
  readonly purchases: number;
  readonly longPurchases: number;
  readonly retries: number;
  readonly only?: readonly string[];
  readonly keep?: string;
  readonly cpuProf?: string;
}

/** Measures and prints; exit code 1 where a result was wrong or a measurement failed, never for a missed bar. */
export async function runBench(file: string | undefined, options: BenchCommand, command: Command): Promise<void> {
  const { json, quiet } = command.optsWithGlobals<GlobalOptions>();
  if (file !== undefined && !json) throw new Error(`${file} is no option: figures are written with --json FILE`);
  const chosen = chosenOf(options.only);
  const print = (line: string): boolean => (json && file === undefined) || process.stdout.write(`${line}\n`);
  stopWhenAsked();
  const started = performance.now();
  const say = (line: string): void => {
    if (quiet) return;
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    process.stderr.write(`${minutes.padStart(6)} min  ${line}\n`);
  };
  say('starting the database and preparing the program');
  const lab = await Lab.open({ dataDir: options.keep, cpuProfile: options.cpuProf });
  const runs: Record<string, object[]> = {};
  const bench: Bench = { ...options, lab, found: {}, say, keep: (name, run) => (runs[name] ??= []).push(run) };
  try {
    const settings = await lab.settings();
    for (const line of machine(settings)) print(line);
    const measured = await measureAll(bench, chosen);
    const { figures, failures, notRun } = measured;
    for (const line of ['', ...tableOf(figures), ...notRun, ...failures]) print(line);
    if (options.cpuProf) for (const line of profileLines(options.cpuProf, 30)) print(line);
    const all = report(options, settings, measured, runs);
    if (file !== undefined) writeFileSync(file, all);
    else if (json) process.stdout.write(all);
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await lab.close();
  }
}

interface Measured {
  readonly figures: readonly Figure[];
  readonly failures: readonly string[];
  readonly notRun: readonly string[];
}

async function measureAll(bench: Bench, chosen: readonly Measurement[]): Promise<Measured> {
  const figures: Figure[] = [];
  const failures: string[] = [];
  const notRun: string[] = [];
  for (const measurement of chosen) {
    if (isAskedToStop()) break;
    bench.say(`${measurement.name}: ${measurement.about}`);
    try {
      figures.push(...(await measurement.measure(bench)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const list = error instanceof NotRun ? notRun : failures;
      list.push(`${measurement.name} ${error instanceof NotRun ? 'not run' : 'FAILED'}: ${why}`);
      bench.say(list.at(-1)!);
    }
  }
  return { figures, failures, notRun };
}

function chosenOf(only: readonly string[] | undefined): readonly Measurement[] {
  if (!only) return MEASUREMENTS.filter(({ onlyWhenNamed }) => !onlyWhenNamed);
  const unknown = only.filter((name) => !MEASUREMENTS.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`there is no measurement ${unknown.join(', ')}: see --help`);
  return MEASUREMENTS.filter(({ name }) => only.includes(name));
}

function machine(settings: Readonly<Record<string, string>>): string[] {
  const { length } = cpus();
  return [
    `Node ${process.version}, ${process.platform} ${process.arch}, ${length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `PostgreSQL, bench profile: ${Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `purchases of 3 lines, ${MEMBERS} members`,
  ];
}

function report(
  options: BenchCommand,
  settings: object,
  { figures, failures, notRun }: Measured,
  runs: object,
): string {
  const judged = figures.map((figure) => ({ ...figure, met: isMet(figure) }));
  const what = { node: process.version, cores: cpus().length, memory: totalmem(), postgres: settings, options };
  return `${JSON.stringify({ ...what, figures: judged, failures, notRun, runs }, undefined, 2)}\n`;
}

/** Lists what can be measured, for `--help`. */
export function benchHelp(): string {
  const width = Math.max(...MEASUREMENTS.map(({ name }) => name.length));
  const lines = MEASUREMENTS.map(
    ({ name, about, onlyWhenNamed }) => `  ${name.padEnd(width)}  ${about}${onlyWhenNamed ? ' (only when named)' : ''}`,
  );
  return `\nMeasurements:\n${lines.join('\n')}\n\nSpeed is printed and never asserted: a missed bar is no failure, a wrong balance is.`;
}
