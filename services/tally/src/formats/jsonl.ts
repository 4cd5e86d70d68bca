import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { PurchasePaid, ReturnMade } from '@tallystick/contracts';
import type { FileReading, Publication } from './publication';

/**
 * Reads purchases and returns, one JSON document a line (also gzip), as the purchase contract has them. The lines are
 * published as they are: the bus judges them, so that a file meets the same rules as any publisher.
 */
export function readJsonLines(file: string): FileReading {
  return { publications: linesOf(file), leftOut: {} };
}

async function* linesOf(file: string): AsyncIterable<Publication> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    const message = parseLine(line, number);
    yield { topic: message.type === 'return-made' ? 'returns.v1' : 'purchases.v1', message };
  }
}

function parseLine(line: string, number: number): PurchasePaid | ReturnMade {
  try {
    return JSON.parse(line) as PurchasePaid | ReturnMade;
  } catch (error) {
    throw new SyntaxError(`line ${number} is not JSON`, { cause: error });
  }
}
