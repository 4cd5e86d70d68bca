import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';

/** What `tally apply` reads: docs/examples/program.schema.json, each part on its own. */
export interface ProgramFile {
  readonly program?: {
    readonly name: string;
    readonly zone: string;
    readonly currency: string;
    /** Days; `null` = no limit; absent = 400. */
    readonly acceptPurchasesFrom?: number | null;
    readonly referenceWaitSeconds?: number;
  };
  readonly organization?: readonly Record<string, unknown>[];
  readonly assets?: readonly Record<string, unknown>[];
  readonly tiers?: Record<string, unknown>;
  readonly ruleSet?: { readonly validFrom?: string; readonly content: Record<string, unknown> };
}

/** A file that is no program; the message names each place that is wrong. */
export class ProgramFileFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProgramFileFault';
  }
}

/** Reads a YAML or JSON file and judges it by the published schema. */
export function readProgramFile(file: string, workspace: string): ProgramFile {
  const content: unknown = parseFile(file);
  const schema = JSON.parse(readFileSync(join(workspace, 'docs/examples/program.schema.json'), 'utf8')) as object;
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile<ProgramFile>(schema);
  if (validate(content)) return content;
  const places = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : '';
    return `  ${instancePath || '/'}: ${message}${extra}`;
  });
  throw new ProgramFileFault(`${file} is no program file:\n${places.join('\n')}`);
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ProgramFileFault(`${file} cannot be read: ${(error as Error).message}`);
  }
}
