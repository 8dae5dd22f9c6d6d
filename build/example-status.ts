import { fitLines } from '../cli/layout.ts';
import { renderStatus } from '../cli/render-status.ts';
import type { CoordinatorStatus, ServiceStatus } from '../shared/queries/coordinator-status.ts';

const at = '2026-01-05T09:31:20.000Z';

/** The live state of a service without current events. */
function live(service: string, startedAt: string, verdict: 'good' | 'served-well' = 'good'): ServiceStatus {
  const releaseId = `${service}-${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return { service, release: { releaseId, startedAt, verdict }, watched: [], rolledBackBy: null };
}

/** A moment with a line in every part: one service waits for an approval, one goes back, one is watched, one is on hold. */
const example: CoordinatorStatus = {
  at,
  services: [
    live('cart', '2026-01-04T16:20:00.000Z'),
    {
      service: 'orders',
      release: {
        releaseId: 'orders-20260105T092500Z',
        startedAt: '2026-01-05T09:25:00.000Z',
        verdict: 'bad',
      },
      watched: [],
      rolledBackBy: null,
    },
    {
      service: 'payment',
      release: {
        releaseId: 'payment-20260105T091000Z',
        startedAt: '2026-01-05T09:10:00.000Z',
        verdict: 'bad',
      },
      watched: [],
      rolledBackBy: 'payment-20260105T091000Z',
    },
    {
      service: 'search',
      release: {
        releaseId: 'search-20260105T092900Z',
        startedAt: '2026-01-05T09:29:00.000Z',
        verdict: 'candidate',
      },
      watched: [
        {
          target: 'SearchFunction:live',
          deploymentId: 'd-A1B2C3D4E',
          version: '42',
          phase: 'health-validation',
          share: 0.1,
          verdict: 'insufficient',
          since: '2026-01-05T09:29:40.000Z',
        },
        { target: 'SuggestFunction:live', version: '17', since: '2026-01-05T09:29:35.000Z' },
      ],
      rolledBackBy: null,
    },
    live('stock', '2026-01-02T11:00:00.000Z', 'served-well'),
  ],
  incidents: [
    {
      incidentId: 'orders-20260105T092500Z',
      service: 'orders',
      releaseId: 'orders-20260105T092500Z',
      status: 'open',
      attempt: 1,
      reason: '39 % of 133 requests to shop-orders-CreateOrder:8 failed since 09:27 UTC',
      executionArn: 'arn',
      openedAt: '2026-01-05T09:28:20.000Z',
      approval: {
        planDigest: '3f9c0a7d51e2b864',
        askedAt: '2026-01-05T09:28:22.000Z',
        deadline: '2026-01-05T09:58:22.000Z',
      },
    },
    {
      incidentId: 'payment-20260105T091000Z',
      service: 'payment',
      releaseId: 'payment-20260105T091000Z',
      status: 'open',
      attempt: 2,
      reason: 'Checkout fails.',
      requestedBy: 'Ada',
      executionArn: 'arn',
      openedAt: '2026-01-05T09:30:05.000Z',
      approval: null,
    },
  ],
  onHold: [
    {
      service: 'stock',
      held: true,
      by: 'Ada',
      reason: 'Load test until noon.',
      at: '2026-01-05T08:00:00.000Z',
      until: '2026-01-05T12:00:00.000Z',
    },
  ],
};

/** The example as `status --watch` shows it on a terminal of so many columns, in Markdown. */
export function exampleStatus(columns: number): string {
  const screen = { columns };
  return ['```text', ...fitLines(renderStatus(example, { options: {} }, screen), screen), '```'].join('\n');
}
