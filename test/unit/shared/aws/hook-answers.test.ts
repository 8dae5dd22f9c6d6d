import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { Hooks } from '../../../../shared/aws/hooks.ts';

const lambda = mockClient(LambdaClient);
const hooks = new Hooks(new LambdaClient({ region: 'eu-west-1' }));
beforeEach(() => lambda.reset());

function returns(text: string) {
  lambda.on(InvokeCommand).resolves({ Payload: Uint8ArrayBlobAdapter.fromString(text) });
}
const shape = 'and not {"message": "what it did"} or nothing';

it.each([
  ['nothing at all', '', undefined],
  ['null', 'null', undefined],
  ['an empty object', '{}', undefined],
  ['a message', '{"message": "12 rows put back"}', '12 rows put back'],
  ['the answer of an API', '{"statusCode": 200, "body": "fine"}', undefined],
  ['success', '{"success": true, "error": null}', undefined],
])('accepts %s as done', async (_, text, message) => {
  returns(text);
  await expect(hooks.invoke('RollbackHook_a', {})).resolves.toEqual({ failure: undefined, message });
});

it.each([
  ['{"statusCode": 500, "body": "no"}', 'it returned statusCode 500'],
  ['{"statusCode": "404"}', 'it returned statusCode "404"'],
  ['{"error": "no table"}', 'it returned error "no table"'],
  ['{"error": {"code": 5}}', 'it returned error {"code":5}'],
  ['{"errorMessage": "no table"}', 'it returned errorMessage "no table"'],
  ['{"success": false, "message": "later"}', 'it returned success: false'],
  ['{"ok": false}', 'it returned ok: false'],
  ['"done"', `it returned "done", ${shape}`],
  ['true', `it returned true, ${shape}`],
  ['42', `it returned 42, ${shape}`],
  ['[]', `it returned [], ${shape}`],
  ['{"rows": 12}', `it returned {"rows":12}, ${shape}`],
  ['{"mesage": "typo"}', `it returned {"mesage":"typo"}, ${shape}`],
  ['no JSON', `it returned "no JSON", ${shape}`],
])('treats %s as a failure', async (text, failure) => {
  returns(text);
  expect((await hooks.invoke('RollbackHook_a', {})).failure).toContain(failure);
});

it('uses only a failure of a hook that answers later', async () => {
  returns('{"executionArn": "arn:aws:states:…"}');
  expect((await hooks.invoke('RollbackHook_a', {}, { onlyTakesOn: true })).failure).toBeUndefined();
  returns('{"statusCode": 500}');
  expect((await hooks.invoke('RollbackHook_a', {}, { onlyTakesOn: true })).failure).toContain(
    'statusCode 500',
  );
});
