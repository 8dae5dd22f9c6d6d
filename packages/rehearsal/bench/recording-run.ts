import { recordAll } from './record-all.ts';

const [services, functionsPerService] = process.argv.slice(2).map(Number);
const result = await recordAll({
  services: services ?? 150,
  functionsPerService: functionsPerService ?? 6,
});
console.log(JSON.stringify(result));
