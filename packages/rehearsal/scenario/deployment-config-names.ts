import { PREDEFINED_CONFIGS } from 'account-simulator/account/codedeploy/deployment-config.ts';

const prefix = 'CodeDeployDefault.Lambda';

/** Names of AWS's own deployment configurations in SAM's `DeploymentPreference.Type`. */
export const predefinedTypes: readonly string[] = PREDEFINED_CONFIGS.map(({ name }) =>
  name.slice(prefix.length),
);

/** The `DeploymentPreference.Type` for a configuration's short, full or custom name. */
export function preferenceType(config: string): string {
  return config.startsWith(prefix) ? config.slice(prefix.length) : config;
}
