export { SimulatedAccount, type SimulatedAccountOptions } from './account/account.ts';
export type { FunctionCode, FunctionRuntime } from './account/lambda-runtime/function-code.ts';
export { VirtualClock } from './clock/virtual-clock.ts';
export { type DeployedTemplate, type DeployOptions, deployTemplate } from './deploy/deploy-template.ts';
export { TemplateError } from './deploy/template-problem.ts';
export { SeededRandom } from './random/seeded-random.ts';
