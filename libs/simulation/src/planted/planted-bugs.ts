import type { MemoryLogOptions } from '../memory/memory-log';
import { type Parts, PARTS, type ServiceDisk } from '../suite/disk';
import type { Undo } from './patch';
import * as rules from './planted-rules';
import * as spending from './planted-spending';
import * as stores from './planted-stores';

/** A mistake that somebody might make, and how it is brought into a simulation. */
export interface PlantedBug {
  readonly name: string;
  readonly says: string;
  readonly parts?: Partial<Parts>;
  /** Changes the code itself for the length of a run. */
  readonly plant?: () => Undo;
}

/** What the checks must find: each in a part of the simulation or in the rules as they run, never in what is released. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  inLog('no-unique-index', 'the store ignores the expected revision', stores.UncheckedLog),
  inLog('ack-before-commit', 'the store acknowledges what it then forgets', stores.EarlyAckLog),
  {
    name: 'tail-in-a-buffer',
    says: 'the store loses its last event when the process dies',
    parts: { log: (_, options) => new stores.BufferedLog(options), died: loseTail },
  },
  inLog('no-idempotent-retry', 'an append that is repeated is stored again', stores.ForgetfulLog),
  inLog('torn-append', 'of an append of several events only the first is kept', stores.TornLog),
  inLog('naive-position-reader', 'a reader passes over an event that is not visible yet', stores.LeakyLog),
  {
    name: 'offset-before-effect',
    says: 'the position moves when a record is fetched',
    parts: { source: (options) => new stores.EagerSource(options) },
  },
  {
    name: 'no-dead-letter',
    says: 'a refused record is passed over without a dead letter',
    parts: { progress: () => new stores.LetterlessProgress() },
  },
  {
    name: 'bus-ack-before-kept',
    says: 'the bus acknowledges records that it then forgets',
    parts: { bus: (now) => new stores.EarlyAckBus(now) },
  },
  {
    name: 'relay-saves-first',
    says: 'the relay notes its position before it publishes',
    parts: { savesBeforePublishing: true },
  },
  {
    name: 'publication-missing',
    says: 'the ledger does not announce amended accruals',
    parts: { publications: { ...PARTS.publications, ledger: withoutAmendments() } },
  },
  inRules('lots-by-insertion', 'lots are kept in the order in which they came', rules.lotsByInsertion),
  inRules('lost-field', 'a fold forgets the revision of a picture', rules.revisionLost),
  inRules('now-in-a-fold', 'a fold asks the clock', rules.nowInAFold),
  inRules('upcast-skips', 'a cold state is folded without some events', rules.upcastSkips),
  inRules('snapshot-drops-a-field', 'a snapshot leaves out what is uncollectable', rules.snapshotDropsAField),
  inRules('cache-keeps-refused', 'a state stays in memory although its append was refused', rules.cacheKeepsRefused),
  inRules('accrues-again', 'a picture that is known is booked once more', rules.accruesAgain),
  inRules('no-recalculation', 'a late fact changes no earlier reversal', rules.lateFactsChangeNothing),
  inRules('one-leg-lost', 'a reversal posts one leg only', rules.oneLegIsLost),
  inRules('float-rounding', 'points are rounded by floating point', rules.roundsByFloat),
  inRules('captures-again', 'a captured hold is redeemed once more', spending.capturesAgain),
  inRules('hold-not-counted', 'what is held counts as free', spending.holdIsNotCounted),
  inRules('expires-under-a-hold', 'what is held expires', spending.expiresUnderAHold),
  inRules('release-forgotten', 'a release is acknowledged and not carried out', spending.releaseIsForgotten),
  inRules('never-lapses', 'a hold whose time is over stays', spending.holdsNeverLapse),
  inRules('receives-again', 'points that were sent arrive as often as it is told', spending.receivesAgain),
  inRules('cancels-again', 'a cancellation that is repeated is carried out again', spending.cancelsAgain),
  inRules('parked-for-ever', 'a parked return is not taken when its purchase comes', rules.parkedForEver),
  inRules(
    'conflict-is-repetition',
    'other content under a known id is taken for a repetition',
    rules.conflictIsRepetition,
  ),
  inRules('no-reevaluation', 'a changed tier changes no purchase', rules.tiersChangeNothing),
];

function inLog(
  name: string,
  says: string,
  Log: new (options: MemoryLogOptions) => ReturnType<Parts['log']>,
): PlantedBug {
  return { name, says, parts: { log: (_, options) => new Log(options) } };
}

function inRules(name: string, says: string, plant: () => Undo): PlantedBug {
  return { name, says, plant };
}

function loseTail({ log }: ServiceDisk): void {
  (log as stores.BufferedLog).loseTail();
}

function withoutAmendments(): Parts['publications']['ledger'] {
  const { ledger } = PARTS.publications;
  return { ...ledger, announce: (event) => (event.type === 'AccrualAmended' ? [] : ledger.announce(event)) };
}
