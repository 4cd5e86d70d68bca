import { AppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import type { NodeAppended, NodeEvent } from './wire-double-log';

/** .NET ticks in a millisecond. */
const TICKS = 10_000n;

export function eventMessage(event: NodeEvent): ReadResp {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(event.id));
  recorded.setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(event.stream)));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.customMetadata);
  for (const [name, value] of event.headers) recorded.getMetadataMap().set(name, value);
  recorded.getMetadataMap().set('created', String(BigInt(event.created) * TICKS));
  const read = new ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  return new ReadResp().setEvent(read);
}

export function checkpointMessage(position: bigint): ReadResp {
  const checkpoint = new ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition(String(position));
  return new ReadResp().setCheckpoint(checkpoint);
}

export function confirmationMessage(): ReadResp {
  const confirmation = new ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId('subscription');
  return new ReadResp().setConfirmation(confirmation);
}

export function caughtUpMessage(): ReadResp {
  return new ReadResp().setCaughtUp(new ReadResp.CaughtUp());
}

export function notFoundMessage(stream: string): ReadResp {
  const notFound = new ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(stream)));
  return new ReadResp().setStreamNotFound(notFound);
}

/** An idempotent success carries no position, as a node may leave it out (trap 12). */
export function appendMessage(appended: NodeAppended, expected: number): AppendResp {
  if (appended.kind === 'wrong') return wrongMessage(appended.current, expected);
  const success = new AppendResp.Success();
  success.setCurrentRevision(String(appended.revision));
  if (appended.kind === 'already') success.setNoPosition(new Empty());
  else {
    const position = new AppendResp.Position();
    position.setCommitPosition(String(appended.position));
    position.setPreparePosition(String(appended.position));
    success.setPosition(position);
  }
  return new AppendResp().setSuccess(success);
}

function wrongMessage(current: number, expected: number): AppendResp {
  const wrong = new AppendResp.WrongExpectedVersion();
  if (current < 0) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(current));
  if (expected < 0) wrong.setExpectedNoStream(new Empty());
  else wrong.setExpectedRevision(String(expected));
  return new AppendResp().setWrongExpectedVersion(wrong);
}
