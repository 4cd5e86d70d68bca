import { join } from 'node:path';
import { Controller, type DynamicModule, Module, Param, Post } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Amount } from '@tallystick/contracts';
import {
  bodyOf,
  type Decider,
  type DomainEvent,
  Executor,
  partsOf,
  type RefusalTable,
  reject,
  streamName,
  UnknownEvent,
} from '@tallystick/decider';
import {
  type Caller,
  CallerOf,
  CommandOf,
  ContractBody,
  type HttpCommand,
  Idempotent,
  Permission,
  problem,
  problemOf,
} from '@tallystick/http';
import { type Batch, type BusRecord, DONE, type Outcome, type Publications } from '@tallystick/messaging';
import type { LogProjection } from '@tallystick/read-models';
import type { ServiceDefinition, ServiceResources } from '../src';

type Added = DomainEvent<'Added', { readonly by: string; readonly command: string }>;

interface CounterState {
  sum: bigint;
  readonly commands: Map<string, string>;
}

interface Add {
  readonly by: string;
  readonly command: string;
}

const REFUSALS: RefusalTable<'too-much'> = {
  'too-much': { family: 'conflict', retryable: false, precedence: 1, title: { en: 'Too much', zh: '过多' } },
};

/** A counter that adds each command once and answers it with the sum it led to. */
const counterDecider: Decider<CounterState, Add, Added, 'too-much'> = {
  kind: 'counter',
  initial: () => ({ sum: 0n, commands: new Map() }),
  decide: ({ by, command }, { sum, commands }) => {
    if (commands.has(command)) return [];
    if (sum + BigInt(by) > 1_000n) return reject('too-much', { sum: String(sum) });
    return [{ type: 'Added', version: 1, data: { by, command } }];
  },
  evolve: (state, { data }) => {
    state.sum += BigInt(data.by);
    state.commands.set(data.command, String(state.sum));
    return state;
  },
  invariants: ({ sum }) => (sum > 1_000n ? ['a counter ends at 1,000'] : []),
  refusals: REFUSALS,
  upcast: (type, version, data) => {
    if (type !== 'Added' || version !== 1) throw new UnknownEvent(type, version);
    return { type, version, data: data as Added['data'] };
  },
};

class AddBody {
  @Amount() by!: string;
}

@Controller('counters')
class CounterController {
  constructor(private readonly executor: Executor<CounterState, Add, Added, 'too-much'>) {}

  @Permission('counters:write')
  @Idempotent()
  @Post(':id')
  async add(
    @Param('id') id: string,
    @ContractBody(AddBody) { by }: AddBody,
    @CallerOf() { tenant }: Caller,
    @CommandOf() command: HttpCommand,
  ) {
    const result = await this.executor.execute({
      stream: streamName('counter', tenant, id),
      command: { by, command: command.id },
      metadata: command.metadata,
      read: ({ commands }) => commands.get(command.id),
    });
    if (result.kind === 'failed') throw result.error;
    if (result.kind === 'rejected') throw problemOf(result.rejection, REFUSALS);
    if (id === 'hangs' && !command.again) await new Promise(() => undefined);
    if (id === 'fails') throw problem('internal-error');
    return { counter: id, by, sum: result.answer };
  }
}

@Module({})
class CounterModule {
  static with({ store, snapshots }: ServiceResources): DynamicModule {
    const executor = new Executor({ decider: counterDecider, store, snapshots });
    return {
      module: CounterModule,
      controllers: [CounterController],
      providers: [{ provide: Executor, useValue: executor }],
    };
  }
}

const counterPublications: Publications = {
  service: 'counter',
  topics: ['counter.added.v1'],
  announce: (event) => {
    const [counter = ''] = partsOf(event.stream);
    const { by } = bodyOf<Added['data']>(event);
    return [{ topic: 'counter.added.v1', key: counter, message: { counter, by, revision: event.revision } }];
  },
};

const sums: LogProjection = {
  source: 'log',
  name: 'sums',
  version: 1,
  tables: ['sums'],
  ddl: 'create table {{sums}} (counter text primary key, sum bigint not null)',
  statements: (events, table) =>
    events.map((event) => ({
      text: `insert into ${table('sums')} as kept values ($1, $2) on conflict (counter) do update set sum = kept.sum + $2`,
      values: [event.stream, bodyOf<Added['data']>(event).by],
    })),
};

export const counterDefinition: ServiceDefinition = {
  name: 'counter',
  kinds: ['counter'],
  publications: counterPublications,
  hears: [],
  outsideTopics: [],
  paths: ['counters'],
  projections: () => [sums],
  module: (resources) => CounterModule.with(resources),
};

interface AddedMessage {
  readonly counter: string;
  readonly by: string;
  readonly revision: number;
}

@Controller()
class EchoSubscriptions {
  constructor(private readonly hear: (record: BusRecord<AddedMessage>) => Promise<Outcome>) {}

  @EventPattern('counter.added.v1')
  async added(@Payload() batch: Batch<AddedMessage>): Promise<readonly Outcome[]> {
    return Promise.all(batch.records.map((record) => this.hear(record)));
  }
}

@Module({})
class EchoModule {
  static with({ pool }: ServiceResources): DynamicModule {
    const hear = async ({ message, position }: BusRecord<AddedMessage>): Promise<Outcome> => {
      const { counter, revision, by } = message;
      if (counter === 'breaks') throw new TypeError('a defect that this counter shows');
      const wanted = await pool.query('select 1 from refused where counter = $1', [counter]);
      if (wanted.rowCount) return { kind: 'refused', code: 'counter-unwanted', detail: position };
      await pool.query('insert into heard values ($1, $2, $3) on conflict do nothing', [counter, revision, by]);
      return DONE;
    };
    return { module: EchoModule, controllers: [EchoSubscriptions], providers: [{ provide: Function, useValue: hear }] };
  }
}

export const echoDefinition: ServiceDefinition = {
  name: 'echo',
  kinds: [],
  publications: { service: 'echo', topics: [], announce: () => [] },
  hears: [counterPublications],
  outsideTopics: [],
  paths: ['echoes'],
  migrations: join(__dirname, 'echo-migrations'),
  projections: () => [],
  module: (resources) => EchoModule.with(resources),
};
