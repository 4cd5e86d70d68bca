import type { ServiceDefinition } from '@tallystick/hosting';
import type { Projection, RebuildReport } from '@tallystick/read-models';
import { SERVICES } from '@tallystick/standalone';
import type { Command } from 'commander';
import { rebuildProjection } from '../audit/rebuild-projection';
import { inSession, type Session } from './session';

/** Rebuilds one projection, or all, beside the live rows; exits 1 where the live rows were not what the events say. */
export async function runRebuild(name: string | undefined, _options: unknown, command: Command): Promise<void> {
  const chosen = SERVICES.flatMap((definition) =>
    definition
      .projections()
      .filter((projection) => name === undefined || projection.name === name)
      .map((projection) => ({ definition, projection })),
  );
  if (chosen.length === 0) throw new Error(`there is no projection ${name}; there are ${names()}`);
  await inSession(command, async (session) => {
    const reports: (RebuildReport & { readonly service: string })[] = [];
    for (const { definition, projection } of chosen) {
      reports.push({ service: definition.name, ...(await rebuildOne(session, definition, projection)) });
    }
    if (reports.some(({ equal }) => !equal)) process.exitCode = 1;
    session.tell(reports, reports.flatMap(linesOf));
  });
}

async function rebuildOne(
  { suite, progress }: Session,
  definition: ServiceDefinition,
  projection: Projection,
): Promise<RebuildReport> {
  // On Kafka the positions of the live rows are offsets: read as places in a log they would leave most rows out.
  if (projection.source === 'contracts' && suite.bus().kind !== 'postgres') {
    throw new Error(`${projection.name} lives from Kafka topics: it is rebuilt only where the logs are the topics`);
  }
  const pool = await suite.database();
  const bar = progress(`rebuilding ${definition.name}/${projection.name}`, undefined);
  let applied = 0;
  const onProgress = (sum: number): void => {
    bar.advance(sum - applied);
    applied = sum;
  };
  try {
    return await rebuildProjection(definition, projection, {
      pool,
      logOf: (service) => suite.log(service),
      onProgress,
    });
  } finally {
    bar.stop();
  }
}

function names(): string {
  return SERVICES.flatMap((definition) => definition.projections().map((projection) => projection.name)).join(', ');
}

function linesOf({ service, projection, tables, applied, equal }: RebuildReport & { service: string }): string[] {
  return [
    `${service}/${projection}: ${applied} applied, ${equal ? 'the live rows were right' : 'THE LIVE ROWS DIFFERED'}`,
    ...tables.map(({ table, rows, digestLive, digestRebuilt }) => {
      const same = digestLive === digestRebuilt ? 'equal' : `live ${digestLive ?? 'never ran'}`;
      return `  ${table}: ${rows} rows, digest ${digestRebuilt.slice(0, 16)}, ${same}`;
    }),
  ];
}
