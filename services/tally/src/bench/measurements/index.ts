import type { Measurement } from '../measure';
import { embeddedPath } from './embedded-path';
import { longerRun } from './longer-run';

/** Everything that can be measured, in the order in which it is. */
export const MEASUREMENTS: readonly Measurement[] = [embeddedPath, longerRun];
