import { HttpRequest } from '@smithy/core/protocols';
import { readChunks } from '../../../account/wire/aws-chunked.ts';
import { detached } from '../../../account/wire/detached.ts';
import { s3Address } from '../../../account/wire/s3-address.ts';
import { ServiceModel } from '../../../account/wire/service-model.ts';
import { addressedService, portOf } from '../../../account/wire/service-port.ts';
import { innerXml } from '../../../account/wire/xml-text.ts';

describe('readChunks', () => {
  it('joins chunks and reads the trailer, for any bytes in the chunks', () => {
    const encoded = Buffer.from(
      '3\r\na\r\n\r\n2;chunk-signature=x\r\nbc\r\n0\r\nX-Amz-Checksum-Crc32: abc=\r\n\r\n',
    );
    const { body, trailers } = readChunks(encoded);
    expect(Buffer.from(body).toString()).toBe('a\r\nbc');
    expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'abc=' });
  });

  it.each(['', '5\r\nab', 'zz\r\nab\r\n0\r\n'])('refuses a body that ends early: %j', (text) => {
    expect(() => readChunks(Buffer.from(text))).toThrow('terminated unexpectedly');
  });
});

describe('s3Address', () => {
  const address = (hostname: string, path: string) => s3Address(new HttpRequest({ hostname, path }));

  it('takes the bucket from the host or from the path', () => {
    expect(address('a.b.s3.us-east-1.amazonaws.com', '/k/1')).toEqual({
      path: '/k/1',
      labels: { Bucket: 'a.b' },
    });
    expect(address('s3.us-east-1.amazonaws.com', '/bucket/k/1')).toEqual({
      path: '/k/1',
      labels: { Bucket: 'bucket' },
    });
    expect(address('localhost', '/bucket')).toEqual({ path: '/', labels: { Bucket: 'bucket' } });
    expect(address('localhost', '/')).toEqual({ path: '/', labels: {} });
  });
});

describe('addressedService', () => {
  const service = (hostname: string, authorization?: string) =>
    addressedService(new HttpRequest({ hostname, headers: authorization ? { authorization } : {} }));
  const scope = (name: string) => `AWS4-HMAC-SHA256 Credential=K/20261001/us-east-1/${name}/aws4_request, x`;

  it('prefers the signing scope to the host', () => {
    expect(service('localhost', scope('states'))).toBe('sfn');
    expect(service('localhost', scope('monitoring'))).toBe('cloudwatch');
    expect(service('ssm.us-east-1.amazonaws.com', scope('lambda'))).toBe('lambda');
  });

  it('uses the host of an unsigned request', () => {
    expect(service('codedeploy.eu-west-1.amazonaws.com')).toBe('codedeploy');
    expect(service('bucket.s3.eu-west-1.amazonaws.com')).toBe('s3');
  });

  it("knows no service without a model, not even by the name of an object's own member", () => {
    expect(service('localhost', scope('kms'))).toBeUndefined();
    expect(service('localhost', scope('constructor'))).toBeUndefined();
    expect(service('localhost')).toBeUndefined();
  });
});

describe('ServiceModel', () => {
  it('reads operations and errors, and nothing else', () => {
    const model = new ServiceModel('sns');
    expect(model.operation('Publish')?.name).toBe('Publish');
    expect(model.operation('PublishInput')).toBeUndefined();
    expect(model.operation('Nonsense')).toBeUndefined();
    expect(model.error('InvalidParameterException')).toMatchObject({ code: 'InvalidParameter', status: 400 });
    expect(model.error('Publish')).toBeUndefined();
  });

  it('is read once per process', () => {
    expect(portOf('sns')).toBe(portOf('sns'));
    expect(portOf('sns').model.operation('Publish')).toBe(portOf('sns').model.operation('Publish'));
  });
});

describe('routes', () => {
  const find = (service: 's3' | 'lambda', method: string, path: string, query = {}, headers = {}) => {
    const hostname = service === 's3' ? 'b.s3.us-east-1.amazonaws.com' : 'lambda.us-east-1.amazonaws.com';
    const request = new HttpRequest({ method, hostname, path, query, headers });
    return portOf(service).protocolOf(request).operationOf(request);
  };

  it('distinguishes requests of one method and path by their parameters', () => {
    expect(find('s3', 'GET', '/key')).toBe('GetObject');
    expect(find('s3', 'GET', '/', { 'list-type': '2' })).toBe('ListObjectsV2');
    expect(find('s3', 'GET', '/', { versions: '' })).toBe('ListObjectVersions');
    expect(find('s3', 'PUT', '/key')).toBe('PutObject');
    expect(find('s3', 'PUT', '/key', { partNumber: '1', uploadId: 'u' })).toBe('UploadPart');
    expect(find('s3', 'PUT', '/key', {}, { 'x-amz-copy-source': 'b/k' })).toBe('CopyObject');
    expect(find('s3', 'DELETE', '/a/b/c', { versionId: 'v' })).toBe('DeleteObject');
  });

  it('prefers the path with more literal segments', () => {
    expect(find('lambda', 'GET', '/2015-03-31/functions/f/aliases/live')).toBe('GetAlias');
    expect(find('lambda', 'GET', '/2015-03-31/functions/f/aliases')).toBe('ListAliases');
    expect(find('lambda', 'GET', '/2015-03-31/functions/f')).toBe('GetFunction');
    expect(find('lambda', 'GET', '/2015-03-31/nothing/like/this')).toBeUndefined();
  });
});

describe('detached', () => {
  it('copies plain objects and arrays and shares everything else', () => {
    const date = new Date(0);
    const bytes = Uint8Array.of(1);
    const value = { a: [{ b: 1 }], date, bytes, none: null, missing: undefined };
    const copy = detached(value);
    expect(copy).toEqual(value);
    expect(copy.a[0]).not.toBe(value.a[0]);
    expect(copy.date).toBe(date);
    expect(copy.bytes).toBe(bytes);
  });
});

describe('innerXml', () => {
  it('returns the content of the root, also of an empty element', () => {
    expect(innerXml('<a x="1"><b>1</b></a>')).toBe('<b>1</b>');
    expect(innerXml('<a/>')).toBe('');
    expect(innerXml('<a></a>')).toBe('');
  });
});
