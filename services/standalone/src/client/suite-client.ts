/** The answer to a refused request, as RFC 9457 has it. */
export interface ProblemDocument {
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
}

/** A request that the suite refused. */
export class RefusedRequest extends Error {
  constructor(
    readonly problem: ProblemDocument,
    request: string,
  ) {
    const where = problem.errors?.map(({ pointer, code }) => ` ${pointer}: ${code}`).join(';') ?? '';
    super(`${request} was refused: ${problem.code} (${problem.detail ?? problem.title ?? problem.status})${where}`);
    this.name = 'RefusedRequest';
  }
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

export interface SendOptions {
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** Speaks to a running suite over its public API. */
export class SuiteClient {
  constructor(
    /** `http://127.0.0.1:3000` */
    readonly address: string,
    private readonly token: () => string | Promise<string>,
  ) {}

  async get<Body>(path: string): Promise<Body> {
    return (await this.send<Body>('GET', path)).body;
  }

  async send<Body>(method: string, path: string, options: SendOptions = {}): Promise<Answer<Body>> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${await this.token()}`,
      accept: 'application/json',
    };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const response = await fetch(this.address + path, { method, headers, body });
    const text = await response.text();
    if (!response.ok) throw new RefusedRequest(problemIn(text, response.status), `${method} ${path}`);
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }

  /** Every item of a paged collection, page by page. */
  async *pages<Item>(path: string): AsyncGenerator<readonly Item[]> {
    const separator = path.includes('?') ? '&' : '?';
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: { items: readonly Item[]; next?: string } = await this.get(
        cursor === '' ? path : `${path}${separator}cursor=${encodeURIComponent(cursor)}`,
      );
      yield page.items;
      cursor = page.next;
    }
  }
}

function problemIn(text: string, status: number): ProblemDocument {
  try {
    return { status, ...(JSON.parse(text) as Partial<ProblemDocument> & { code: string }) };
  } catch {
    return { status, code: `http-${status}`, detail: text.slice(0, 200) };
  }
}
