import { copyDocuments, copyRows } from './tasks/copy-references';
import { path } from './tasks/path';
import { prepare } from './tasks/prepare';

/** What a bench process can be asked to do, by name. */
export const TASKS: ReadonlyMap<string, (input: never) => Promise<unknown>> = new Map<
  string,
  (input: never) => Promise<unknown>
>([
  ['prepare', prepare],
  ['copy-documents', copyDocuments],
  ['copy-rows', copyRows],
  ['path', path],
]);
