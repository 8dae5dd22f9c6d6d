/** Value of the NoEcho parameter that every service's stack has: nobody but its functions may ever see it. */
export const noEchoSecret = 'canary-of-a-noecho-parameter-5f2c9a';

/** Value of the SecureString that every service has in Parameter Store. */
export const secureStringSecret = 'canary-of-a-securestring-81b7de';

/** All of them, for whoever looks for leaks. */
export const plantedSecrets: readonly string[] = [noEchoSecret, secureStringSecret];
