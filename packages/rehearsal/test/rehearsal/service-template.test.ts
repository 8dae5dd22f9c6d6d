import { parse } from 'yaml';
import { codeUri } from '../../scenario/released-code.ts';
import { serviceTemplate } from '../../scenario/service-template.ts';
import { scenario, shop } from './scenario-text.ts';

const [cart] = shop as [(typeof shop)[number]];

describe('serviceTemplate', () => {
  it('deploys every function with its release, alias and deployment preference', () => {
    const state = { code: { AddItemFunction: 2 }, config: 'CodeDeployDefault.LambdaAllAtOnce', hooks: {} };
    const { Resources } = parse(
      serviceTemplate(cart, state, [], { provisioned: { 'cart.ViewFunction': 3 } }),
    );

    expect(Resources.ViewFunction.Properties.ProvisionedConcurrencyConfig).toEqual({
      ProvisionedConcurrentExecutions: 3,
    });
    expect(Resources.AddItemFunction.Properties).toEqual({
      FunctionName: 'shop-cart-AddItemFunction',
      CodeUri: codeUri('cart', 'AddItemFunction', 2),
      AutoPublishAlias: 'live',
      DeploymentPreference: { Type: 'AllAtOnce' },
    });
    expect(Resources.ViewFunction.Properties.CodeUri).toBe(codeUri('cart', 'ViewFunction', 0));
  });

  it('gives the preference the alarms that stop deployments, and the hooks', () => {
    const { alarms } = scenario(`
alarms:
  - { name: stops, service: cart, stopsDeployments: true, script: [{ at: 0s, state: OK }] }
  - { name: declared, service: cart, declared: true, script: [{ at: 0s, state: OK }] }`);
    const hooks = { preTraffic: { result: 'Failed', after: 0 } } as const;
    const { Resources } = parse(serviceTemplate(cart, { code: {}, config: 'AllAtOnce', hooks }, alarms));

    expect(Resources.ViewFunction.Properties.DeploymentPreference).toEqual({
      Type: 'AllAtOnce',
      Alarms: ['stops'],
      Hooks: { PreTraffic: { Ref: 'PreTrafficHook' } },
    });
    expect(Resources.PreTrafficHook.Properties.FunctionName).toBe('CodeDeployHook_cart-preTraffic');
  });
});
