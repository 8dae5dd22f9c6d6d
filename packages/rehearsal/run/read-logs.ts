import {
  type EmbeddedPoint,
  readEmbeddedMetrics,
} from 'account-simulator/account/cloudwatch/embedded-metrics.ts';
import type { LogLine } from 'account-simulator/account/lambda-runtime/function-runner.ts';
import type { Attach } from './attachment.ts';

/** The coordinator's log group, as CloudWatch Logs has it after a run. */
export class LogGroup {
  readonly #lines: LogLine[] = [];
  readonly #points: EmbeddedPoint[] = [];

  /** Attach this to a run whose log is to be read. */
  readonly attach: Attach = ({ coordinator }) => {
    coordinator.account.lambdaRuntime.onLogged((line) => {
      this.#lines.push(line);
      this.#points.push(...readEmbeddedMetrics(line.line, line.at));
    });
    return {};
  };

  /** The lines that are JSON, parsed, without those that are metrics. */
  get lines(): readonly (Readonly<Record<string, unknown>> & Pick<LogLine, 'logicalId'>)[] {
    return this.#lines.flatMap(({ logicalId, line }) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      return fields._aws ? [] : [{ ...fields, logicalId }];
    });
  }

  /** What CloudWatch made of the lines in the embedded metric format. */
  get points(): readonly EmbeddedPoint[] {
    return this.#points;
  }

  /** The values of a metric with exactly these dimensions, in their order. */
  values(name: string, dimensions: Readonly<Record<string, string>>): number[] {
    const wanted = Object.entries(dimensions);
    return this.#points
      .filter(
        (point) =>
          point.name === name &&
          Object.keys(point.dimensions).length === wanted.length &&
          wanted.every(([dimension, value]) => point.dimensions[dimension] === value),
      )
      .map(({ value }) => value);
  }
}
