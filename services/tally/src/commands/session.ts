import { connect, type ConnectOptions, type Progress, progress, type SuiteConnection } from '@tallystick/standalone';
import type { Command } from 'commander';

/** What every command knows: the options before its name. */
export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly data: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** `--no-start` */
  readonly start: boolean;
}

/** One run of a command against a suite. */
export interface Session {
  readonly suite: SuiteConnection;
  /** How the suite was reached, to reach it again. */
  readonly connectOptions: ConnectOptions;
  readonly json: boolean;
  readonly progress: (what: string, total: number | undefined) => Progress;
  /** Prints a line for people, or the value where `--json` was given. */
  tell(value: unknown, lines: readonly string[]): void;
}

/** Connects, works, and leaves clean whatever happens. */
export async function inSession<Result>(
  command: Command,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const json = options.json ?? false;
  const connectOptions: ConnectOptions = {
    url: options.url,
    token: options.token ?? process.env.TALLY_TOKEN,
    dataDir: options.data,
    mayStart: options.start,
    onLine: (line) => {
      if (!options.quiet && !json) process.stderr.write(`${line}\n`);
    },
  };
  const suite = await connect(connectOptions);
  try {
    return await work({
      suite,
      connectOptions,
      json,
      progress: (what, total) => progress(what, total, options.quiet ?? false),
      tell: (value, lines) =>
        process.stdout.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join('')),
    });
  } finally {
    await suite.close();
  }
}
