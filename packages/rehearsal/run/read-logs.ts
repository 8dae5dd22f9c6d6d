import {
  type EmbeddedPoint,
  readEmbeddedMetrics,
} from 'account-simulator/account/cloudwatch/embedded-metrics.ts';
import type { LogLine } from 'account-simulator/account/lambda-runtime/function-runner.ts';
import type { Attach } from './attachment.ts';

/** The coordinator's log group in CloudWatch Logs after a run. */
export class LogGroup {
  readonly #lines: LogLine[] = [];
  readonly #points: EmbeddedPoint[] = [];

  /** Attach this to a run to read its log. */
  readonly attach: Attach = ({ coordinator }) => {
    coordinator.account.lambdaRuntime.onLogged((line) => {
      this.#lines.push(line);
      this.#points.push(...readEmbeddedMetrics(line.line, line.at));
    });
    return {};
  };

  /** The parsed JSON lines, without metric lines. */
  get lines(): readonly (Readonly<Record<string, unknown>> & Pick<LogLine, 'logicalId'>)[] {
    return this.#lines.flatMap(({ logicalId, line }) => {
      const fields = JSON.parse(line) as Record<string, unknown>;
      return fields._aws ? [] : [{ ...fields, logicalId }];
    });
  }

  /** The metric values that CloudWatch extracts from lines in the embedded metric format. */
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
