import { organization } from '@tallystick/contracts';
import { bodyOf, partsOf, type RecordedEvent, UnknownEvent } from '@tallystick/decider';
import type { Announcement, Publications } from '@tallystick/messaging';
import type { DayEnded, MinuteEnded, NodeDeclared, ProgramDeclared } from '@tallystick/organization-domain';

const TOPICS = {
  node: 'organization.node-declared.v1',
  program: 'organization.program-declared.v1',
  day: 'organization.day-ended.v1',
  minute: 'organization.minute-ended.v1',
} as const;

/** Everything that organization says. */
export const organizationPublications: Publications = {
  service: 'organization',
  topics: Object.values(TOPICS),
  announce(event) {
    switch (event.type) {
      case 'NodeDeclared':
        return [nodeDeclared(event)];
      case 'ProgramDeclared':
        return [programDeclared(event)];
      case 'DayEnded':
        return [dayEnded(event)];
      case 'MinuteEnded':
        return [{ topic: TOPICS.minute, key: 'minute', message: { at: bodyOf<MinuteEnded['data']>(event).at } }];
      default:
        throw new UnknownEvent(event.type, event.version);
    }
  },
};

function nodeDeclared(event: RecordedEvent): Announcement {
  const data = bodyOf<NodeDeclared['data']>(event);
  const message: organization.NodeDeclared = { ...data, revision: event.revision };
  return { topic: TOPICS.node, key: data.node, message };
}

function programDeclared(event: RecordedEvent): Announcement {
  const { acceptPurchasesFromDays, referenceWaitSeconds, ...rest } = bodyOf<ProgramDeclared['data']>(event);
  const program = partsOf(event.stream)[0]!;
  const message: organization.ProgramDeclared = {
    ...rest,
    program,
    revision: event.revision,
    referenceWaitSeconds: Number(referenceWaitSeconds),
    ...(acceptPurchasesFromDays === undefined ? {} : { acceptPurchasesFromDays: Number(acceptPurchasesFromDays) }),
  };
  return { topic: TOPICS.program, key: program, message };
}

function dayEnded(event: RecordedEvent): Announcement {
  const program = partsOf(event.stream)[0]!;
  const message: organization.DayEnded = { program, ...bodyOf<DayEnded['data']>(event) };
  return { topic: TOPICS.day, key: program, message };
}
