import { JsonCodec2 } from '@smithy/core/protocols';
import { errorMembers, statusOf } from './error-members.ts';
import { plainBytes } from './http-text.ts';
import type { DocumentCodec } from './rest-protocol.ts';

const DOCUMENT = 15;

/** The documents of restJson1: JSON, the error's name in `x-amzn-errortype`. */
export function jsonDocumentCodec(): DocumentCodec {
  const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true });
  const serializer = codec.createSerializer();
  const deserializer = codec.createDeserializer();
  const write: DocumentCodec['write'] = (schema, value) => {
    serializer.write(schema, value);
    return plainBytes(serializer.flush());
  };
  return {
    contentType: 'application/json',
    timestampFormat: 7,
    read: async (schema, body) => (await deserializer.read(schema, body as unknown as string)) as object,
    write,
    error: (error, service) => {
      const model = service.error(error.name);
      serializer.write(model?.schema ?? DOCUMENT, errorMembers(error, model));
      return {
        statusCode: statusOf(error, model),
        headers: { 'x-amzn-errortype': error.name },
        body: plainBytes(serializer.flush()),
      };
    },
  };
}
