import { createHash } from 'node:crypto';
import {
  compileRules,
  RuleBook,
  ruleSetDecider,
  type PublishRuleSet,
  type RuleSetPublished,
  type RuleSetRefusal,
  type RuleSetState,
} from '@tallystick/campaigns-domain';
import {
  bodyOf,
  canonicalJson,
  type CommandResult,
  type EventMetadata,
  type EventStore,
  eventsOfCommand,
  Executor,
  streamName,
} from '@tallystick/decider';
import { formatInstant, type Instant } from '@tallystick/vocabulary';
import type { Reference } from './look-ups';

const BOOKS_KEPT = 100;
/** How long a kept book is taken for the newest without asking the store. */
const LOOK_MS = 1_000;

interface KeptBook {
  readonly version: string;
  readonly book: Promise<RuleBook>;
  lookedAt: number;
}

/** Publishes rule sets and knows those that were published. */
export class RuleSets {
  private readonly executor: Executor<RuleSetState, PublishRuleSet, RuleSetPublished, RuleSetRefusal>;
  private readonly books = new Map<string, KeptBook>();

  constructor(
    private readonly store: EventStore,
    private readonly reference: Reference,
    private readonly now: () => Instant,
  ) {
    this.executor = new Executor({ decider: ruleSetDecider, store, capacity: BOOKS_KEPT });
  }

  /**
   * Every rule set of a program as of a reference version; read once per version. Where the stream holds more than the
   * version told of (who published it died before it raised the version), the version is raised here, within a second.
   */
  async book(tenant: string, program: string, version: string): Promise<RuleBook> {
    const stream = streamName('ruleset', tenant, program);
    const kept = this.books.get(stream);
    if (kept?.version !== version) return this.keep(stream, version);
    if (performance.now() - kept.lookedAt < LOOK_MS) return kept.book;
    kept.lookedAt = performance.now();
    const head = await this.store.streamHead(stream);
    if ((head?.revision ?? -1) < (await kept.book).ruleSets.length) return kept.book;
    await this.reference.raiseVersion();
    return this.keep(stream, version);
  }

  /** Reads every rule set anew from now on: a purchase named one that was not known here. */
  forget(): void {
    this.books.clear();
  }

  /** What the last publication said, and the version and hash that stand now. */
  async publish(
    tenant: string,
    program: string,
    content: unknown,
    validFrom: string | undefined,
    metadata: EventMetadata,
  ): Promise<CommandResult<RuleSetPublished, RuleSetRefusal>> {
    const stream = streamName('ruleset', tenant, program);
    const result = await this.executor.execute({
      stream,
      command: {
        kind: 'publish-rule-set',
        content,
        hash: hashOf(content),
        ...(validFrom === undefined ? {} : { validFrom }),
        now: formatInstant(this.now()),
      },
      metadata,
    });
    // Also for content that stood already: the process that published it may have died before it raised the version.
    if (result.kind === 'appended' || result.kind === 'unchanged') await this.reference.raiseVersion();
    return result;
  }

  /** What a command has published, for its repetition. */
  async publishedBy(tenant: string, program: string, command: string): Promise<RuleSetPublished['data'] | undefined> {
    const [event] = await eventsOfCommand(this.store, streamName('ruleset', tenant, program), command);
    if (!event) return undefined;
    await this.reference.raiseVersion();
    return bodyOf<RuleSetPublished['data']>(event);
  }

  /** What publishing would do: the same judgement, nothing written. */
  async tryOut(
    tenant: string,
    program: string,
    content: unknown,
    validFrom: string | undefined,
  ): Promise<ReturnType<typeof ruleSetDecider.decide>> {
    const { state } = await this.executor.load(streamName('ruleset', tenant, program));
    const command = {
      kind: 'publish-rule-set',
      content,
      hash: hashOf(content),
      validFrom,
      now: formatInstant(this.now()),
    } as const;
    return ruleSetDecider.decide(command, state);
  }

  /** Every published rule set, oldest first. */
  async published(tenant: string, program: string): Promise<RuleSetPublished['data'][]> {
    const { events } = await this.store.readStream(streamName('ruleset', tenant, program));
    return events.map((event) => bodyOf<RuleSetPublished['data']>(event));
  }

  private keep(stream: string, version: string): Promise<RuleBook> {
    const book = this.read(stream);
    this.books.set(stream, { version, book, lookedAt: performance.now() });
    book.catch(() => this.books.delete(stream));
    return book;
  }

  private async read(stream: string): Promise<RuleBook> {
    const { events } = await this.store.readStream(stream);
    return new RuleBook(
      events.map((event) => {
        const { version, hash, validFrom, content } = bodyOf<RuleSetPublished['data']>(event);
        return { version, hash, validFrom, compiled: compileRules(content) };
      }),
    );
  }
}

/** SHA-256 of the canonical content, hex. */
function hashOf(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
