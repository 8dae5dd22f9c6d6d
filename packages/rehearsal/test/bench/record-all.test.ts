import { recordAll } from '../../bench/record-all.ts';

it('records all services within the request limits, and watches each of them to its end', async () => {
  const { failed, refused, good, executions, failureMails, mostLambdaRequestsInASecond } = await recordAll({
    services: 25,
    functionsPerService: 6,
  });
  expect({ failed, refused, good, failureMails }).toEqual({
    failed: 0,
    refused: 0,
    good: 25,
    failureMails: [],
  });
  expect(executions).toBe(26);
  expect(mostLambdaRequestsInASecond).toBeLessThan(15);
});

it('names the services that could not be recorded in one mail, and records the others', async () => {
  const unreadable = ['service-001', 'service-007', 'service-011'];
  const result = await recordAll({ services: 12, functionsPerService: 2, unreadable });
  expect(result).toMatchObject({ failed: 3, good: 9, executions: 10 });
  expect(result.failureMails.map(({ subject }) => subject)).toEqual([
    '[prod] ledger: 3 of 12 services could not be recorded',
  ]);
  const [mail] = result.failureMails;
  for (const service of unreadable) {
    expect(mail?.body).toContain(`${service}  AccessDenied: Not authorized to read ${service}.`);
  }
});
