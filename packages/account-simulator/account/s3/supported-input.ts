const content = ['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'ContentType'];
const checksums = [
  'ChecksumAlgorithm',
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
];
const condition = ['IfMatch', 'IfNoneMatch'];
const paging = ['Prefix', 'Delimiter', 'MaxKeys', 'EncodingType'];

/** The input members of each operation that are simulated, or that can be ignored without a wrong result. */
export const accepted = {
  PutObject: [
    ...['Bucket', 'Key', 'Body', 'ContentLength', 'ContentMD5', 'Metadata', 'StorageClass'],
    ...['ServerSideEncryption', 'SSEKMSKeyId', ...content, ...checksums, ...condition],
  ],
  GetObject: ['Bucket', 'Key', 'VersionId', 'ChecksumMode', ...condition],
  HeadObject: ['Bucket', 'Key', 'VersionId', 'ChecksumMode', ...condition],
  DeleteObject: ['Bucket', 'Key', 'VersionId'],
  ListObjectsV2: ['Bucket', 'ContinuationToken', 'StartAfter', ...paging],
  ListObjectVersions: ['Bucket', 'KeyMarker', 'VersionIdMarker', ...paging],
} as const;
