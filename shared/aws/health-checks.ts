import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { HealthCheck } from '../catalog/health-check.ts';
import {
  type CheckAnswer,
  type CheckedHealth,
  type FailedLooks,
  judgeHealthChecks,
} from '../judge/health-checks.ts';
import { failureInAnswer, shown } from './answer-failure.ts';
import { inShort, invokeFunction } from './invoke-function.ts';

/** Question to a health check: the versions of the release to be checked. */
export interface HealthCheckEvent {
  readonly service: string;
  /** Absent if the ledger knows no release with these versions. */
  readonly releaseId?: string | undefined;
  readonly targets: readonly {
    readonly function: string;
    readonly alias: string;
    readonly version: string;
  }[];
}

/** The expected answer of a health check. */
const expected = '{"healthy": true} or {"healthy": false, "reason": "why"}';

/** A look has 50 s for all its reads, and goes on without a check that takes longer than this. */
const patienceMs = 10_000;

/** The teams' functions that say whether a service works. */
export class HealthChecks {
  readonly #client: LambdaClient;

  constructor(client: LambdaClient) {
    this.#client = client;
  }

  /** Asks every check, side by side. Never fails: a check that cannot be asked counts as no answer, with the reason. */
  async ask(checks: readonly HealthCheck[], event: HealthCheckEvent): Promise<readonly CheckAnswer[]> {
    return Promise.all(checks.map((check) => this.#ask(check.function, event)));
  }

  /**
   * One look: asks every check and judges the answers.
   *
   * @param before result of the look before
   */
  async look(
    checks: readonly HealthCheck[],
    event: HealthCheckEvent,
    before: FailedLooks | undefined,
  ): Promise<CheckedHealth> {
    return judgeHealthChecks(checks, await this.ask(checks, event), before);
  }

  async #ask(name: string, event: HealthCheckEvent): Promise<CheckAnswer> {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<CheckAnswer>((resolve) => {
      timer = setTimeout(() => {
        resolve({ says: 'nothing', reason: `no answer within ${patienceMs / 1000} s` });
        abort.abort();
      }, patienceMs);
    });
    try {
      return await Promise.race([late, this.#invoke(name, event, abort.signal)]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #invoke(name: string, event: HealthCheckEvent, signal: AbortSignal): Promise<CheckAnswer> {
    try {
      const { failure, answer, returned } = await invokeFunction(this.#client, name, event, signal);
      if (failure !== undefined) return { says: 'nothing', reason: failure };
      const failed = answer.healthy === false ? undefined : failureInAnswer(answer);
      if (failed !== undefined || typeof answer.healthy !== 'boolean') {
        const what = failed ?? `it returned ${shown(returned)}`;
        return { says: 'nothing', reason: `${what}, and not ${expected}` };
      }
      return { says: answer.healthy ? 'healthy' : 'unhealthy', reason: inShort(answer.reason) };
    } catch (error) {
      const { name: type, message } = error as Error;
      return { says: 'nothing', reason: `${type}: ${inShort(message)}` };
    }
  }
}
