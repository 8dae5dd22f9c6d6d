import { XmlCodec } from '@aws-sdk/core/protocols';
import { statusOf } from './error-members.ts';
import type { DocumentCodec } from './rest-protocol.ts';
import { escapeXml } from './xml-text.ts';

/** The documents of S3's restXml: XML, errors as a bare `<Error><Code>…` without a wrapper. */
export function xmlDocumentCodec(xmlNamespace: string): DocumentCodec {
  const codec = new XmlCodec({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: true,
    xmlNamespace,
    serviceNamespace: 'com.amazonaws.s3',
  });
  const serializer = codec.createSerializer();
  const deserializer = codec.createDeserializer();
  return {
    contentType: 'application/xml',
    timestampFormat: 5,
    read: async (schema, body) => (await deserializer.read(schema, body)) as object,
    write: (schema, value) => {
      serializer.write(schema, value);
      return Buffer.from(serializer.flush() as string);
    },
    error: (error, service, requestId) => {
      const model = service.error(error.name);
      const fields = Object.entries(error.fields)
        .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
        .join('');
      const body =
        `<Error><Code>${model?.code ?? error.name}</Code><Message>${escapeXml(error.message)}</Message>` +
        `${fields}<RequestId>${requestId}</RequestId></Error>`;
      return { statusCode: statusOf(error, model), headers: {}, body: Buffer.from(body) };
    },
  };
}
