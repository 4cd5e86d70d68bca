import { Presets, SingleBar } from 'cli-progress';

/** Shows how far long work has come: a bar with rate and remaining time on a terminal, a line every 5 s elsewhere. */
export interface Progress {
  advance(by?: number): void;
  stop(): void;
}

const SILENT: Progress = { advance: () => undefined, stop: () => undefined };
const LINE_EVERY_MS = 5_000;

/** Progress goes to standard error, so that standard output stays what a machine may read. */
export function progress(what: string, total: number | undefined, quiet: boolean): Progress {
  if (quiet) return SILENT;
  return process.stderr.isTTY && total !== undefined ? bar(what, total) : lines(what, total);
}

function bar(what: string, total: number): Progress {
  const started = performance.now();
  let done = 0;
  const single = new SingleBar(
    {
      format: `${what} {bar} {percentage}% {value}/{total} {rate}/s, {eta_formatted} left`,
      etaBuffer: 200,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  single.start(total, 0, { rate: 0 });
  return {
    advance(by = 1) {
      done += by;
      single.update(done, { rate: rateOf(done, started) });
    },
    stop: () => single.stop(),
  };
}

function lines(what: string, total: number | undefined): Progress {
  const started = performance.now();
  let done = 0;
  let last = started;
  const tell = (): void => {
    const of = total === undefined ? '' : `/${total}`;
    process.stderr.write(`${what}: ${done}${of}, ${rateOf(done, started)}/s\n`);
  };
  return {
    advance(by = 1) {
      done += by;
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      tell();
    },
    stop: tell,
  };
}

function rateOf(done: number, started: number): number {
  return Math.round((done * 1000) / Math.max(1, performance.now() - started));
}
