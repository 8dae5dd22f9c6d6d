import { createRequire } from 'node:module';
import { jestExpect } from '@jest/expect';

/**
 * A process runs many test files in turn, and `mockClient` stubs the prototype of an SDK client. Without this file, a call
 * that a test forgot to mock would be answered by the mock of an earlier test file.
 *
 * The runner calls `setState` with the path of each file before it loads the file.
 */
const sinon = createRequire(createRequire(import.meta.url).resolve('aws-sdk-client-mock'))('sinon');
const { setState } = jestExpect;
jestExpect.setState = (state) => {
  if ('testPath' in state) sinon.restore();
  setState(state);
};
