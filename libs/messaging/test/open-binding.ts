import { type ReadResult, type RecordReader, recordReader, type TopicBinding } from '../src';

/** A topic that everybody may write, whose records are JSON objects. */
export function openBinding(topic: string): { binding: TopicBinding; reader: RecordReader } {
  const binding: TopicBinding = { topic, tenant: 'demo', program: 'main', mode: 'open' };
  return { binding, reader: recordReader({ binding, read: readMark, maxBytes: 2 * 1024 * 1024 }) };
}

export function readMark(value: Uint8Array): ReadResult {
  try {
    return { ok: true, message: JSON.parse(Buffer.from(value).toString('utf8')) as object };
  } catch {
    return { ok: false, code: 'invalid-json' };
  }
}
