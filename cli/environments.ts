/** The environments of a coordinator, as in the template. */
export const environments = ['dev', 'staging', 'prod'] as const;

/** The default environment: in the template, in the command and in the documents. */
export const defaultEnvironment = 'prod';
