import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Bucket } from '../../../../shared/aws/bucket.ts';
import { mockBucket } from '../../fixtures/mock-bucket.ts';
import { denied } from '../../fixtures/sdk-errors.ts';

const bucket = new Bucket(new S3Client({ region: 'eu-west-1' }), 'coordinator', 'eu-west-1');

it('reads and finds a written object', async () => {
  const { s3 } = mockBucket();
  await bucket.write('plans/a.json', '{}');
  await expect(bucket.read('plans/a.json')).resolves.toBe('{}');
  await expect(bucket.exists('plans/a.json')).resolves.toBe(true);
  expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
    Bucket: 'coordinator',
    Key: 'plans/a.json',
    Body: '{}',
    ContentType: 'application/json',
  });
});

it('finds nothing where there is no object', async () => {
  mockBucket();
  await expect(bucket.read('plans/a.json')).resolves.toBeUndefined();
  await expect(bucket.exists('plans/a.json')).resolves.toBe(false);
});

it('does not take a refusal for a missing object', async () => {
  mockBucket().s3.on(HeadObjectCommand).rejects(denied());
  await expect(bucket.exists('plans/a.json')).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it('knows the URL of an object', () => {
  expect(bucket.url('templates/orders/4f1c.template')).toBe(
    'https://coordinator.s3.eu-west-1.amazonaws.com/templates/orders/4f1c.template',
  );
});
