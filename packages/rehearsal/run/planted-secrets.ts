/** Value of the NoEcho parameter of every service's stack: only the stack's functions may ever see it. */
export const noEchoSecret = 'canary-of-a-noecho-parameter-5f2c9a';

/** Value of every service's SecureString in Parameter Store. */
export const secureStringSecret = 'canary-of-a-securestring-81b7de';

/** All planted secrets, for checks for leaks. */
export const plantedSecrets: readonly string[] = [noEchoSecret, secureStringSecret];
