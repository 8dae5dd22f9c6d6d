import { machineArn, regionOf, type StartedByHand } from '../by-hand/start-execution.ts';

/** A link of a mail, with a description of its target. */
export interface Link {
  readonly what: string;
  readonly url: string;
}

/** The page of an execution in the Step Functions console. */
export function executionUrl(executionArn: string): string {
  const region = regionOf(executionArn);
  return `${consoleOf(region)}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

export function executionLink(executionArn: string): Link {
  return { what: 'execution', url: executionUrl(executionArn) };
}

/** The page of a machine in the console, with its button "Start execution". */
export function startLink(executionArn: string, machine: StartedByHand): Link {
  const region = regionOf(executionArn);
  const url = `${consoleOf(region)}/states/home?region=${region}#/statemachines/view/${machineArn(executionArn, machine)}`;
  return { what: `start ${machine}`, url };
}

export function deploymentLink(executionArn: string, deploymentId: string): Link {
  const region = regionOf(executionArn);
  return {
    what: `deployment ${deploymentId}`,
    url: `${consoleOf(region)}/codesuite/codedeploy/deployments/${deploymentId}?region=${region}`,
  };
}

export function stackLink(executionArn: string, stack: string): Link {
  const region = regionOf(executionArn);
  return {
    what: `stack ${stack}`,
    url: `${consoleOf(region)}/cloudformation/home?region=${region}#/stacks?filteringText=${encodeURIComponent(stack)}`,
  };
}

export function parameterLink(region: string, parameter: string): Link {
  return {
    what: 'parameter',
    url: `${consoleOf(region)}/systems-manager/parameters/${encodeURIComponent(parameter)}/description?region=${region}`,
  };
}

/** A section of the runbook, by its heading. */
export function runbookLink(heading: string): Link {
  return { what: 'runbook', url: `docs/runbook.md: ${heading}` };
}

/** The address of the console of a Region. */
export function consoleOf(region: string): string {
  return `https://${region}.console.aws.amazon.com`;
}
