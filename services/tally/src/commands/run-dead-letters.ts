import { randomUUID } from 'node:crypto';
import { SERVICES } from '@tallystick/standalone';
import type { SuiteClient } from '@tallystick/standalone';
import type { Command } from 'commander';
import { table } from './run-status';
import { inSession } from './session';

interface Letter {
  readonly id: string;
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: string;
  readonly key: string | null;
  readonly code: string;
  readonly pointer?: string;
  readonly detail?: string;
  readonly at: string;
}

interface ServiceLetter extends Letter {
  readonly service: string;
}

/** So many letters go with one request. */
const AT_ONCE = 100;

/** Every record that a consumer has given up and nobody has redriven. */
export async function runDeadLettersList(_options: unknown, command: Command): Promise<void> {
  await inSession(command, async ({ suite, tell }) => {
    const letters = await openLetters(suite.client);
    const rows = letters.map((letter) => [
      `${letter.service}/${letter.id}`,
      letter.at,
      `${letter.topic}/${letter.partition}/${BigInt(letter.position)}`,
      letter.key ?? '',
      letter.code,
      letter.pointer ?? letter.detail ?? '',
    ]);
    tell(letters, [...table([['id', 'at', 'record', 'key', 'code', 'where'], ...rows]), `${letters.length} open`]);
  });
}

/** Delivers letters again through the handler that gave them up; exits 1 where one is open still. */
export async function runDeadLettersRedrive(
  ids: readonly string[],
  options: { readonly reason: string },
  command: Command,
): Promise<void> {
  await inSession(command, async ({ suite, tell }) => {
    const before = await openLetters(suite.client);
    const wanted =
      ids.length === 0 ? before : before.filter((letter) => ids.includes(`${letter.service}/${letter.id}`));
    const unknown = ids.filter((id) => !wanted.some((letter) => `${letter.service}/${letter.id}` === id));
    if (unknown.length > 0) throw new Error(`no open dead letter has the id ${unknown.join(', ')}`);
    for (const service of new Set(wanted.map((letter) => letter.service))) {
      const own = wanted.filter((letter) => letter.service === service).map(({ id }) => id);
      for (let at = 0; at < own.length; at += AT_ONCE) {
        await suite.client.send('POST', `/v1/operations/${service}/dead-letters/redrive`, {
          body: { ids: own.slice(at, at + AT_ONCE), reason: options.reason },
          idempotencyKey: randomUUID(),
        });
      }
    }
    const left = new Set((await openLetters(suite.client)).map((letter) => `${letter.service}/${letter.id}`));
    const open = wanted.filter((letter) => left.has(`${letter.service}/${letter.id}`));
    if (open.length > 0) process.exitCode = 1;
    tell({ redriven: wanted.length - open.length, open }, [
      `${wanted.length - open.length} of ${wanted.length} redriven`,
      ...open.map((letter) => `still open: ${letter.service}/${letter.id} ${letter.code}`),
    ]);
  });
}

async function openLetters(suite: SuiteClient): Promise<ServiceLetter[]> {
  const letters: ServiceLetter[] = [];
  for (const { name: service } of SERVICES) {
    for await (const page of suite.pages<Letter>(`/v1/operations/${service}/dead-letters?limit=500`)) {
      letters.push(...page.map((letter) => ({ service, ...letter })));
    }
  }
  return letters;
}
