import { endWithReader } from '../../cli/end-with-reader.ts';
import { writeMails } from './mail-files.ts';

/** `npm run mails`: writes every kind of mail into docs/mails. */
endWithReader();
console.log(`docs/mails: ${writeMails()} files`);
