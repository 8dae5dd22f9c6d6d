import { approved, refused } from '../../../../shared/incident/permission-answer.ts';

it('accepts an approval for exactly the plan that was shown', () => {
  expect(approved({ planDigest: '0123456789abcdef' })).toEqual({
    answer: 'plan-again',
    planDigest: '0123456789abcdef',
  });
});

it.each([
  ['a person who gives a reason', { by: 'Ada', reason: 'a sale is on' }, 'Refused by Ada: a sale is on'],
  ['a person who gives none', { by: 'Ada' }, 'Refused by Ada'],
  ['a person who gives an empty one', { by: 'Ada', reason: '' }, 'Refused by Ada'],
  ['somebody who is not known', { reason: 'a sale is on' }, 'Refused by a person: a sale is on'],
])('passes on the refusal of %s', (_, approval, reason) => {
  expect(refused(approval)).toEqual({ answer: 'refused', reason });
});
