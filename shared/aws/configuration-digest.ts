import { createHash } from 'node:crypto';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { canonicalJson } from '../canonical-json.ts';

/**
 * The digest of everything in a version's configuration that affects how its code behaves; undefined if Lambda does not show
 * all of it, because the environment could not be decrypted.
 *
 * Left out are the fields that differ between versions of one configuration: numbers, times, states, descriptions, the sizes
 * of layers, and the runtime version, which AWS updates by itself. Lambda does not document the contents of its own
 * `ConfigSha256`.
 */
export function configurationDigest(found: FunctionConfiguration): string | undefined {
  if (found.Environment?.Error) return undefined;
  const decisive = {
    runtime: found.Runtime,
    handler: found.Handler,
    role: found.Role,
    environment: found.Environment?.Variables ?? {},
    timeout: found.Timeout,
    memory: found.MemorySize,
    storage: found.EphemeralStorage?.Size,
    architectures: found.Architectures,
    package: found.PackageType,
    image: found.ImageConfigResponse?.ImageConfig,
    // Of two files with the same path the order of the layers decides.
    layers: (found.Layers ?? []).map(({ Arn }) => Arn),
    network: {
      subnets: [...(found.VpcConfig?.SubnetIds ?? [])].sort(),
      securityGroups: [...(found.VpcConfig?.SecurityGroupIds ?? [])].sort(),
      ipv6: found.VpcConfig?.Ipv6AllowedForDualStack ?? false,
    },
    files: found.FileSystemConfigs ?? [],
    deadLetters: found.DeadLetterConfig?.TargetArn,
    key: found.KMSKeyArn,
    tracing: found.TracingConfig?.Mode,
    snapStart: found.SnapStart?.ApplyOn,
    logging: found.LoggingConfig,
    durable: found.DurableConfig,
    tenancy: found.TenancyConfig,
  };
  return createHash('sha256').update(canonicalJson(decisive)).digest('base64');
}
