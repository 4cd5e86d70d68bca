import { RuleSets } from '@tallystick/campaigns/application/rule-sets';
import { commandId, type RecordedEvent } from '@tallystick/decider';
import { AT_ONCE } from '../memory/calls';
import { MemoryEventStore } from '../memory/memory-event-store';
import { MemoryLog } from '../memory/memory-log';
import { CampaignsRows, MemoryReference } from './campaigns-rows';
import { contentOf, PROGRAM, RULE_SETS, START, TENANT } from './program';

/** Publishes one of the program's rule sets, as its office does. */
export function publishRuleSet(ruleSets: RuleSets, index: number): ReturnType<RuleSets['publish']> {
  const rules = RULE_SETS[index]!;
  const id = commandId(TENANT, 'office', 'publish-rule-set', String(index));
  const metadata = { actor: 'user:office', commandId: id };
  return ruleSets.publish(TENANT, PROGRAM, contentOf(rules), rules.validFrom, metadata);
}

let written: Promise<readonly RecordedEvent[]> | undefined;

/** What campaigns writes where the office publishes its rule sets and nothing goes wrong; made once per process. */
export function publishedRuleSets(): Promise<readonly RecordedEvent[]> {
  return (written ??= publishAll());
}

async function publishAll(): Promise<readonly RecordedEvent[]> {
  const log = new MemoryLog({ now: () => START });
  const reference = new MemoryReference(new CampaignsRows(() => true), AT_ONCE);
  const ruleSets = new RuleSets(new MemoryEventStore(log), reference, () => START);
  for (const index of RULE_SETS.keys()) await publishRuleSet(ruleSets, index);
  return log.events;
}
