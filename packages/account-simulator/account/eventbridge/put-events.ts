import { AwsError } from '../service.ts';
import type { BusEvent, EventEntry } from './event.ts';

/** An entry of a PutEvents request (EventBridge API Reference). */
interface PutEventsEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  /** JSON text. */
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly EventBusName?: string;
}

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

const MOST_ENTRIES = 10;

/**
 * The PutEvents operation: each entry succeeds or fails by itself.
 *
 * @throws AwsError for more than ten entries and for a bus other than the default one
 */
export function putEvents(put: (entry: EventEntry) => BusEvent): (input: {
  readonly Entries?: readonly PutEventsEntry[];
}) => {
  FailedEntryCount: number;
  Entries: EntryResult[];
} {
  return ({ Entries: entries = [] }) => {
    if (entries.length < 1 || entries.length > MOST_ENTRIES) {
      throw new AwsError('ValidationException', `PutEvents takes 1 to ${MOST_ENTRIES} entries.`);
    }
    const foreign = entries.find(
      ({ EventBusName: bus }) => bus !== undefined && !/^(arn:.*:event-bus\/)?default$/.test(bus),
    );
    if (foreign !== undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `The rehearsal has only the default event bus, not ${foreign.EventBusName}.`,
      );
    }
    const results = entries.map((entry) => putOne(entry, put));
    return {
      FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
      Entries: results,
    };
  };
}

function putOne(entry: PutEventsEntry, put: (entry: EventEntry) => BusEvent): EntryResult {
  const { Source: source, DetailType: detailType, Detail: detail, Resources: resources } = entry;
  if (!source || !detailType || !detail) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source, DetailType and Detail are required.' };
  }
  if (source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(detail);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  return { EventId: put({ source, detailType, detail: parsed, resources: resources ?? [] }).id };
}
