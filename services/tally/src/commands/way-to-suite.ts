import type { Publisher } from '@tallystick/messaging';
import {
  connect,
  type ConnectOptions,
  RefusedRequest,
  type SuiteClient,
  type SuiteConnection,
} from '@tallystick/standalone';
import type { WayToSuite } from './publish';

/** How long a suite may be away before work that needs it fails. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

interface Link {
  readonly client: SuiteClient;
  readonly publisher: Publisher;
}

/**
 * Reaches a suite that may be restarted meanwhile: its address, its database and its bus may be others afterwards, so
 * after a fault they are looked up anew. A refusal is an answer and is not repeated.
 */
export class RestartedSuite implements WayToSuite {
  private link: Promise<Link> | undefined;
  private found: SuiteConnection | undefined;

  constructor(
    private readonly first: SuiteConnection,
    private readonly options: ConnectOptions,
  ) {}

  async use<Result>(work: (link: Link) => Promise<Result>): Promise<Result> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await work(await (this.link ??= this.open()));
      } catch (error) {
        if (isRefusal(error) || performance.now() > until) throw error;
        await this.lose();
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /** The suite as it was reached last. */
  get client(): SuiteClient {
    return (this.found ?? this.first).client;
  }

  async close(): Promise<void> {
    await this.found?.close();
  }

  private async open(): Promise<Link> {
    const suite = this.found ?? this.first;
    return { client: suite.client, publisher: await suite.publisher() };
  }

  private async lose(): Promise<void> {
    this.link = undefined;
    const lost = this.found;
    this.found = undefined;
    await lost?.close().catch(() => undefined);
    this.found = await connect({ ...this.options, mayStart: false }).catch(() => undefined);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof RefusedRequest && error.problem.status < 500;
}
