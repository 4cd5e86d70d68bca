import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ValidationPipe } from '@nestjs/common';
import {
  CLASS_VALIDATION,
  MAX_MESSAGE_BYTES,
  type MessageClass,
  readStrictJson,
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
    async (request: FastifyRequest, body: Buffer) => {
      if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) throw problem('unsupported-media-type');
      const bytes = await unpacked(body, request.headers['content-encoding']);
      request.rawBody = bytes;
      const read = readStrictJson(bytes);
      if (!read.ok) throw problemOfRefusal(read);
      return read.value;
    },
  );
}

async function unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') throw problem('unsupported-media-type');
  try {
    return await unzip(body, { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw problem('payload-too-large');
    throw problem('bad-request');
  }
}

const pipe = new ValidationPipe({
  ...CLASS_VALIDATION,
  transform: true,
  exceptionFactory: (errors) => new Disagreement(errors.map(({ property }) => property)),
});

class Disagreement extends Error {
  constructor(readonly properties: readonly string[]) {
    super(`the class refuses what the compiled schema takes: ${properties.join(', ')}`);
    this.name = 'Disagreement';
  }
}

/**
 * Judges a body by the compiled schema of its class. The validation pipe must then agree: where it does not, the
 * declaration has a defect, which is logged and answered as such.
 */
export async function judgeBody(body: unknown, bodyClass: MessageClass): Promise<object> {
  if (body === undefined || body === null) throw problem('invalid-json');
  const verdict = validatorOf(bodyClass)(body);
  if (!verdict.ok) throw problemOfRefusal(verdict);
  try {
    await pipe.transform(verdict.value, { type: 'body', metatype: bodyClass as new () => object });
  } catch (error) {
    log().error({ err: error, name: bodyClass.name }, 'compiled schema and validation pipe disagree');
    throw problem('internal-error');
  }
  return verdict.value;
}
