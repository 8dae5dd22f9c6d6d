import { decideOutcome } from '../../../../shared/incident/end-incident.ts';
import type { Outcome, ServiceResult } from '../../../../shared/ledger/records.ts';
import { serviceResult } from '../../fixtures/records.ts';

const back = (service: string) => serviceResult({ service });
/** A failed service with `restored` of its two targets restored. */
const failed = (service: string, restored: 0 | 1): ServiceResult =>
  serviceResult({
    service,
    status: 'failed',
    targets: [
      { target: 'a', status: restored > 0 ? 'restored' : 'failed', action: '' },
      { target: 'b', status: 'failed', action: '' },
    ],
  });
/** A service whose users are back; its stack is not, or not yet. */
const traffic = (service: string) =>
  serviceResult({
    service,
    status: 'traffic-restored',
    targets: [
      { target: 'a', status: 'restored', action: '' },
      { target: 'b', status: 'left', action: '' },
    ],
  });
const refused = { refused: true, reason: '' };
const unanswered = { refused: false, reason: '' };
const recovered = { recovered: true, detail: '' };
const bad = { recovered: false, detail: '' };

it.each<[string, Parameters<typeof decideOutcome>[0], ServiceResult[], Outcome]>([
  ['everything back, and recovered', { planned: ['a'], recovery: recovered }, [back('a')], 'rolled-back'],
  ['everything back, recovery unknown', { planned: ['a'] }, [back('a')], 'rolled-back'],
  ['everything back, and still bad', { planned: ['a'], recovery: bad }, [back('a')], 'needs-person'],
  ['several services back', { planned: ['a', 'b'] }, [back('a'), back('b')], 'rolled-back'],
  [
    'all users back, one stack not',
    { planned: ['a', 'b'], recovery: recovered },
    [back('a'), traffic('b')],
    'traffic-restored',
  ],
  ['all users back, recovery unknown', { planned: ['a'] }, [traffic('a')], 'traffic-restored'],
  ['all users back, and still bad', { planned: ['a'], recovery: bad }, [traffic('a')], 'needs-person'],
  [
    'a failure after all users were back',
    { planned: ['a'], failure: 'x' },
    [traffic('a')],
    'traffic-restored',
  ],
  ['users of one of two back', { planned: ['a', 'b'] }, [traffic('a'), failed('b', 0)], 'partly-rolled-back'],
  [
    'users of one of two back, the other unheard of',
    { planned: ['a', 'b'] },
    [traffic('a')],
    'partly-rolled-back',
  ],
  ['one of two back', { planned: ['a', 'b'] }, [back('a'), failed('b', 0)], 'partly-rolled-back'],
  ['one of two back, the other unheard of', { planned: ['a', 'b'] }, [back('a')], 'partly-rolled-back'],
  ['a service half back', { planned: ['a'] }, [failed('a', 1)], 'partly-rolled-back'],
  ['nothing back', { planned: ['a'] }, [failed('a', 0)], 'needs-person'],
  ['nothing heard of', { planned: ['a'] }, [], 'needs-person'],
  ['no plan, for a failure', { planned: [], failure: 'no way back' }, [], 'needs-person'],
  ['a failure after everything was back', { planned: ['a'], failure: 'x' }, [back('a')], 'rolled-back'],
  ['a failure before anything was', { planned: ['a'], failure: 'x' }, [], 'needs-person'],
  ['an empty plan', { planned: [] }, [], 'not-needed'],
  ['nothing done, for a service is irreversible', { planned: ['a'], frozen: true }, [], 'frozen'],
  ['nothing done, for a person refused', { planned: ['a'], withheld: refused }, [], 'not-needed'],
  ['nothing done, for nobody permitted it', { planned: ['a'], withheld: unanswered }, [], 'needs-person'],
  ['nothing done, for a newer release is good', { planned: ['a'], supersededBy: 'r' }, [], 'not-needed'],
  [
    'something done before a service froze',
    { planned: ['a', 'b'], frozen: true },
    [back('a')],
    'partly-rolled-back',
  ],
  [
    'something done before a person refused',
    { planned: ['a', 'b'], withheld: refused },
    [back('a')],
    'partly-rolled-back',
  ],
  [
    'something done before a newer release was good',
    { planned: ['a', 'b'], supersededBy: 'r' },
    [back('a')],
    'partly-rolled-back',
  ],
])('%s', (_, ending, services, outcome) => {
  expect(decideOutcome(ending, services)).toBe(outcome);
});
