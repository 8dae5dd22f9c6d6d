import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import { genericProvider } from './plain-providers.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { StoredData } from './stored-data.ts';

/** Tables, buckets and queues: simulated like any other resource, with a record of the data that their deletion loses. */
export function dataProvider(random: SeededRandom, data: StoredData, now: () => number): ResourceProvider {
  const generic = genericProvider(random);
  return {
    ...generic,
    create(change) {
      const created = generic.create(change);
      data.create({
        stack: change.stack.name,
        logicalId: change.logicalId,
        type: change.type,
        physicalId: created.physicalId,
        createdAt: now(),
      });
      return created;
    },
    delete({ type, physicalId }) {
      if (type === 'AWS::S3::Bucket' && data.holds(physicalId)) {
        throw new AwsError(
          'BucketNotEmpty',
          `The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Bucket: ${physicalId})`,
          409,
        );
      }
      data.delete(physicalId, now());
    },
  };
}
