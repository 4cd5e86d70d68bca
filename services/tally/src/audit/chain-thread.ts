import { ChainWalk } from '@tallystick/decider';
import { parentPort } from 'node:worker_threads';
import type { ChainAnswer } from './chain';

// A thread of its own for the hashes of a log, so that whoever reads the log can fold it meanwhile.
const walk = new ChainWalk();
parentPort!.on('message', ({ buffer, byteOffset, byteLength }: Uint8Array) => {
  const breaks = walk.take(Buffer.from(buffer, byteOffset, byteLength));
  parentPort!.postMessage({ breaks, streams: walk.streams } satisfies ChainAnswer);
});
