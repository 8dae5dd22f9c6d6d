/** The environments that a coordinator may look after, as the template names them. */
export const environments = ['dev', 'staging', 'prod'] as const;

/** The environment where nobody names one: in the template, in the command and in the documents. */
export const defaultEnvironment = 'prod';
