import { Command, InvalidArgumentError, Option } from 'commander';
import { benchHelp, runBench } from './bench/run-bench';
import { runApply } from './commands/run-apply';
import { runBalance } from './commands/run-balance';
import { runDeadLettersList, runDeadLettersRedrive } from './commands/run-dead-letters';
import { runDiff } from './commands/run-diff';
import { runExplain } from './commands/run-explain';
import { EXPORT_FORMATS, runExport } from './commands/run-export';
import { runPublish } from './commands/run-publish';
import { runRebuild } from './commands/run-rebuild';
import { runReplay } from './commands/run-replay';
import { runSimulate } from './commands/run-simulate';
import { runStatement } from './commands/run-statement';
import { runStatus } from './commands/run-status';
import { runTamperDrill } from './commands/run-tamper-drill';
import { runVerify } from './commands/run-verify';
import { FORMATS } from './commands/publish';
import { ORDERS } from './formats/order';

const WHERE = `
Without --url, tally speaks to the suite that runs on the data folder (--data, default .tallystick), or starts the
embedded suite there for the length of the command. DATABASE_URL wins over the embedded database.`;

const AT = 'what has taken effect by then counts; past or future, e.g. 2026-11-03T00:00:00Z (default: now)';
const KNOWN_AT = 'only what was recorded by then is known (default: everything)';

/** The command line `tally`. */
export function program(): Command {
  const tally = new Command('tally')
    .description(
      'Loyalty points with an account of themselves: apply programs, publish purchases, ask, verify, rebuild.',
    )
    .addHelpText('after', WHERE)
    .option('--url <address>', 'address of a running suite, e.g. http://127.0.0.1:3000')
    .option('--token <token>', 'access token for --url (default: TALLY_TOKEN)')
    .option('--data <dir>', 'data folder of the embedded suite', '.tallystick')
    .option('--json', 'print what a machine may read')
    .option('--quiet', 'no progress')
    .option('--no-start', 'speak only to a suite that runs already')
    .exitOverride()
    .showHelpAfterError();
  addWriting(tally);
  addReading(tally);
  addAuditing(tally);
  addBench(tally);
  return tally;
}

function addWriting(tally: Command): void {
  tally
    .command('apply <file>')
    .description('bring the suite to what a program file says (YAML or JSON); applying twice changes nothing')
    .option('--dry-run', 'show what would change and write nothing')
    .action(runApply);
  tally
    .command('publish <file>')
    .description('publish purchases and returns of a file through the bus; go on where an interrupted run stopped')
    .addOption(new Option('--format <format>', 'what the file is').choices([...FORMATS]).default('jsonl'))
    .addOption(new Option('--order <order>', 'order of publication').choices([...ORDERS]).default('file'))
    .option('--seed <seed>', 'seed of a random order', '1')
    .option('--rate <n>', 'records a second at most', positive)
    .option('--store <store>', 'where customers are enrolled on first sight', 'online-shop')
    .option('--wait', 'return when every hop has passed what was published')
    .option('--timeout <seconds>', 'how long --wait waits', positive, 600)
    .action(runPublish);
  const letters = tally.command('dead-letters').description('records that could not be taken');
  letters.command('list').description('list them with their reasons').action(runDeadLettersList);
  letters
    .command('redrive [ids...]')
    .description('deliver dead letters again (all that are open without ids), after their cause is gone')
    .requiredOption('--reason <text>', 'why; it is kept')
    .action(runDeadLettersRedrive);
}

function addReading(tally: Command): void {
  tally.command('status').description('every hop with its position, head and lag').action(runStatus);
  tally
    .command('balance [identifier]')
    .description('the balance of a member, named by `type:value` (type default: external)')
    .option('--all', 'CSV `identifier,balance` of every enrolled identifier of the type, sorted bytewise')
    .option('--type <type>', 'type of identifier', 'external')
    .option('--asset <asset>', 'asset to count', 'POINTS')
    .option('--at <instant>', AT)
    .option('--known-at <instant>', KNOWN_AT)
    .action(runBalance);
  tally
    .command('statement <identifier>')
    .description('every movement of a member’s account, oldest first, with its cause')
    .option('--type <type>', 'type of identifier', 'external')
    .option('--at <instant>', AT)
    .option('--known-at <instant>', KNOWN_AT)
    .action(runStatement);
  tally
    .command('explain <identifier>')
    .description('where a member’s balance comes from, down to purchase line and rule, and what became of a lot')
    .option('--asset <asset>', 'asset whose balance is explained', 'POINTS')
    .option('--lot <lot>', 'explain this lot whole, with what each rule said, instead of the balance')
    .option('--type <type>', 'type of identifier', 'external')
    .option('--at <instant>', AT)
    .option('--known-at <instant>', KNOWN_AT)
    .addOption(new Option('--lang <lang>', 'language of the text').choices(['en', 'zh']).default('en'))
    .action(runExplain);
  tally
    .command('diff <identifier>')
    .description('which events explain why an account looks different when known later')
    .requiredOption('--from <instant>', 'as known then')
    .requiredOption('--to <instant>', 'as known then, at the latest when the last event was recorded')
    .option('--at <instant>', 'the instant that both are about (default: --to)')
    .option('--type <type>', 'type of identifier', 'external')
    .action(runDiff);
}

function addAuditing(tally: Command): void {
  tally
    .command('replay [stream]')
    .description('fold one stream, or every account, from its stored events')
    .option(
      '--from <bound>',
      'count events of accounts behind this position of the log, or recorded after this instant',
    )
    .option('--to <bound>', 'know nothing behind this position of the log, or recorded after this instant')
    .option('--as-of <instant>', 'only what has taken effect by then counts, and time passes until then')
    .addHelpText(
      'after',
      '\nWith any of the three: the counts of the range, and what every account held then, as sums and one digest.',
    )
    .action(runReplay);
  tally
    .command('verify')
    .description('check the hash chains of every log, and balances three ways: projection, lots, fold of the events')
    .action(runVerify);
  tally
    .command('export <folder>')
    .description(
      'write every log, its checkpoints and the balances for an auditor: deploy/verifier/audit.py reads them',
    )
    .addOption(
      new Option('--format <format>', 'ndjson, which the verifier reads; or parquet: only the events, as columns')
        .choices([...EXPORT_FORMATS])
        .default('ndjson'),
    )
    .action(runExport);
  tally
    .command('tamper-drill')
    .description(
      'alter a sealed scratch database as superuser and have deploy/verifier/audit.py find it (needs Python)',
    )
    .option('--per-kind <n>', 'alterations of each of the seven kinds', whole, 15)
    .option('--seed <n>', 'seed of the choices', whole, 1)
    .option('--python <command>', 'a Python 3 that has the package cryptography', 'python3')
    .action(runTamperDrill);
  tally
    .command('rebuild [projection]')
    .description('rebuild projections beside the live ones, compare digests, switch')
    .action(runRebuild);
  tally
    .command('simulate')
    .description(
      'run the services in a simulated world, seed by seed: delays, losses, repetitions, deaths of processes',
    )
    .option('--seeds <n>', 'how many seeds; with --planted, how many at most for each bug', atLeastOne, 1_000)
    .option('--seed <n>', 'the first seed', whole, 1)
    .option('--threads <n>', 'seeds at the same time, each on a thread (default: all cores)', atLeastOne)
    .option('--planted', 'print the table of planted bugs and the checks that find them')
    .addHelpText(
      'after',
      '\nNeeds no suite and no database. Exits 1 where a check finds something, or misses a planted bug.',
    )
    .action(runSimulate);
}

function addBench(tally: Command): void {
  tally
    .command('bench')
    .description('measure this machine: every figure as a rate and as a ratio to its reference in the same run')
    .option('--repeats <n>', 'runs of each figure; the median counts', whole, 5)
    .option('--only <names>', 'measure only these, separated by commas', (names: string) => names.split(','))
    .option('--purchases <n>', 'purchases of a run', whole, 200_000)
    .option('--long-purchases <n>', 'purchases of the longer run', whole, 600_000)
    .option('--retries <n>', 'how often a run is repeated that others took more than 0.15 core from', whole, 3)
    .argument('[file]', 'with --json: where all runs and figures are written; default: standard output')
    .option('--keep <dir>', 'keep the database in this folder')
    .option('--cpu-prof <dir>', 'write processor profiles of the measured processes there')
    .addHelpText('after', benchHelp())
    .action(runBench);
}

function whole(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

function atLeastOne(text: string): number {
  const value = whole(text);
  if (value === 0) throw new InvalidArgumentError('a whole number above zero is needed');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above zero is needed');
  return value;
}
