import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  MAX_MESSAGE_BYTES,
  type MessageClass,
  readStrictJson,
  validateAsClass,
  validatorOf,
} from '@tallystick/contracts';
import { log } from '@tallystick/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem, problemOfRefusal } from './problem';

const unzip = promisify(gunzip);
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/**
 * Makes an app read bodies as trust §3 B demands: only `application/json` in UTF-8, at most 256 KB, counted while they
 * come in; gzip is unpacked no further than that; the strict scan of the bytes goes before `JSON.parse`.
 */
export function readBodiesStrictly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_MESSAGE_BYTES },
    (request: FastifyRequest, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
      if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) return done(problem('unsupported-media-type'));
      const encoding = request.headers['content-encoding'];
      if (encoding === undefined || encoding === 'identity') return read(request, body, done);
      unpacked(body, encoding).then((bytes) => read(request, bytes, done), done);
    },
  );
}

function read(request: FastifyRequest, bytes: Uint8Array, done: (error: Error | null, value?: unknown) => void): void {
  request.rawBody = bytes;
  const verdict = readStrictJson(bytes);
  if (verdict.ok) done(null, verdict.value);
  else done(problemOfRefusal(verdict));
}

async function unpacked(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding !== 'gzip') throw problem('unsupported-media-type');
  try {
    return await unzip(body, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw problem('payload-too-large');
    throw problem('bad-request');
  }
}

/** Of each class the first bodies, then one in so many, are read a second time. */
const FIRST_WATCHED = 16;
const WATCHED_EVERY = 1_024;
const taken = new Map<MessageClass, number>();

/**
 * Judges a body by the compiled schema of its class, which decides. A sample of the good ones is also read by
 * class-transformer and class-validator, as Nest's validation pipe does; where that reading refuses, the declaration has a
 * defect, which is logged (decision 0021).
 */
export function judgeBody(body: unknown, bodyClass: MessageClass): object {
  if (body === undefined || body === null) throw problem('invalid-json');
  const verdict = validatorOf(bodyClass)(body);
  if (!verdict.ok) throw problemOfRefusal(verdict);
  const before = taken.get(bodyClass) ?? 0;
  taken.set(bodyClass, before + 1);
  if (before < FIRST_WATCHED || before % WATCHED_EVERY === 0) watchAgreement(verdict.value, bodyClass);
  return verdict.value;
}

function watchAgreement(body: object, bodyClass: MessageClass): void {
  const second = validateAsClass(bodyClass, body);
  if (second.ok) return;
  const { code, pointer } = second;
  log().error({ name: bodyClass.name, code, pointer }, 'the class refuses what its compiled schema takes');
}
