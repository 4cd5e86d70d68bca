import { findAllPlanted, PLANTED_BUGS, plantedTable, type SimulatedRun, simulateMany } from '@tallystick/simulation';
import { progress } from '@tallystick/standalone';
import type { Command } from 'commander';
import type { GlobalOptions } from './session';

/** The options of `tally simulate`. */
interface SimulateCommand {
  readonly seeds: number;
  readonly seed: number;
  readonly threads?: number;
  readonly planted?: boolean;
}

/** So many violating seeds are told; more of them say nothing new. */
const TOLD = 5;

/** Runs seeds and tells what broke on which; with `--planted`, which check finds which bug. Exits 1 where it is not so. */
export async function runSimulate(options: SimulateCommand, command: Command): Promise<void> {
  const { json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>();
  const print = (value: unknown, lines: readonly string[]): void => {
    process.stdout.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''));
  };
  return options.planted ? findPlanted(options, quiet, print) : runSeeds(options, quiet, print);
}

type Print = (value: unknown, lines: readonly string[]) => void;

async function findPlanted({ seeds, threads }: SimulateCommand, quiet: boolean, print: Print): Promise<void> {
  const bar = progress('planted bugs', PLANTED_BUGS.length, quiet);
  const findings = await findAllPlanted({ seeds, threads }, () => bar.advance());
  bar.stop();
  const missed = findings.filter(({ checks }) => checks.length === 0).map(({ name }) => name);
  if (missed.length > 0) process.exitCode = 1;
  const verdict =
    missed.length === 0 ? `all ${findings.length} are found` : `NOT found within ${seeds} seeds: ${missed.join(', ')}`;
  print({ ok: missed.length === 0, seeds, findings }, [plantedTable(findings), '', verdict]);
}

async function runSeeds({ seed: first, seeds, threads }: SimulateCommand, quiet: boolean, print: Print): Promise<void> {
  const bar = progress('simulating seeds', seeds, quiet);
  const started = performance.now();
  const broken: SimulatedRun[] = [];
  const met = { events: 0, steps: 0, crashes: 0, work: 0, decisions: 0, repeats: 0, reorders: 0, long: 0 };
  await simulateMany({ first, seeds, threads }, (run) => {
    for (const what of ['events', 'steps', 'crashes'] as const) met[what] += run[what];
    for (const what of ['work', 'decisions', 'repeats', 'reorders'] as const) met[what] += run.coverage[what];
    met.long += run.coverage.isLong ? 1 : 0;
    if (run.violations.length > 0) broken.push(run);
    bar.advance();
  });
  bar.stop();
  broken.sort((a, b) => a.seed - b.seed);
  const seconds = (performance.now() - started) / 1_000;
  const rate = Math.round((seeds / seconds) * 10) / 10;
  const ok = broken.length === 0;
  if (!ok) process.exitCode = 1;
  const each = (what: keyof typeof met): string => (met[what] / seeds).toFixed(1);
  print({ ok, seed: first, seeds, rate, ...met, broken }, [
    ...broken.slice(0, TOLD).flatMap(violationLines),
    `${seeds} seeds from ${first} in ${seconds.toFixed(1)} s (${rate}/s, ${met.long} of them long): ${met.events} events, ${met.crashes} deaths of processes`,
    `each: ${each('work')} pieces of work, ${each('decisions')} decisions, ${each('steps')} steps, ${each('crashes')} deaths, ` +
      `${each('repeats')} repetitions, ${each('reorders')} facts out of order`,
    ok
      ? 'clean'
      : `NOT clean: ${broken.length} seeds, the first is ${broken[0]!.seed}; repeat it with: tally simulate --seeds 1 --seed ${broken[0]!.seed}`,
  ]);
}

function violationLines({ seed, violations, last }: SimulatedRun): string[] {
  return [
    `seed ${seed}:`,
    ...violations.map(({ check, what, stream }) => `  ${check}: ${what}${stream === undefined ? '' : ` (${stream})`}`),
    ...Object.entries(last).flatMap(([stream, events]) => [
      `  the last events of ${stream}:`,
      ...events.map((event) => `    ${event}`),
    ]),
  ];
}
