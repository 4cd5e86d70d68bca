import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '@tallystick/decider';
import { formatInstant, parseInstant } from '@tallystick/vocabulary';
import { RefusedRequest, type SuiteClient } from '../client/suite-client';
import type { ProgramFile } from './program-file';

const DEFAULT_ACCEPT_DAYS = 400;
const DEFAULT_REFERENCE_WAIT_SECONDS = 300;

/** One thing that the file asks for and the suite does not have yet. */
export interface Change {
  readonly part: 'program' | 'organization' | 'assets' | 'tiers' | 'ruleSet';
  readonly name: string;
  readonly before?: unknown;
  readonly after: unknown;
}

/** What of the file differs from the suite; nothing is written. */
export async function changesOf(file: ProgramFile, suite: SuiteClient): Promise<Change[]> {
  return [
    ...(await programChanges(file, suite)),
    ...(await listChanges('organization', organizationOf(file), '/v1/organization/nodes', nodeName, suite)),
    ...(await listChanges('assets', file.assets ?? [], '/v1/assets', ({ asset }) => String(asset), suite)),
    ...(await wholeChange('tiers', file.tiers, '/v1/tier-policy', suite)),
    ...(await ruleSetChanges(file, suite)),
  ];
}

/** Brings the suite to what the file says; what already stands is left alone, so applying twice changes nothing. */
export async function applyChanges(file: ProgramFile, changes: readonly Change[], suite: SuiteClient): Promise<void> {
  const parts = new Set(changes.map(({ part }) => part));
  if (parts.has('program')) await put(suite, '/v1/program', programOf(file));
  if (parts.has('organization')) await put(suite, '/v1/organization/nodes', { nodes: organizationOf(file) });
  if (parts.has('assets')) await put(suite, '/v1/assets', { assets: file.assets });
  if (parts.has('tiers')) await put(suite, '/v1/tier-policy', file.tiers);
  if (parts.has('ruleSet')) await put(suite, '/v1/rule-sets', file.ruleSet);
}

async function put(suite: SuiteClient, path: string, body: unknown): Promise<void> {
  const idempotencyKey = createHash('sha256').update(`${path}\n${canonicalJson(body)}\n${process.hrtime.bigint()}`);
  await suite.send('PUT', path, { body, idempotencyKey: idempotencyKey.digest('hex').slice(0, 64) });
}

function programOf({ program }: ProgramFile): Record<string, unknown> | undefined {
  if (!program) return undefined;
  const { acceptPurchasesFrom: days = DEFAULT_ACCEPT_DAYS, referenceWaitSeconds, ...rest } = program;
  return {
    ...rest,
    referenceWaitSeconds: referenceWaitSeconds ?? DEFAULT_REFERENCE_WAIT_SECONDS,
    ...(days === null ? {} : { acceptPurchasesFromDays: days }),
  };
}

function organizationOf({ organization }: ProgramFile): readonly Record<string, unknown>[] {
  return (organization ?? []).map((node) => ({
    ...node,
    open: node.open ?? true,
    validFrom: utc(String(node.validFrom)),
  }));
}

function utc(text: string): string {
  const instant = parseInstant(text);
  return instant === undefined ? text : formatInstant(instant);
}

function nodeName({ node, validFrom }: Record<string, unknown>): string {
  return `${String(node)} from ${String(validFrom)}`;
}

async function programChanges(file: ProgramFile, suite: SuiteClient): Promise<Change[]> {
  const after = programOf(file);
  if (!after) return [];
  const known = await present(suite, '/v1/program');
  const { program: _name, ...before } = known ?? {};
  return known && isDeepStrictEqual(before, after)
    ? []
    : [{ part: 'program', name: String(after.name), before: known, after }];
}

async function wholeChange(
  part: 'tiers',
  after: object | undefined,
  path: string,
  suite: SuiteClient,
): Promise<Change[]> {
  if (!after) return [];
  const before = await present(suite, path);
  return before && covers(before, after) ? [] : [{ part, name: path, before, after }];
}

async function ruleSetChanges({ ruleSet }: ProgramFile, suite: SuiteClient): Promise<Change[]> {
  if (!ruleSet) return [];
  const sets = (await present(suite, '/v1/rule-sets')) as { items: readonly RuleSetItem[] } | undefined;
  const last = sets?.items.at(-1);
  const stands =
    last &&
    isDeepStrictEqual(last.content, ruleSet.content) &&
    (ruleSet.validFrom === undefined || utc(ruleSet.validFrom) === utc(last.validFrom));
  return stands
    ? []
    : [{ part: 'ruleSet', name: `version ${(sets?.items.length ?? 0) + 1}`, before: last, after: ruleSet }];
}

interface RuleSetItem {
  readonly validFrom: string;
  readonly content: unknown;
}

async function listChanges(
  part: 'organization' | 'assets',
  wanted: readonly Record<string, unknown>[],
  path: string,
  nameOf: (item: Record<string, unknown>) => string,
  suite: SuiteClient,
): Promise<Change[]> {
  if (wanted.length === 0) return [];
  const answer = (await present(suite, path)) as { items: readonly Record<string, unknown>[] } | undefined;
  const known = new Map((answer?.items ?? []).map((item) => [nameOf(item), item]));
  return wanted.flatMap((after) => {
    const before = known.get(nameOf(after));
    return before && covers(before, after) ? [] : [{ part, name: nameOf(after), before, after }];
  });
}

/** True where everything that is asked for stands; the suite may know more of it. */
function covers(before: object, after: object): boolean {
  return Object.entries(after).every(([key, value]) =>
    isDeepStrictEqual((before as Record<string, unknown>)[key], value),
  );
}

async function present(suite: SuiteClient, path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await suite.get(path);
  } catch (error) {
    if (error instanceof RefusedRequest && error.problem.status === 404) return undefined;
    throw error;
  }
}
