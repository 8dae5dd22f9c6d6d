/** Functions of JSONata 2.0.6 (docs.jsonata.org/2.0.0), by name without the dollar sign. */
const JSONATA =
  'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl ' +
  'decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase ' +
  'formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not ' +
  'now number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread ' +
  'sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip';

/** Functions that Step Functions adds (step-functions/latest/dg/transforming-data). */
const STEP_FUNCTIONS = 'hash parse partition random range uuid';

/** Names that an expression may use although no state assigned them. */
export const BUILT_IN_FUNCTIONS: ReadonlySet<string> = new Set(`${JSONATA} ${STEP_FUNCTIONS}`.split(' '));
