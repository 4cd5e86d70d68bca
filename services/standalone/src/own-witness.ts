import { join } from 'node:path';
import { type Environment, localKey, logSigner, readSettings, type ServiceDefinition } from '@tallystick/hosting';
import { type RunningWitness, serveWitness } from '@tallystick/witness';

const NAME = 'witness.local/own';

/**
 * Starts a witness that knows the logs of these services, and answers the settings by which they ask it. It keeps its key and
 * what it has cosigned in `<data folder>/witness`. In the hands of whoever runs the suite it proves nothing to others.
 */
export async function withWitness(
  settings: Environment,
  folder: string,
  services: readonly ServiceDefinition[],
): Promise<{ settings: Environment; witness: RunningWitness }> {
  const read = readSettings(services, settings);
  const keyed = { ...read, TALLY_SEAL_KEY: read['TALLY_SEAL_KEY'] ?? localKey(folder, 'TALLY_SEAL_KEY') };
  const logKeys = services
    .filter(({ kinds }) => kinds.length > 0)
    .map(({ name }) => logSigner(name, keyed).verifier.text);
  const witness = await serveWitness({ folder: join(folder, 'witness'), name: NAME, logKeys, port: 0 });
  const others = settings['TALLY_WITNESSES'];
  const own = `${witness.url} ${witness.key}`;
  return { settings: { ...settings, TALLY_WITNESSES: others ? `${others},${own}` : own }, witness };
}
