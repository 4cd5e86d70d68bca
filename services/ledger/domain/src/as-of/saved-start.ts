import type { Instant } from '@tallystick/vocabulary';
import { accountSnapshot } from '../account/account.snapshot';
import type { HistoryStart } from './history';
import type { EventPlace } from './periods';
import type { PlacingText } from './placing';

/** Raised with every change of {@link SavedText}. */
const TEXT_VERSION = 1;

/** Of whoever wrote a saved start: another one is not read. */
export const SAVED_START_VERSION = `${accountSnapshot.version}.${TEXT_VERSION}`;

interface SavedText {
  readonly state: unknown;
  readonly moved: readonly (readonly [asset: string, revision: number, position: string])[];
  readonly placing: PlacingText;
}

/** The end of a period as a row keeps it: disposable, since the events before it say the same. */
export interface SavedStart {
  /** Events of the prefix. */
  readonly count: number;
  /** The latest instant from which one of them counts. */
  readonly latest: Instant;
  /** When the last of them was recorded, and the link of the hash chain that proves them all, hexadecimal. */
  readonly recordedAt: Instant;
  readonly hash: string;
  /** JSON, UTF-8. */
  readonly text: string;
}

export function savedStart({ end, last, placing }: HistoryStart): SavedStart {
  const { count, latest, state, moved } = end;
  const rows = [...moved].map(([asset, { revision, position }]) => [asset, revision, position] as const);
  const text: SavedText = { state: accountSnapshot.encode(state), moved: rows, placing };
  return { count, latest: latest as Instant, ...last, text: JSON.stringify(text) };
}

/** Reads what {@link savedStart} of the same version has made; throws where it is no such text. */
export function startFrom({ count, latest, recordedAt, hash, text }: SavedStart): HistoryStart {
  const { state, moved, placing } = JSON.parse(text) as SavedText;
  const places = moved.map(([asset, revision, position]): [string, EventPlace] => [asset, { revision, position }]);
  const end = { count, latest, state: accountSnapshot.decode(state), moved: new Map(places), counted: 0 };
  return { end, last: { recordedAt, hash }, placing };
}
