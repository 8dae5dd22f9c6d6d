import { typesWithoutData } from '../../../../shared/stack/types-without-data.ts';
import { statefulResourceTypes } from '../../fixtures/stateful-resource-types.ts';

it.each(statefulResourceTypes)('holds no type that cfn-lint knows to be stateful: %s', (type) => {
  expect(typesWithoutData.has(type)).toBe(false);
});

it.each([
  ['keys of an API, which clients hold', 'AWS::ApiGateway::ApiKey'],
  ['usage plans, which hold keys', 'AWS::ApiGateway::UsagePlan'],
  ['usage plans, which hold keys', 'AWS::ApiGateway::UsagePlanKey'],
  ['domain names, which clients hold', 'AWS::ApiGateway::DomainName'],
  ['domain names, which clients hold', 'AWS::ApiGatewayV2::DomainName'],
  ['parameters, whose value somebody may have set', 'AWS::SSM::Parameter'],
  ['topics, whose subscriptions are confirmed by people', 'AWS::SNS::Topic'],
  ['event sources, which hold a place in a stream', 'AWS::Lambda::EventSourceMapping'],
  ['archives of events', 'AWS::Events::Archive'],
  ['stacks', 'AWS::CloudFormation::Stack'],
  ['custom resources', 'AWS::CloudFormation::CustomResource'],
])('holds no %s: %s', (_, type) => {
  expect(typesWithoutData.has(type)).toBe(false);
});

it('holds no name by a pattern: a type is on the list by itself', () => {
  for (const type of typesWithoutData) expect(type).toMatch(/^AWS::[A-Za-z0-9]+::[A-Za-z0-9]+$/);
});
