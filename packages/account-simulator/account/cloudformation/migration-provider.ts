import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { ResourceProvider } from './resource-provider.ts';

/**
 * A team's custom resource that migrates data: an update takes `Seconds` and then fails if `Fails` is set; a rollback takes
 * no time, since migrated data stays as it is.
 */
export function migrationProvider(clock: VirtualClock): ResourceProvider {
  return {
    seconds: [1, 3],
    create: ({ stack, logicalId }) => ({ physicalId: `${stack.name}-${logicalId}` }),
    update: ({ properties, rollingBack }) => {
      if (rollingBack) return undefined;
      let timer: Timer | undefined;
      return {
        onEnd: (listener) => {
          timer = clock.after(Number(properties.Seconds) * 1000, () =>
            listener(properties.Fails === 'true' ? 'The migration failed.' : undefined),
          );
        },
        cancel: () => {
          if (timer) clock.cancel(timer);
        },
      };
    },
    delete: () => {},
  };
}
