import { readFileSync } from 'node:fs';
import { BusinessId, ListOf, OneOf, Optional, Slug, Text, validatorOf } from '@tallystick/contracts';
import type { TopicBinding } from '@tallystick/messaging';
import type { Settings } from './settings';

/** A unit's Ed25519 public key. */
export class PublisherKeyForm {
  @BusinessId()
  readonly kid!: string;

  @BusinessId()
  readonly unit!: string;

  /** PEM, SubjectPublicKeyInfo. */
  @Text(2_000)
  readonly publicKey!: string;
}

/** What one outside topic vouches for. */
export class TopicBindingForm {
  @Text(100)
  readonly topic!: string;

  @Slug()
  readonly tenant!: string;

  @Slug()
  readonly program!: string;

  @OneOf(['open', 'topic-per-unit', 'signed'])
  readonly mode!: TopicBinding['mode'];

  /** The unit whose own topic it is; with `topic-per-unit` only. */
  @Optional()
  @BusinessId()
  readonly unit?: string;

  /** Who may sign; with `signed` only. */
  @Optional()
  @ListOf(() => PublisherKeyForm, 1_000)
  readonly keys?: readonly PublisherKeyForm[];
}

/** The file that `TALLY_BINDINGS` names. */
export class TopicBindingsForm {
  @ListOf(() => TopicBindingForm, 100)
  readonly bindings!: readonly TopicBindingForm[];
}

/**
 * The binding of an outside topic: that of the file which `TALLY_BINDINGS` names, else open for the tenant and program of
 * the settings. A file that is not right, or that names a topic twice or without what its mode needs, fails the boot.
 */
export function bindingOf(topic: string, settings: Settings): TopicBinding {
  const { TALLY_TENANT: tenant = 'demo', TALLY_PROGRAM: program = 'main', TALLY_BINDINGS: file } = settings;
  const bound = file ? readBindings(file).filter((binding) => binding.topic === topic) : [];
  if (bound.length > 1) throw new Error(`TALLY_BINDINGS: ${topic} is bound twice`);
  // A process serves one program: its rule book, its assets and its clock are that program's.
  if (bound[0] && bound[0].program !== program) {
    throw new Error(`TALLY_BINDINGS: ${topic} is of the program ${bound[0].program}, this process serves ${program}`);
  }
  return bound[0] ?? { topic, tenant, program, mode: 'open' };
}

function readBindings(file: string): readonly TopicBinding[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`TALLY_BINDINGS: ${file} is not readable JSON`, { cause: error });
  }
  const verdict = validatorOf(TopicBindingsForm)(content);
  if (!verdict.ok) throw new Error(`TALLY_BINDINGS: ${verdict.code} at ${verdict.pointer}`);
  const { bindings } = verdict.value;
  for (const { topic, mode, unit, keys } of bindings) {
    if (mode === 'topic-per-unit' && unit === undefined) throw new Error(`TALLY_BINDINGS: ${topic} names no unit`);
    if (mode === 'signed' && keys === undefined) throw new Error(`TALLY_BINDINGS: ${topic} names no keys`);
  }
  return bindings;
}
