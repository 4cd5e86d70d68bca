import { log, openLog, startTracing, useLog } from '@tallystick/observability';
import { bootServices, type BootedServices } from './boot';
import { type Host, hostServices } from './host';
import type { ServiceDefinition } from './service';
import type { Environment } from './settings';

/** How long a stop may take before the process ends anyway. */
const STOP_WITHIN_MS = 25_000;

/**
 * Runs one service as a process of its own: settings from the environment, SIGTERM and SIGINT stop it cleanly (exit 0), a
 * failed boot or a loop that dies ends it with exit code 1.
 */
export async function serveAlone(definition: ServiceDefinition, environment: Environment = process.env): Promise<void> {
  useLog(openLog({ level: environment['TALLY_LOG_LEVEL'] ?? 'info' }));
  const stopTracing = startTracing(environment);
  try {
    const booted = await bootServices([definition], environment);
    const host = await hostServices(booted);
    log().info({ name: definition.name, port: host.port, address: host.url }, 'listening');
    await stopWhenAsked(booted, host, stopTracing);
  } catch (error) {
    log().fatal({ err: error, name: definition.name }, 'the service could not start');
    process.exitCode = 1;
    await stopTracing();
  }
}

/**
 * Resolves when the process was asked to stop and everything was given back. Where a loop has died it stops too, and the
 * exit code is 1. A second signal, or a stop that takes too long, ends the process at once.
 */
export async function stopWhenAsked(
  booted: BootedServices,
  host: Host,
  finish: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const asked = new Promise<'asked'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve('asked'));
  });
  const died = Promise.race(booted.services.map(({ died }) => died.then(() => 'died' as const)));
  const why = await Promise.race([asked, died]);
  if (why === 'died') process.exitCode = 1;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  const late = setTimeout(() => process.exit(1), STOP_WITHIN_MS);
  try {
    for (const { health } of booted.services) health.drain();
    await host.close();
    await booted.close();
    await finish();
  } catch (error) {
    log().error({ err: error }, 'not everything could be given back');
    process.exitCode = 1;
  } finally {
    clearTimeout(late);
  }
}
